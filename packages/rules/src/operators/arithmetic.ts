// + - * / %, pow, round and their kind: exact decimals, the same digits in JavaScript and in SQL.
import { join, keyword, sql, type Sql } from '@tessera/kernel';
import * as decimals from '../decimal.ts';
import type { Decimal, RoundingMode } from '../decimal.ts';
import type { Expression, RuleType, Value } from '../expression.ts';
import { number } from '../types.ts';
import { boundedNumber, quotientSql } from '../sql-parts.ts';
import { numbers, parsed, shown } from './numerals.ts';
import { powerOperator } from './power.ts';
import { compareValues, refuseForeignAmounts } from './comparison.ts';
import { never, type CallSite, type JsCall, type Operator } from './operator.ts';

/** From left to right over two or more decimals. */
function folded(step: (a: Decimal, b: Decimal) => Decimal | undefined) {
  return (args: readonly Value[]): Value => {
    const items = parsed(args);
    if (items === undefined) return null;
    return shown(items.slice(1).reduce<Decimal | undefined>((result, item) => result && step(result, item), items[0]));
  };
}

function unary(step: (a: Decimal) => Decimal) {
  return ([arg = null]: readonly Value[]): Value => {
    const [item] = parsed([arg]) ?? [];
    return shown(item && step(item));
  };
}

const foldSql = (values: readonly Sql[], step: (a: Sql, b: Sql) => Sql): Sql => values.slice(1).reduce(step, values[0] ?? sql`null`);

/** Amounts of one currency stay amounts of it. */
function sameCurrency(site: CallSite): Expression | undefined {
  const sides = site.together([...site.sources.keys()], numbers);
  if (sides === undefined || refuseForeignAmounts(site, sides.arguments)) return undefined;
  return site.call(sides.type, sides.arguments);
}

const isAmount = (type: RuleType): boolean => type.kind === 'number' && type.currency !== undefined;

const amountOr = (type: RuleType | undefined): RuleType => (type?.kind === 'number' ? type : number);

/** An amount times numbers is an amount; two amounts multiplied are a plain number, unless a record says their currency. */
function product(site: CallSite): Expression | undefined {
  const args = site.sources.map((_, i) => site.checkKind(i, numbers));
  const amounts = args.flatMap((arg) => (arg !== undefined && isAmount(arg.type) ? [arg.type] : []));
  const varying = amounts.find((type) => type.kind === 'number' && type.currency === 'varies');
  return site.call(amountOr(amounts.length === 1 ? amounts[0] : varying), args);
}

/** An amount divided by a number is an amount; an amount by an amount is a ratio. */
function quotient(site: CallSite): Expression | undefined {
  const [a, b] = [site.checkKind(0, numbers), site.checkKind(1, numbers)];
  return site.call(b !== undefined && isAmount(b.type) ? number : amountOr(a?.type), [a, b]);
}

function sameAsFirst(site: CallSite): Expression | undefined {
  const args = site.sources.map((_, i) => site.checkKind(i, numbers));
  return site.call(amountOr(args[0]?.type), args);
}

const plus: Operator = {
  name: '+',
  signature: '+(number, number, …)',
  doc: 'The sum, exact. Two different currencies are refused.',
  nulls: 'Null where one is null; use `coalesce` for 0.',
  examples: [{ rule: { '+': [{ var: 'amount' }, '0.1', '0.2'] }, gives: '12.8' }],
  arity: [2, never],
  type: sameCurrency,
  js: folded(decimals.add),
  sql: (call) => sql`(${join(call.values, ' + ')})`,
};

const minus: Operator = {
  name: '-',
  signature: '-(number, number?)',
  doc: 'The difference, exact; with one argument its negation.',
  nulls: 'Null where one is null.',
  examples: [
    { rule: { '-': [{ var: 'amount' }, 2] }, gives: '10.5' },
    { rule: { '-': { var: 'amount' } }, gives: '-12.5' },
  ],
  arity: [1, 2],
  type: sameCurrency,
  js: (args) => (args.length === 1 ? unary(decimals.negate)(args) : folded((a, b) => decimals.add(a, decimals.negate(b)))(args)),
  sql: (call) => (call.values.length === 1 ? sql`(- ${call.value(0)})` : sql`(${call.value(0)} - ${call.value(1)})`),
};

const times: Operator = {
  name: '*',
  signature: '*(number, number, …)',
  doc: 'The product. Exact up to 20 decimals, beyond that each product is rounded half-up (away from zero); null from 10^40 on.',
  nulls: 'Null where one is null.',
  examples: [{ rule: { '*': [{ var: 'amount' }, '0.1'] }, gives: '1.25' }],
  arity: [2, never],
  type: product,
  js: folded(decimals.multiply),
  sql: (call) => foldSql(call.values, (a, b) => boundedNumber(sql`round(${a} * ${b}, 20)`)),
};

const divided: Operator = {
  name: '/',
  signature: '/(number, number)',
  doc: 'The quotient, rounded half-up (away from zero) to 10 decimals; null from 10^40 on. An amount divided by an amount is a plain number.',
  nulls: 'Null where one is null, and where the divisor is 0.',
  examples: [
    { rule: { '/': [2, 3] }, gives: '0.6666666667' },
    { rule: { '/': [{ var: 'amount' }, 0] }, gives: null },
  ],
  arity: [2, 2],
  type: quotient,
  js: folded(decimals.divide),
  sql: (call) => quotientSql(call.value(0), call.value(1)),
};

const modulo: Operator = {
  name: '%',
  signature: '%(number, number)',
  doc: 'The remainder, exact, with the sign of the first.',
  nulls: 'Null where one is null, and where the divisor is 0.',
  examples: [{ rule: { '%': [-7, 3] }, gives: '-1' }],
  arity: [2, 2],
  type: quotient,
  js: folded(decimals.remainder),
  sql: (call) => sql`mod(${call.value(0)}, nullif(${call.value(1)}, 0))`,
};

const absolute: Operator = {
  name: 'abs',
  signature: 'abs(number)',
  doc: 'The number without its sign.',
  nulls: 'Null for null.',
  examples: [{ rule: { abs: -3 }, gives: '3' }],
  arity: [1, 1],
  type: sameAsFirst,
  js: unary(decimals.abs),
  sql: (call) => sql`abs(${call.value(0)})`,
};

function toWhole(name: 'ceil' | 'floor', mode: RoundingMode, doc: string, gives: string): Operator {
  return {
    name,
    signature: `${name}(number)`,
    doc,
    nulls: 'Null for null.',
    examples: [{ rule: { [name]: { var: 'amount' } }, gives }],
    arity: [1, 1],
    type: sameAsFirst,
    js: unary((a) => decimals.roundDecimal(a, 0, mode)),
    sql: (call) => sql`${keyword(name)}(${call.value(0)})`,
  };
}

function power10Text(n: number): Sql {
  return keyword(n >= 0 ? `1${'0'.repeat(n)}` : `0.${'0'.repeat(-n - 1)}1`);
}

function scaleOf(arg: Expression | undefined): number | undefined {
  if (arg?.node !== 'literal' || typeof arg.value !== 'string') return undefined;
  const scale = Number(arg.value);
  return Number.isInteger(scale) && scale >= -20 && scale <= 20 ? scale : undefined;
}

const modeOf = (arg: Expression | undefined): RoundingMode =>
  decimals.roundingModes.find((mode) => arg?.node === 'literal' && mode === arg.value) ?? 'halfUp';

function roundSql(value: Sql, scale: number, mode: RoundingMode, once: (body: (value: Sql) => Sql) => Sql): Sql {
  const digits = keyword(String(scale));
  const [up, down] = [power10Text(scale), power10Text(-scale)];
  switch (mode) {
    case 'halfUp':
      return sql`round(${value}, ${digits})`;
    case 'down':
      return sql`trunc(${value}, ${digits})`;
    case 'ceiling':
      return sql`(ceil(${value} * ${up}) * ${down})`;
    case 'floor':
      return sql`(floor(${value} * ${up}) * ${down})`;
    case 'up':
      return once((v) => sql`(sign(${v}) * ceil(abs(${v}) * ${up}) * ${down})`);
    case 'halfEven':
      return once(
        (v) =>
          sql`(case when abs(${v} * ${up} - trunc(${v} * ${up})) = 0.5 then 2 * round(${v} * ${up} * 0.5) else round(${v} * ${up}) end * ${down})`,
      );
  }
}

const round: Operator = {
  name: 'round',
  signature: 'round(number, scale?, mode?)',
  doc: 'Rounds to `scale` decimals (literally, -20 to 20; 0 where left out). Modes: halfUp (away from zero; where left out), halfEven, up (away from zero), down (towards zero), ceiling, floor.',
  nulls: 'Null for null.',
  examples: [
    { rule: { round: ['-2.345', 2] }, gives: '-2.35' },
    { rule: { round: ['2.345', 2, 'halfEven'] }, gives: '2.34' },
    { rule: { round: [1250, -2] }, gives: '1300' },
  ],
  arity: [1, 3],
  type: (site) => {
    const value = site.checkKind(0, numbers);
    const scale = site.sources.length > 1 ? site.check(1, number) : undefined;
    if (scale !== undefined && scaleOf(scale) === undefined)
      return site.refuse('The scale is a whole number from -20 to 20, written literally.', 1);
    if (site.sources.length > 2 && site.word(2, decimals.roundingModes) === undefined) return undefined;
    const mode = site.sources.length > 2 ? site.check(2) : undefined;
    return site.call(amountOr(value?.type), [value, scale, mode].slice(0, site.sources.length));
  },
  js: ([value = null], { call }) =>
    unary((a) => decimals.roundDecimal(a, scaleOf(call.arguments[1]) ?? 0, modeOf(call.arguments[2])))([value]),
  sql: (call) => {
    const { arguments: args } = call.call;
    return roundSql(call.value(0), scaleOf(args[1]) ?? 0, modeOf(args[2]), (body) => call.once(body));
  },
};

function extreme(name: 'min' | 'max', words: string, sign: number, gives: string): Operator {
  return {
    name,
    signature: `${name}(value, value, …)`,
    doc: `The ${words} of numbers, dates, dates with time or times of day.`,
    nulls: 'Nulls are passed over; null where all are.',
    examples: [{ rule: { [name]: [{ var: 'amount' }, 100, { var: 'missing' }] }, gives }],
    arity: [1, never],
    type: (site) => {
      const sides = site.together([...site.sources.keys()], ['number', 'date', 'datetime', 'time']);
      if (sides === undefined || refuseForeignAmounts(site, sides.arguments)) return undefined;
      return site.call(sides.type, sides.arguments);
    },
    js: (args, { call }: JsCall) =>
      args.reduce((best, arg) => (best === null || (arg !== null && compareValues(call.type, arg, best) * sign > 0) ? arg : best), null),
    sql: (call) => sql`${keyword(name === 'min' ? 'least' : 'greatest')}(${join(call.values)})`,
  };
}

export const arithmeticOperators: readonly Operator[] = [
  plus,
  minus,
  times,
  divided,
  modulo,
  absolute,
  toWhole('ceil', 'ceiling', 'The next whole number upwards.', '13'),
  toWhole('floor', 'floor', 'The next whole number downwards.', '12'),
  round,
  powerOperator,
  extreme('min', 'least', -1, '12.5'),
  extreme('max', 'greatest', 1, '100'),
];
