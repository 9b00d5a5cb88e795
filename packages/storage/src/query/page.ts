// The rows of one page, found by ids and sort keys before anything of them is made JSON.
import { ident, join, sql, type Sql } from '@tessera/kernel';
import { conditionSql } from '@tessera/rules';
import { allOf, columnsRead, columnSql, deletedSql, idSql } from './columns.ts';
import { tableSql, type Compilation } from './compilation.ts';
import { rowEnvironment } from './environment.ts';
import { keyColumn, keyName, keyValues, orderBySql, orderOf, rangesAfter, reversed, type Order } from './order.ts';
import type { CursorKeys, ListQuery } from './query.ts';

/** The condition that ties the rows of a nested list to the record around it. */
export type Link = (alias: string) => Sql;

/** Where the rows of a list come from. */
export interface Source {
  /** The alias of `from`. */
  readonly row: string;
  readonly from: Sql;
  readonly where: readonly Sql[];
  /** What a page carries of each row; the sort values among it, as `keyName` calls them. */
  readonly columns: Sql;
  /** The sort values and the id within `from`. */
  readonly values: readonly Sql[];
  readonly id: Sql;
}

/** How a page lies in its list. */
export interface Plan {
  readonly list: ListQuery;
  /** The order in which rows are read: that of the list, or the other way round when paging backward. */
  readonly order: Order;
  readonly cursor: CursorKeys | undefined;
  readonly backward: boolean;
  readonly size: number;
}

export function planOf(c: Compilation, list: ListQuery): Plan {
  const order = orderOf(c, list);
  const { page } = list;
  if (page.direction === 'forward') return { list, order, cursor: page.after, backward: false, size: page.size };
  return { list, order: reversed(order), cursor: page.before, backward: true, size: page.size };
}

/** The records that match a list, whatever its page. */
export function tableSource(c: Compilation, list: ListQuery, link?: Link): Source {
  const row = c.nextAlias();
  const environment = rowEnvironment(c, row);
  const where = [...(link === undefined ? [] : [link(row)]), ...deletedSql(row, list.deleted)];
  if (list.where !== undefined) where.push(conditionSql(list.where, environment));
  const values = keyValues(c, list.orderBy, environment);
  return { row, from: tableSql(c, list.object, row), where, columns: withKeys(sql`${ident(row)}.*`, values), values, id: idSql(row) };
}

/**
 * The source with those columns only that `json`, made over rows of `alias`, reads of them: sorting carries no others, and planning
 * does not look at each column of a wide table.
 */
export function sourceFor(source: Source, json: Sql, alias: string): Source {
  const names = columnsRead(json, alias).filter((name) => name !== 'id' && !name.startsWith('#'));
  const columns = [source.id, ...names.map((name) => columnSql(source.row, name))];
  return { ...source, columns: withKeys(join(columns), source.values) };
}

/** A list's matches, found once: ids and sort values under the name `match`. */
export function matchSource(source: Source, match: string): { readonly matches: Sql; readonly source: Source } {
  return {
    matches: sql`select ${withKeys(source.id, source.values)} from ${source.from} where ${allOf(source.where)}`,
    source: {
      row: match,
      from: ident(match),
      where: [],
      columns: sql`${ident(match)}.*`,
      values: source.values.map((_, i) => keyColumn(match, i)),
      id: idSql(match),
    },
  };
}

function withKeys(columns: Sql, values: readonly Sql[]): Sql {
  return join([columns, ...values.map((value, i) => sql`${value} as ${keyName(i)}`)]);
}

/** At most `limit` rows from the cursor on, in reading order. */
export function pageSql(c: Compilation, plan: Plan, source: Source, limit: number): Sql {
  const { order, cursor } = plan;
  const names = source.values.map((_, i) => keyName(i));
  const part = (range: readonly Sql[]): Sql => {
    const where = allOf([...source.where, ...range]);
    return sql`select ${source.columns} from ${source.from} where ${where} ${orderBySql(order, names, source.id)} limit ${limit}`;
  };
  if (cursor === undefined) return part([]);
  const ranges = rangesAfter(order, source.values, source.id, cursor, false);
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined) return part([only]);
  const all = c.nextAlias();
  const union = join(
    ranges.map((range) => sql`(${part([range])})`),
    ' union all ',
  );
  return sql`select * from (${union}) ${ident(all)} ${orderBySql(order, names, idSql(all))} limit ${limit}`;
}

/** Whether the list has a record on the other side of the cursor, the cursor's own record included. */
export function behindSql(plan: Plan, source: Source): Sql {
  if (plan.cursor === undefined) return sql`false`;
  const ranges = rangesAfter(reversed(plan.order), source.values, source.id, plan.cursor, true);
  const found = ranges.map((range) => sql`exists (select from ${source.from} where ${allOf([...source.where, range])})`);
  return sql`(${join(found, ' or ')})`;
}

/** The page with its rows numbered in reading order as `#n`; with `counted` their number as `#c`. */
export function numberedSql(c: Compilation, plan: Plan, page: Sql, counted: boolean): Sql {
  const row = c.nextAlias();
  const names = plan.order.keys.map((_, i) => keyColumn(row, i));
  const number = sql`row_number() over (${orderBySql(plan.order, names, idSql(row))}) as "#n"`;
  return sql`select ${ident(row)}.*, ${number}${counted ? sql`, count(*) over () as "#c"` : sql``} from (${page}) ${ident(row)}`;
}
