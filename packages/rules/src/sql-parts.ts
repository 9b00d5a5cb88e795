// SQL idioms that several operators share.
import { type Sql, join, keyword, slot, sql, textLiteral } from '@tessera/kernel';
import { ruleSlots } from './environment.ts';
import type { ReadingSlot, RuleType, Value } from './expression.ts';

/** The SQL type that a value of a rule type has. */
export function sqlType(type: RuleType): string {
  switch (type.kind) {
    case 'number':
      return 'numeric';
    case 'datetime':
      return 'timestamptz';
    case 'reference':
      return 'uuid';
    case 'json':
      return 'jsonb';
    case 'list':
      return `${sqlType(type.of)}[]`;
    case 'null':
      return 'text';
    default:
      return type.kind;
  }
}

/** What is bound for a value. */
export const parameterOf = (type: RuleType, value: Value): unknown => (type.kind === 'json' ? JSON.stringify(value) : value);

/** A literal: a parameter with an explicit cast. */
export function literalSql(type: RuleType, value: Value): Sql {
  if (value === null) return type.kind === 'null' ? sql`null` : sql`null::${keyword(sqlType(type))}`;
  return sql`${parameterOf(type, value)}::${keyword(sqlType(type))}`;
}

/** The same of a literal whose value is given when the statement runs. */
export function givenSql(type: RuleType, slot: ReadingSlot): Sql {
  return sql`${slot}::${keyword(sqlType(type))}`;
}

export const nowSql: Sql = sql`${slot(ruleSlots.now)}::timestamptz`;
export const zoneSql: Sql = sql`${slot(ruleSlots.zone)}::text`;

/** `$n::interval` would hide the value from the planner; this does not. */
export const intervalSql = (text: string): Sql => sql`interval ${textLiteral(text)}`;

/**
 * The value, or null where it is not strictly between the bounds; named once, so it is worked out once. `least` and `greatest` skip nulls,
 * so an unknown value comes out at a bound too, and is null again.
 */
export function between(value: Sql, low: Sql, high: Sql): Sql {
  return sql`nullif(nullif(greatest(least(${value}, ${high}), ${low}), ${high}), ${low})`;
}

const tooHigh = sql`1e40`;
const tooLow = sql`-1e40`;

/** Overflow of decimals to null. */
export const boundedNumber = (value: Sql): Sql => between(value, tooLow, tooHigh);

/** `div` is exact and cuts off; half-up to ten decimals needs no more than the eleventh. (PostgreSQL's own `/` chooses its scale by its operands.) */
export const quotientSql = (a: Sql, b: Sql): Sql =>
  boundedNumber(sql`round(div(${a} * 100000000000, nullif(${b}, 0)) * 0.00000000001, 10)`);

/** Dates beyond the years 0001 to 9999 to null. */
export const boundedDate = (value: Sql): Sql => between(value, sql`date '0001-12-31 BC'`, sql`date '10000-01-01'`);

/** Instants beyond the years 0001 to 9999 (UTC) to null. */
export const boundedInstant = (value: Sql): Sql =>
  between(value, sql`timestamptz '0001-12-31 23:59:59.999+00 BC'`, sql`timestamptz '10000-01-01 00:00:00+00'`);

/** A number cut to a whole one as `int`; null beyond ±limit. */
export function wholeSql(value: Sql, limit: number): Sql {
  const bound = keyword(String(limit + 1));
  return sql`${between(sql`trunc(${value})`, sql`-${bound}`, bound)}::int`;
}

/** Works values out once and gives them names. The alias is ours alone, so that it hides nothing of the environment's. */
export function bindOnce(values: readonly Sql[], body: (...names: Sql[]) => Sql): Sql {
  const names = values.map((_, i) => `v${i}`);
  const columns = values.map((value, i) => sql`${value} as ${keyword(names[i] ?? '')}`);
  // `offset 0` keeps the planner from putting the expressions back where the names are.
  return sql`(select ${body(...names.map((name) => keyword(`_rule.${name}`)))} from (select ${join(columns)} offset 0) as _rule)`;
}
