// The world's records in tables, and the environment that SQL rules are made in.
import { ident, join, keyword, slot, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import {
  aggregateSql,
  conditionSql,
  ruleSlots,
  sortSql,
  sqlType,
  toSql,
  type AggregateExpression,
  type PathExpression,
  type PathStep,
  type SqlEnvironment,
  type Value,
} from '@tessera/rules';
import { objects } from './catalog.ts';
import type { World } from './memory.ts';

const schema = 'world';
const frameAlias = (frame: number): string => `r${frame}`;

function columnSql(row: Readonly<Record<string, Value>>, name: string, type: string): Sql {
  const value = row[name] ?? null;
  return sql`${type === 'jsonb' && value !== null ? JSON.stringify(value) : value}::${keyword(type)}`;
}

/** The statements that make the tables and fill them. */
export function tableStatements(world: World): Statement[] {
  const statements = [toStatement(sql`drop schema if exists ${ident(schema)} cascade`), toStatement(sql`create schema ${ident(schema)}`)];
  const make = (table: string, object: string, rows: readonly Readonly<Record<string, Value>>[]): void => {
    const fields = Object.entries(objects[object] ?? {}).map(([name, field]) => [name, sqlType(field.type)] as const);
    const columns = fields.map(([name, type]) => sql`${ident(name)} ${keyword(type === 'timestamptz' ? 'timestamptz(3)' : type)}`);
    statements.push(toStatement(sql`create table ${ident(schema, table)} (${join(columns)})`));
    for (const row of rows)
      statements.push(
        toStatement(sql`insert into ${ident(schema, table)} select ${join(fields.map(([name, type]) => columnSql(row, name, type)))}`),
      );
  };
  for (const object of Object.keys(objects)) make(object, object, world.rows[object] ?? []);
  make('dealBefore', 'deal', [...world.old.values()]);
  return statements;
}

function follow(start: Sql, steps: readonly PathStep[]): Sql {
  return steps.reduce(
    (id, step) => sql`(select ${ident('p', step.field)} from ${ident(schema, step.object)} p where ${ident('p', 'id')} = ${id})`,
    start,
  );
}

function rowId(root: PathExpression['root']): Sql {
  if (typeof root === 'number') return ident(frameAlias(root), 'id');
  return root === '$old' ? ident('before', 'id') : sql`${slot(ruleSlots.user)}::uuid`;
}

function firstField(root: PathExpression['root'], step: PathStep): Sql {
  if (root === '$user') return follow(rowId(root), [step]);
  return ident(root === '$old' ? 'before' : frameAlias(typeof root === 'number' ? root : 0), step.field);
}

/** The id at the end of a path of lookups. */
function holderId(root: PathExpression['root'], steps: readonly PathStep[]): Sql {
  const [first, ...rest] = steps;
  return first === undefined ? rowId(root) : follow(firstField(root, first), rest);
}

function pathSql({ root, steps }: PathExpression): Sql {
  const [first, ...rest] = steps;
  if (first === undefined) return rowId(root);
  const value = follow(firstField(root, first), rest);
  const last = steps.at(-1);
  return last?.target === undefined ? value : sql`(select p.id from ${ident(schema, last.target)} p where p.id = ${value})`;
}

const bareValue = sql`true`;

function aggregated(aggregate: AggregateExpression): Sql {
  const { source, frame, where, value, sort = [], first } = aggregate;
  const alias = ident(frameAlias(frame));
  const id = ident(frameAlias(frame), 'id');
  const conditions = where === undefined ? [] : [conditionSql(where, environment)];
  let from = sql`${ident(schema, source.object)} ${alias}`;
  let lastKey = id;
  if (source.kind === 'children') conditions.push(sql`${ident(frameAlias(frame), source.by)} = ${holderId(source.root, source.steps)}`);
  if (source.kind === 'ancestors') {
    const table = ident(schema, source.object);
    const start = holderId(source.root, [...source.steps, { object: source.object, field: source.by }]);
    from = sql`(with recursive up as (select a.*, 1 as depth from ${table} a where a.id = ${start}
      union all select a.*, up.depth + 1 from ${table} a join up on a.id = ${ident('up', source.by)}) select * from up) ${alias}`;
    lastKey = ident(frameAlias(frame), 'depth');
  }
  const keys = sortSql(sort, environment);
  const order = join([...keys, lastKey]);
  const member = value === undefined ? bareValue : toSql(value, environment);
  const condition = conditions.length === 0 ? sql`` : sql` where ${join(conditions, ' and ')}`;
  const limit = first === undefined ? sql`` : sql` limit ${keyword(String(first))}`;
  const rows = sql`select ${member} as v, row_number() over (order by ${order}) as n from ${from}${condition} order by n${limit}`;
  return sql`(select ${aggregateSql(aggregate.function, value?.type ?? { kind: 'boolean' }, sql`m.v`, sql`m.n`)} from (${rows}) m)`;
}

export const environment: SqlEnvironment = { path: pathSql, aggregate: aggregated };

/** One row per deal, in the order of their ids. */
export const fromDeals: Sql = sql`from ${ident(schema, 'deal')} r0 left join ${ident(schema, 'dealBefore')} before on before.id = r0.id order by r0.id`;

/** A value as text that loses nothing. */
export function exactText(value: Sql, kind: string): Sql {
  switch (kind) {
    case 'number':
      return sql`trim_scale(${value})::text`;
    case 'datetime':
      return sql`(extract(epoch from ${value}) * 1000)::text`;
    case 'list':
      return sql`to_jsonb(${value})::text`;
    default:
      return sql`(${value})::text`;
  }
}

/** Reads what `exactText` wrote. */
export function readExact(source: string | null, kind: string): Value {
  if (source === null) return null;
  if (kind === 'boolean') return source === 'true';
  if (kind === 'datetime') return Number.isInteger(Number(source)) ? new Date(Number(source)).toISOString() : source;
  return kind === 'list' ? (JSON.parse(source) as Value) : source;
}

export const slotsOf = (world: World): Readonly<Record<string, unknown>> => ({
  [ruleSlots.now]: world.now,
  [ruleSlots.zone]: world.timeZone,
  [ruleSlots.user]: world.user,
  [ruleSlots.roles]: world.roles,
});
