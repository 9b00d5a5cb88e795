// A read: all roots of a request in one guarded statement, whose one value is the answer's JSON text.
import { ident, isUuid, Slot, slot, sql, type Sql } from '@tessera/kernel';
import type { ColumnType } from '@tessera/metadata';
import { conditionSql } from '@tessera/rules';
import { aggregateJson } from './aggregate.ts';
import { allOf, columnSql, deletedSql, idSql, liveSql } from './columns.ts';
import { fieldOf, objectOf, startCompilation, tableSql, type Compilation, type ReadTarget } from './compilation.ts';
import { rowEnvironment } from './environment.ts';
import { jsonArrayOf, jsonConstant, jsonObject, jsonSql, orNull, type Json } from './json.ts';
import { listJson } from './list.ts';
import type { RootQuery } from './query.ts';
import { selectionsJson } from './selection.ts';

/**
 * What every compiled read has as slots. `modelHash` and `access` are compared with the tenant's `_state`: where they differ the answer is
 * null, and the caller reloads and asks again. Where cursors come out, `CursorSlots` too.
 */
export interface ReadGuard {
  readonly modelHash: string;
  /** A bigint as text. */
  readonly access: string;
}

/** What rules may ask for: the instant (ISO 8601), the tenant's zone (IANA), the acting user's id or null, and the names of the user's roles. */
export interface ReadScope {
  readonly now: string;
  readonly zone: string;
  readonly user: string | null;
  readonly roles: readonly string[];
}

type RecordRoot = Extract<RootQuery, { kind: 'record' }>;
type RecordsRoot = Extract<RootQuery, { kind: 'records' }>;

/**
 * One statement for all roots: `select … as answer`, one row, a JSON object `{ "<as>": … }` as text.
 * Its slots are those of ReadGuard and, where they occur, of ReadScope and CursorSlots.
 */
export function compileRead(target: ReadTarget, roots: readonly RootQuery[]): Sql {
  const c = startCompilation(target);
  const answer = jsonSql(jsonObject(roots.map((root) => [root.as, rootJson(c, root)] as const)));
  return sql`select case when ${guardSql(c)} then ${answer} end as answer`;
}

/** Whether the model and the permissions that this was compiled for still hold. */
export function guardSql(c: Compilation): Sql {
  const state = sql`${ident(c.schema, '_state')} s`;
  return sql`(select s.model = ${slot('modelHash')}::text and s.access = ${slot('access')}::bigint from ${state})`;
}

function rootJson(c: Compilation, root: RootQuery): Json {
  switch (root.kind) {
    case 'record':
      return recordJson(c, root);
    case 'records':
      return recordsJson(c, root);
    case 'list':
      return listJson(c, root.list, root.parts, selectionsJson);
    case 'aggregate':
      return aggregateJson(c, root.aggregate);
    case 'constant':
      return jsonConstant(root.value);
  }
}

function recordJson(c: Compilation, root: RecordRoot): Json {
  const row = c.nextAlias();
  const found = 'id' in root.by ? idCondition(row, root.by.id) : keyCondition(c, root.object, row, root.by.key);
  if (found === undefined) return ['null'];
  const where = [found, ...deletedSql(row, root.deleted)];
  if (root.where !== undefined) where.push(conditionSql(root.where, rowEnvironment(c, row)));
  const json = jsonSql(selectionsJson(c, root.object, row, root.selections));
  return [orNull(sql`(select ${json} from ${tableSql(c, root.object, row)} where ${allOf(where)} limit 1)`)];
}

/** What is no id belongs to no record; PostgreSQL would refuse the whole statement. */
function idCondition(row: string, id: string | Slot): Sql | undefined {
  return typeof id === 'string' && !isUuid(id) ? undefined : sql`${idSql(row)} = ${id}::uuid`;
}

/** A unique key's fields; its own condition makes the (partial) index serve, and the record the only one. */
function keyCondition(c: Compilation, object: string, row: string, key: Readonly<Record<string, unknown>>): Sql | undefined {
  const names = Object.keys(key);
  const conditions: Sql[] = [];
  for (const name of names) {
    const value = key[name] ?? null;
    const [column] = fieldOf(c, object, name).columns;
    if (column === undefined) throw new TypeError(`${object}.${name} is no field of a key.`);
    // Nulls are never equal in a unique index.
    if (value === null) return undefined;
    conditions.push(sql`${columnSql(row, column.name)} = ${castSql(value, column.type)}`);
  }
  const model = Object.values(objectOf(c, object).keys).find(
    (each) => each.fields.length === names.length && each.fields.every((field) => names.includes(field)),
  );
  if (model?.where !== undefined) conditions.push(conditionSql(model.where, rowEnvironment(c, row)));
  return conditions.length === 0 ? undefined : allOf(conditions);
}

function castSql(value: unknown, type: ColumnType): Sql {
  switch (type.kind) {
    case 'text':
      return sql`${value}::text`;
    case 'numeric':
    case 'integer':
      return sql`${value instanceof Slot ? value : String(value)}::numeric`;
    case 'boolean':
      return sql`${value}::boolean`;
    case 'date':
      return sql`${value}::date`;
    case 'datetime':
      return sql`${value}::timestamptz`;
    case 'time':
      return sql`${value}::time`;
    case 'uuid':
      return sql`${value}::uuid`;
    case 'textList':
      return sql`${value}::text[]`;
    case 'json':
      if (value instanceof Slot) throw new TypeError('No key has JSON in it.');
      return sql`${JSON.stringify(value)}::jsonb`;
  }
}

function recordsJson(c: Compilation, root: RecordsRoot): Json {
  const [row, wanted] = [c.nextAlias(), c.nextAlias()];
  const where = [sql`${idSql(row)} = ${columnSql(wanted, 'id')}`, liveSql(row)];
  if (root.where !== undefined) where.push(conditionSql(root.where, rowEnvironment(c, row)));
  const json = jsonSql(selectionsJson(c, root.object, row, root.selections));
  const one = orNull(sql`(select ${json} from ${tableSql(c, root.object, row)} where ${allOf(where)})`);
  const ids = root.ids.map((id) => (isUuid(id) ? id : null));
  const list = sql`unnest(${ids}::uuid[]) with ordinality as ${ident(wanted)} (id, n)`;
  return [sql`(select ${jsonSql(jsonArrayOf([one], { order: columnSql(wanted, 'n') }))} from ${list})`];
}
