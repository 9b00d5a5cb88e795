// Follows renames of objects and fields in the tenant's system tables, which hold their names as texts.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Transaction } from '../database.ts';
import type { FieldMove, ObjectMove } from '../ddl/moves.ts';
import type { DdlPlan } from '../ddl/step.ts';
import { mapHeld, moveWords } from './renamed-words.ts';

const withFields = ['_history', '_file', '_merge_part'];
const withObjects = [
  ...['_history', '_file', '_merge', '_merge_part', '_audit', '_import', '_share', '_run', '_timer', '_effect', '_approval'],
  '_seed',
];

/** Fields that changes which wait for an approval set, by their names; so are they shown, and so will they be written. */
function moveHeld(schema: string, moves: readonly FieldMove[]): Sql {
  const part = (name: string): Sql => sql`(
    select coalesce(json_object_agg(coalesce(m."to", e.key), e.value), '{}') from json_each(t.held -> ${name}) e
    left join json_to_recordset(${JSON.stringify(moves)}::json) as m(object text, "from" text, "to" text) on m.object = t.object and m."from" = e.key)`;
  return sql`
    update ${ident(schema, '_approval')} t
       set held = json_build_object('input', ${part('input')}, 'changes', ${part('changes')})
     where t.held is not null and t.ended_at is null and t.object = any(${moves.map(({ object }) => object)}::text[])`;
}

/** All moves in one statement: a and b may change names with each other. */
const moveFields = (schema: string, table: string, moves: readonly FieldMove[]): Sql => sql`
  update ${ident(schema, table)} t set field = m."to"
  from json_to_recordset(${JSON.stringify(moves)}::json) as m(object text, "from" text, "to" text)
  where t.object = m.object and t.field = m."from"`;

const moveObjects = (schema: string, table: string, moves: readonly ObjectMove[]): Sql => sql`
  update ${ident(schema, table)} t set object = m."to"
  from json_to_recordset(${JSON.stringify(moves)}::json) as m("from" text, "to" text) where t.object = m."from"`;

/** Objects of the platform whose records name the record that they are about. */
const withAbout = ['notification', 'approval_task'];

async function moveAbout(transaction: Transaction, schema: string, moves: readonly ObjectMove[]): Promise<void> {
  const { rows } = await transaction.query(
    toStatement(
      sql`select table_name as name from information_schema.tables where table_schema = ${schema} and table_name = any(${withAbout}::text[])`,
    ),
  );
  for (const { name } of rows) {
    await transaction.query(
      toStatement(sql`
        update ${ident(schema, String(name))} t set about_object = m."to"
        from json_to_recordset(${JSON.stringify(moves)}::json) as m("from" text, "to" text) where t.about_object = m."from"`),
    );
  }
}

const takeCounters = (schema: string, objects: readonly ObjectMove[], fields: readonly FieldMove[]): Sql => sql`
  delete from ${ident(schema, '_counter')} t
  where t.object = any(${objects.map(({ from }) => from)}::text[])
    or exists (
      select 1 from json_to_recordset(${JSON.stringify(fields)}::json) as m(object text, "from" text) where t.object = m.object and t.field = m."from")
  returning t.object, t.field, t.period, t.value::text as value`;

/** What a counter of a thing that is gone has left under the name gives way. */
const putCounters = (schema: string, counters: readonly unknown[]): Sql => sql`
  insert into ${ident(schema, '_counter')} as c (object, field, period, value)
  select m.object, m.field, m.period, m.value from json_to_recordset(${JSON.stringify(counters)}::json) as m(object text, field text, period text, value bigint)
  on conflict (object, field, period) do update set value = excluded.value`;

/** Names are a counter's key, so counters are taken out and put in again: in one update two that change names would collide. */
async function moveCounters(
  transaction: Transaction,
  schema: string,
  objects: readonly ObjectMove[],
  fields: readonly FieldMove[],
): Promise<void> {
  const { rows } = await transaction.query(toStatement(takeCounters(schema, objects, fields)));
  if (rows.length === 0) return;
  const moved = rows.map(({ object, field, period, value }) => ({
    object: objects.find(({ from }) => from === object)?.to ?? object,
    field: fields.find((move) => move.object === object && move.from === field)?.to ?? field,
    period,
    value,
  }));
  await transaction.query(toStatement(putCounters(schema, moved)));
}

/**
 * Moves history, files, running numbers, imports, the audit log, notifications and tasks along with renamed objects and fields; and history, shares, API keys and
 * providers along with renamed options, roles and permission sets. In the transaction that renames the tables, under the tenant's exclusive
 * lock: its time grows with the history of what is renamed.
 */
export async function moveReferences(
  transaction: Transaction,
  { schema, moves, words, mapped }: Pick<DdlPlan, 'schema' | 'moves' | 'words' | 'mapped'>,
): Promise<void> {
  const { objects, fields } = moves;
  // Fields first: their objects are known by the names before.
  if (fields.length > 0) for (const table of withFields) await transaction.query(toStatement(moveFields(schema, table, fields)));
  if (fields.length > 0) await transaction.query(toStatement(moveHeld(schema, fields)));
  if (objects.length > 0) for (const table of withObjects) await transaction.query(toStatement(moveObjects(schema, table, objects)));
  if (objects.length > 0) await moveAbout(transaction, schema, objects);
  if (objects.length + fields.length > 0) await moveCounters(transaction, schema, objects, fields);
  await moveWords(transaction, schema, words);
  await mapHeld(transaction, schema, mapped);
}
