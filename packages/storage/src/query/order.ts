// Orders of lists: sort keys with their collation, and the ranges that lie after or before a cursor.
import { ident, join, keyword, sql, type Slot, type Sql } from '@tessera/kernel';
import { sqlType, type Expression, type RuleType, type SqlEnvironment } from '@tessera/rules';
import { columnSql } from './columns.ts';
import { fieldOf, type ReadTarget } from './compilation.ts';
import { valueSql } from './environment.ts';
import type { CursorKeys, ListQuery, OrderKey } from './query.ts';

/** A sort key ready for SQL. */
export interface Key {
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly nullable: boolean;
  readonly type: RuleType;
}

/** The keys of a list; the id comes after them: in the direction of the last one index (key, id) serves both ways. */
export interface Order {
  readonly keys: readonly Key[];
  readonly idDescending: boolean;
}

/** The collation that people expect of sorted texts: Chinese by pinyin where Chinese is the tenant's language, else the root order of ICU. */
export function textCollation(target: ReadTarget): Sql {
  const [language = ''] = target.model.settings.languages;
  return keyword(/^zh\b/i.test(language) ? '"zh-x-icu"' : '"und-x-icu"');
}

/** A sort value with its collation. Picklists sort by their names as stored. */
export function collated(target: ReadTarget, value: Sql, type: RuleType): Sql {
  if (type.kind === 'text' && type.options === undefined) return sql`(${value}) collate ${textCollation(target)}`;
  return type.kind === 'json' ? sql`(${value})::text collate "C"` : value;
}

function nullable(target: ReadTarget, by: Expression): boolean {
  if (by.node !== 'path' || by.root !== 0 || by.steps.length !== 1) return true;
  const [step] = by.steps;
  if (step === undefined) return true;
  const field = fieldOf(target, step.object, step.field);
  // Only what the platform itself fills in; `required` may be younger than the rows.
  return !(field.type === 'id' || field.name === 'createdAt' || field.name === 'updatedAt' || field.name === 'version');
}

/** The order of a list. */
export function orderOf(target: ReadTarget, { orderBy, idDescending }: Pick<ListQuery, 'orderBy' | 'idDescending'>): Order {
  const keys = orderBy.map(({ by, descending, nulls }) => ({
    descending,
    nullsFirst: nulls === undefined ? descending : nulls === 'first',
    nullable: nullable(target, by),
    type: by.type,
  }));
  return { keys, idDescending: idDescending ?? keys.at(-1)?.descending ?? false };
}

/** The same order from its other end. */
export function reversed(order: Order): Order {
  const keys = order.keys.map((key) => ({ ...key, descending: !key.descending, nullsFirst: !key.nullsFirst }));
  return { keys, idDescending: !order.idDescending };
}

/** The SQL of the sort values, with their collations. */
export function keyValues(target: ReadTarget, orderBy: readonly OrderKey[], environment: SqlEnvironment): readonly Sql[] {
  return orderBy.map(({ by }) => collated(target, valueSql(by, environment), by.type));
}

/** What sort value `i` is called as a column of a sub-select; no column of a table has such a name. */
export const keyName = (i: number): Sql => ident(`#${String(i)}`);

export const keyColumn = (alias: string, i: number): Sql => columnSql(alias, `#${String(i)}`);

/** `order by` over values, or over columns that hold them. */
export function orderBySql(order: Order, values: readonly Sql[], id: Sql): Sql {
  const terms = order.keys.map(({ descending, nullsFirst }, i) => {
    const nulls = nullsFirst === descending ? '' : nullsFirst ? ' nulls first' : ' nulls last';
    return sql`${values[i] ?? id}${keyword(`${descending ? ' desc' : ''}${nulls}`)}`;
  });
  return sql`order by ${join([...terms, sql`${id}${keyword(order.idDescending ? ' desc' : '')}`])}`;
}

/**
 * The rows after a cursor as disjoint ranges, in order; each range is one condition that an index on the first key serves:
 * `(k, id) < ($1, $2)`, with more keys `k <= $1 and (k < $1 or …)`, and the nulls apart. `inclusive`: the cursor's row too.
 */
export function rangesAfter(order: Order, values: readonly Sql[], id: Sql, cursor: CursorKeys, inclusive: boolean): readonly Sql[] {
  if (cursor.keys.length !== order.keys.length) throw new TypeError('The cursor belongs to another order.');
  const last = sql`${id} ${comparison(order.idDescending, inclusive)} ${cursor.id}::uuid`;
  const [first] = order.keys;
  const [value] = values;
  if (first === undefined || value === undefined) return [last];
  const rest = laterSql(order, values, cursor, 1, last);
  const at = cursor.keys[0] ?? null;
  if (at === null)
    return first.nullsFirst ? [sql`${value} is null and ${rest}`, sql`${value} is not null`] : [sql`${value} is null and ${rest}`];
  const parameter = keyParameter(at, first.type);
  const both = sql`(${value}, ${id}) ${comparison(first.descending, inclusive)} (${parameter}, ${cursor.id}::uuid)`;
  const either = sql`${value} ${comparison(first.descending, true)} ${parameter} and (${value} ${comparison(first.descending, false)} ${parameter} or ${rest})`;
  const beyond = order.keys.length === 1 && first.descending === order.idDescending ? both : either;
  return first.nullsFirst || !first.nullable ? [beyond] : [beyond, sql`${value} is null`];
}

/** The condition of key `i` and those behind it, the keys before being equal. */
function laterSql(order: Order, values: readonly Sql[], cursor: CursorKeys, i: number, last: Sql): Sql {
  const key = order.keys[i];
  const value = values[i];
  if (key === undefined || value === undefined) return last;
  const rest = laterSql(order, values, cursor, i + 1, last);
  const at = cursor.keys[i] ?? null;
  if (at === null) return key.nullsFirst ? sql`(${value} is not null or ${rest})` : sql`(${value} is null and ${rest})`;
  const parameter = keyParameter(at, key.type);
  const beyond = sql`${value} ${comparison(key.descending, false)} ${parameter} or (${value} = ${parameter} and ${rest})`;
  return key.nullsFirst || !key.nullable ? sql`(${beyond})` : sql`(${beyond} or ${value} is null)`;
}

function comparison(descending: boolean, inclusive: boolean): Sql {
  if (descending) return inclusive ? sql`<=` : sql`<`;
  return inclusive ? sql`>=` : sql`>`;
}

/** A sort value as exact text: microseconds, all decimals. */
export function keyText(value: Sql, type: RuleType): Sql {
  if (type.kind === 'datetime') return sql`to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  if (type.kind === 'date') return sql`to_char(${value}, 'YYYY-MM-DD')`;
  return sql`${value}::text`;
}

/** The text of `keyText` as a value again. */
function keyParameter(text: string | Slot, type: RuleType): Sql {
  return sql`${text}::${keyword(type.kind === 'json' ? 'text' : sqlType(type))}`;
}
