// What is kept of migrations: read for a plan, and moved along with renamed objects, fields and options.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Queryable } from '../database.ts';
import type { KeptField, KeptMigration } from '../ddl/record-changes.ts';
import type { MovedOptions } from '../ddl/identity.ts';
import type { FieldMove, ObjectMove } from '../ddl/moves.ts';
import type { DdlPlan } from '../ddl/step.ts';
import { movedJson } from './renamed-words.ts';

/** The migrations that have run in a tenant and were not undone, the first first. */
export async function keptMigrations(queryable: Queryable, schema: string): Promise<readonly KeptMigration[]> {
  const { rows } = await queryable.query(
    toStatement(
      sql`select id::text as id, pack, version, name, object, fields::text as fields from ${ident(schema, '_migration')} m order by m.id`,
    ),
  );
  return rows.map((row) => ({
    id: String(row['id']),
    pack: String(row['pack']),
    version: String(row['version']),
    name: String(row['name']),
    object: String(row['object']),
    fields: JSON.parse(String(row['fields'])) as Readonly<Record<string, KeptField>>,
  }));
}

const moveFields = (schema: string, moves: readonly FieldMove[]): Sql => sql`
  update ${ident(schema, '_migration')} t set fields = (
    select coalesce(json_object_agg(coalesce(m."to", e.key), e.value), '{}') from json_each(t.fields) e
    left join json_to_recordset(${JSON.stringify(moves)}::json) as m(object text, "from" text, "to" text) on m.object = t.object and m."from" = e.key)
  where t.object = any(${moves.map(({ object }) => object)}::text[])`;

/** No object is called so: two that exchange their names meet nowhere, though the key is looked at row by row. */
const moving = '/';

const moveObjects = (schema: string, moves: readonly ObjectMove[]): readonly Sql[] => [
  sql`
    update ${ident(schema, '_migration')} t set object = ${moving}::text || m."to"
    from json_to_recordset(${JSON.stringify(moves)}::json) as m("from" text, "to" text) where t.object = m."from"`,
  sql`update ${ident(schema, '_migration')} t set object = substr(t.object, 2) where starts_with(t.object, ${moving})`,
];

/** Kept values are compared with those of now, so they are called as these. */
function moveWords(schema: string, undoes: readonly string[], { object, field, words }: MovedOptions): Sql {
  const renamed = sql`${JSON.stringify(Object.fromEntries(words))}::jsonb`;
  const replaced = (values: Sql): Sql =>
    sql`(${values}::jsonb || jsonb_build_object(h.key, ${movedJson(sql`(${values}::jsonb -> h.key)`, renamed)}))::json`;
  return sql`
    with h as (select m.id, m.fields -> ${field} ->> 'key' as key from ${ident(schema, '_migration')} m where m.object = ${object} and m.fields -> ${field} is not null and not m.id = any(${undoes}::bigint[]))
    update ${ident(schema, '_migration_value')} t set old = ${replaced(sql`t.old`)}, new = ${replaced(sql`t.new`)} from h where t.migration = h.id`;
}

/** Before the plan is carried out: what it keeps itself has the present names already, and what it undoes it finds by the former words. */
export async function moveMigrations(
  queryable: Queryable,
  { schema, moves, words, undoes }: Pick<DdlPlan, 'schema' | 'moves' | 'words' | 'undoes'>,
): Promise<void> {
  const { objects, fields } = moves;
  // Fields first: their objects are known by the names before.
  if (fields.length > 0) await queryable.query(toStatement(moveFields(schema, fields)));
  if (objects.length > 0) for (const move of moveObjects(schema, objects)) await queryable.query(toStatement(move));
  for (const moved of words) await queryable.query(toStatement(moveWords(schema, undoes, moved)));
}
