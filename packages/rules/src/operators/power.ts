// pow: whole powers by repeated squaring, step by step the same in JavaScript and in SQL.
import { join, keyword, sql, type Sql } from '@tessera/kernel';
import { maxExponent, parseDecimal, power, wholeNumber } from '../decimal.ts';
import type { Expression } from '../expression.ts';
import { boundedNumber, quotientSql } from '../sql-parts.ts';
import { number } from '../types.ts';
import { numbers, parsed, shown } from './numerals.ts';
import type { Operator } from './operator.ts';

const squares = [1, 2, 4, 8, 16, 32] as const;

const rounded = (value: Sql): Sql => boundedNumber(sql`round(${value}, 20)`);

/** A chain of sub-selects in which each square is named, so that it is worked out once. */
function squaresSql(base: Sql, exponent: Sql, highest: number): Sql {
  return squares.slice(1).reduce(
    (from, bit) => {
      if (bit > highest) return from;
      const half = keyword(`p${bit / 2}`);
      return sql`(select *, ${rounded(sql`${half} * ${half}`)} as ${keyword(`p${bit}`)} from ${from} offset 0) as ${keyword(`_pow${bit}`)}`;
    },
    sql`(select ${base} as p1, ${exponent} as n offset 0) as _pow1`,
  );
}

/** As `power`: the squares whose bits the exponent has, multiplied from the lowest. */
function powerSql(base: Sql, exponent: Sql): Sql {
  const from = sql`(select 1::numeric as r, * from ${squaresSql(base, exponent, 32)} offset 0) as _step0`;
  const names = join([sql`n`, ...squares.map((bit) => keyword(`p${bit}`))]);
  const steps = squares.reduce((result, bit) => {
    const taken = sql`case when mod(div(abs(n), ${keyword(String(bit))}), 2) = 1 then ${rounded(sql`r * ${keyword(`p${bit}`)}`)} else r end as r`;
    return sql`(select ${taken}, ${names} from ${result} offset 0) as ${keyword(`_step${bit}`)}`;
  }, from);
  const valid = sql`n = trunc(n) and abs(n) <= ${keyword(String(maxExponent))} and p1 is not null`;
  return sql`(select case when ${valid} then case when n < 0 then ${quotientSql(sql`1::numeric`, sql`r`)} else r end end from ${steps})`;
}

/** The same for an exponent that is known: no more than its own squares. */
function literalPowerSql(base: Sql, n: number): Sql {
  const bits = squares.filter((bit) => (Math.abs(n) & bit) !== 0);
  const product = bits.reduce((result, bit) => rounded(sql`${result} * ${keyword(`p${bit}`)}`), sql`1::numeric`);
  const result = n < 0 ? quotientSql(sql`1::numeric`, product) : product;
  return sql`(select case when p1 is not null then ${result} end from ${squaresSql(base, sql`null`, bits.at(-1) ?? 1)})`;
}

function literalExponent(arg: Expression | undefined): number | undefined {
  const decimal = arg?.node === 'literal' && typeof arg.value === 'string' ? parseDecimal(arg.value) : undefined;
  const n = decimal && wholeNumber(decimal);
  return n !== undefined && Math.abs(n) <= maxExponent ? n : undefined;
}

export const powerOperator: Operator = {
  name: 'pow',
  signature: 'pow(number, exponent)',
  doc: 'The power, for whole exponents from -32 to 32: repeated squaring from the lowest bit, each product as `*` makes it; for a negative exponent 1 divided (as `/`) by the positive power.',
  nulls: 'Null where one is null, for other exponents, on overflow, and for 0 to a negative power. 0 to the power 0 is 1.',
  examples: [
    { rule: { pow: ['1.05', 3] }, gives: '1.157625' },
    { rule: { pow: [2, -1] }, gives: '0.5' },
  ],
  arity: [2, 2],
  type: (site) => site.call(number, [site.checkKind(0, numbers), site.checkKind(1, numbers)]),
  js: (args) => {
    const [base, exponent] = parsed(args) ?? [];
    return shown(base && exponent && power(base, exponent));
  },
  sql: (call) => {
    const n = literalExponent(call.call.arguments[1]);
    return n === undefined ? powerSql(call.value(0), call.value(1)) : literalPowerSql(call.value(0), n);
  },
};
