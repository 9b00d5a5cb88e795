// What the aggregate functions make of values, in JavaScript and in SQL: one place, so that stored, live and reported totals agree.
import { sql, type Sql } from '@tessera/kernel';
import * as decimals from './decimal.ts';
import type { AggregateFunction, RuleType, SortKey, Value } from './expression.ts';
import { compareValues, equalValues } from './operators/comparison.ts';
import { literalSql, quotientSql } from './sql-parts.ts';

const zero: decimals.Decimal = { digits: 0n, scale: 0 };

function sum(values: readonly Value[]): decimals.Decimal {
  return values.reduce((total: decimals.Decimal, value) => {
    const item = typeof value === 'string' ? decimals.parseDecimal(value) : undefined;
    return item === undefined ? total : decimals.add(total, item);
  }, zero);
}

function distinct(type: RuleType, values: readonly Value[]): Value[] {
  if (type.kind !== 'number') return [...new Set(values)];
  return values.filter((value, i) => values.findIndex((other) => equalValues(type, value, other)) === i);
}

function extreme(type: RuleType, values: readonly Value[], sign: number): Value {
  return values.reduce((best, value) => (best === null || compareValues(type, value, best) * sign > 0 ? value : best), null);
}

/**
 * The function over its members' values: those that `where` chose, in the order of `sort`, cut by `first`. Nulls are passed over, except
 * by `first`, which is the first member's value.
 * @param type the type of the values
 * @param members one value per record; for `count` without a value, and `some` and `none` without one, `true` for each record
 */
export function aggregateValues(name: AggregateFunction, type: RuleType, members: readonly Value[]): Value {
  const values = members.filter((value) => value !== null);
  switch (name) {
    case 'count':
      return String(values.length);
    case 'countDistinct':
      return String(distinct(type, values).length);
    case 'sum':
      return decimals.formatDecimal(sum(values));
    case 'avg': {
      const average = decimals.divide(sum(values), { digits: BigInt(values.length), scale: 0 });
      return average === undefined ? null : decimals.formatDecimal(average);
    }
    case 'min':
      return extreme(type, values, -1);
    case 'max':
      return extreme(type, values, 1);
    case 'first':
      return members[0] ?? null;
    case 'list':
      return values;
    case 'some':
      return values.includes(true);
    case 'all':
      return members.every((value) => value === true);
    case 'none':
      return !values.includes(true);
  }
}

/**
 * The function over one column of the members, as SQL of a select list: `select ${aggregateSql(…)} from (members) …`.
 * @param type the type of the value
 * @param value the column; for `count`, `some` and `none` without a value, `true`
 * @param order the members' order, as `sortSql` makes it plus the id; `first` and `list` need it
 */
export function aggregateSql(name: AggregateFunction, type: RuleType, value: Sql, order: Sql): Sql {
  const collated = type.kind === 'text' ? sql`${value} collate "C"` : value;
  switch (name) {
    case 'count':
      return sql`count(${value})::numeric`;
    case 'countDistinct':
      return sql`count(distinct ${collated})::numeric`;
    case 'sum':
      return sql`coalesce(sum(${value}), 0)`;
    case 'avg':
      return quotientSql(sql`sum(${value})`, sql`count(${value})`);
    case 'min':
      return sql`min(${collated})`;
    case 'max':
      return sql`max(${collated})`;
    case 'first':
      return sql`(array_agg(${value} order by ${order}))[1]`;
    case 'list':
      return sql`coalesce(array_agg(${value} order by ${order}) filter (where ${value} is not null), ${literalSql({ kind: 'list', of: type }, [])})`;
    case 'some':
      return sql`coalesce(bool_or(${value}), false)`;
    case 'all':
      return sql`coalesce(bool_and(coalesce(${value}, false)), true)`;
    case 'none':
      return sql`not coalesce(bool_or(${value}), false)`;
  }
}

/** Compares two members by their sort values: nulls last either way, 0 where all are equal (then the id decides). */
export function compareMembers(keys: readonly SortKey[], a: readonly Value[], b: readonly Value[]): number {
  for (const [i, { by, descending }] of keys.entries()) {
    const [x = null, y = null] = [a[i], b[i]];
    if (x === null || y === null) {
      if (x !== y) return x === null ? 1 : -1;
      continue;
    }
    const order = compareValues(by.type, x, y);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}
