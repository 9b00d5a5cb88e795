// Aggregates of rules as scalar sub-selects: over children, over an object, over the records above one in its tree.
import { ident, join, keyword, sql, type Sql } from '@tessera/kernel';
import {
  aggregateSql,
  conditionSql,
  sortSql,
  toSql,
  type AggregateExpression,
  type AggregateSource,
  type RuleType,
  type SqlEnvironment,
} from '@tessera/rules';
import { allOf, columnSql, idSql, liveSql, notVoidSql, referenceColumn } from './columns.ts';
import { fieldOf, objectOf, tableSql, type Compilation } from './compilation.ts';
import { withFrame, type Frames } from './frames.ts';

type MakeEnvironment = (c: Compilation, frames: Frames) => SqlEnvironment;

/** No tree is deeper; a cycle ends sooner, at the record where it closes. */
const deepestTree = 50;

/** Quantifiers ask about the records that one sees; all else is a roll-up, in which void records do not count. */
const quantifiers: readonly AggregateExpression['function'][] = ['some', 'all', 'none'];

interface Rows {
  readonly from: Sql;
  readonly where: readonly Sql[];
  /** The order that the source has of its own. */
  readonly order: readonly Sql[];
}

/** One aggregate as a scalar SQL expression. `make` gives the environment of the frame that it opens. */
export function aggregateExpressionSql(c: Compilation, frames: Frames, aggregate: AggregateExpression, make: MakeEnvironment): Sql {
  const row = c.nextAlias();
  const inner = make(c, withFrame(frames, aggregate.frame, row));
  const source = rowsSql(c, aggregate.source, make(c, frames), row);
  const where = [...source.where];
  const quantifies = quantifiers.includes(aggregate.function);
  if (!quantifies && Object.hasOwn(objectOf(c, aggregate.source.object).fields, 'lifeStatus')) where.push(notVoidSql(row));
  if (aggregate.where !== undefined) where.push(conditionSql(aggregate.where, inner));
  // `exists` ends at the first record that decides.
  if (quantifies && aggregate.first === undefined) return quantifierSql(aggregate, source.from, where, inner);

  const type: RuleType = aggregate.value?.type ?? { kind: 'boolean' };
  const value = aggregate.value === undefined ? sql`true` : toSql(aggregate.value, inner);
  // The id last: which is first must not be chance.
  const order = join([...sortSql(aggregate.sort ?? [], inner), ...source.order, idSql(row)]);
  const members = sql`from ${source.from} where ${allOf(where)}`;
  if (aggregate.function === 'first') return sql`(select ${value} ${members} order by ${order} limit 1)`;
  const member = c.nextAlias();
  // Values first, the function around them: of a value that speaks of an outer record only, SQL would make an aggregate of that record's query.
  const over = (rows: Sql): Sql =>
    sql`(select ${aggregateSql(aggregate.function, type, columnSql(member, 'v'), columnSql(member, 'n'))} from (${rows}) ${ident(member)})`;
  if (aggregate.function !== 'list' && aggregate.first === undefined) return over(sql`select ${value} as v ${members}`);
  const limit = aggregate.first === undefined ? sql`` : sql` order by n limit ${aggregate.first}`;
  return over(sql`select ${value} as v, row_number() over (order by ${order}) as n ${members}${limit}`);
}

/** `some` and `none`: a member for which the condition holds; `all`: no member for which it does not. */
function quantifierSql(aggregate: AggregateExpression, from: Sql, where: readonly Sql[], inner: SqlEnvironment): Sql {
  const holds = aggregate.value === undefined ? sql`true` : conditionSql(aggregate.value, inner);
  const sought = aggregate.function === 'all' ? sql`not coalesce(${holds}, false)` : holds;
  const found = sql`exists (select from ${from} where ${allOf([...where, sought])})`;
  return aggregate.function === 'some' ? found : sql`(not ${found})`;
}

function rowsSql(c: Compilation, source: AggregateSource, outer: SqlEnvironment, row: string): Rows {
  const from = tableSql(c, source.object, row);
  if (source.kind === 'object') return { from, where: [liveSql(row)], order: [] };
  const type = { kind: 'reference', to: [source.object] } as const;
  if (source.kind === 'children') {
    const by = fieldOf(c, source.object, source.by);
    const column = referenceColumn(by, source.parent);
    if (column === undefined) throw new TypeError(`${source.object}.${source.by} is no stored lookup.`);
    const parent = outer.path({ node: 'path', type, root: source.root, steps: [...source.steps, { object: source.parent, field: 'id' }] });
    return { from, where: [sql`${columnSql(row, column.name)} = ${parent}`, liveSql(row)], order: [] };
  }
  const start = outer.path({
    node: 'path',
    type,
    root: source.root,
    steps: [...source.steps, { object: source.object, field: source.by }],
  });
  const self = outer.path({ node: 'path', type, root: source.root, steps: [...source.steps, { object: source.object, field: 'id' }] });
  return { from: sql`(${treeSql(c, source, start, self)}) ${ident(row)}`, where: [], order: [columnSql(row, '#depth')] };
}

function treeSql(c: Compilation, source: Extract<AggregateSource, { kind: 'ancestors' }>, start: Sql, self: Sql): Sql {
  const column = referenceColumn(fieldOf(c, source.object, source.by), source.object);
  if (column === undefined) throw new TypeError(`${source.object}.${source.by} is no stored lookup.`);
  const [up, low, next, found] = [c.nextAlias(), c.nextAlias(), c.nextAlias(), c.nextAlias()];
  const first = sql`select ${idSql(low)}, ${columnSql(low, column.name)}, 1, array[${self}, ${idSql(low)}] from ${tableSql(c, source.object, low)} where ${idSql(low)} = ${start} and ${liveSql(low)} and ${idSql(low)} <> ${self}`;
  const seen = columnSql(up, 'seen');
  const climb = sql`${idSql(next)} = ${columnSql(up, 'above')} and ${liveSql(next)} and ${columnSql(up, 'depth')} < ${keyword(String(deepestTree))} and ${idSql(next)} <> all (${seen})`;
  const above = sql`select ${idSql(next)}, ${columnSql(next, column.name)}, ${columnSql(up, 'depth')} + 1, ${seen} || ${idSql(next)} from ${ident(up)}, ${tableSql(c, source.object, next)} where ${climb}`;
  const rows = sql`select ${ident(found)}.*, ${columnSql(up, 'depth')} as "#depth" from ${ident(up)}, ${tableSql(c, source.object, found)} where ${idSql(found)} = ${idSql(up)}`;
  return sql`with recursive ${ident(up)} (id, above, depth, seen) as (${first} union all ${above}) ${rows}`;
}
