// Locks and updates a set of records.
import { ident, join, keyword, sql, toStatement, type Statement } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { ReadTarget } from '../query/compilation.ts';
import { logSql, type ChangeLog } from './changes.ts';
import { liveTargets } from './insert.ts';
import { searchParts } from './search-value.ts';
import { columnList, columnsOf, recordset, rowOf, recordFields, type RecordValues } from './record-rows.ts';

/**
 * The stored values of records, locked in the order of their ids. `no key update` lets others point to them meanwhile; `update`
 * does not, which is what a delete needs.
 */
export function lockStatement(
  target: ReadTarget,
  object: ObjectModel,
  ids: readonly string[],
  options: { readonly strength: 'no key update' | 'update'; readonly deleted?: boolean },
): Statement {
  const columns = columnsOf(recordFields(object));
  const state = options.deleted === true ? sql`is not null` : sql`is null`;
  return toStatement(sql`
    select ${columnList(columns, 't')}, t.deletion_id from ${ident(target.schema, object.table)} t
    where t.id = any(${ids}::uuid[]) and t.deleted_at ${state}
    order by t.id for ${keyword(options.strength)}`);
}

/**
 * Updates records that are locked already. Every row gets all columns of `fields`; a row whose lookups point to a record that
 * is not there is left out. Gives `id` and `version`.
 */
export function updateStatement(
  target: ReadTarget,
  object: ObjectModel,
  fields: readonly FieldModel[],
  records: readonly RecordValues[],
  log: ChangeLog,
): Statement {
  const id = object.fields['id'];
  if (id === undefined) throw new TypeError(`${object.name} has no id.`);
  const columns = columnsOf(fields);
  const search = searchParts(fields.some((field) => field.searchable) ? records : []);
  const rows = records.map((record) => ({ ...rowOf([id, ...fields], record), ...search.value(record) }));
  const { parts, condition } = liveTargets(target, columns, 'input');
  const assigned = [...columns.map((column) => ident(column.name)), ...search.column];
  const assignments = join(assigned.map((column) => sql`${column} = i.${column}`));
  const input = sql`input as materialized (select * from ${recordset(rows, [...id.columns, ...columns], 'r', search.definition)})`;
  return toStatement(sql`
    with ${join([input, ...parts])},
    saved as (
      update ${ident(target.schema, object.table)} t set ${assignments}
      from input i where t.id = i.id and ${condition}
      returning t.id, t.version
    )${logSql(target.schema, log)}
    select id, version from saved`);
}

/** Sets columns of locked rows without history and without telling anybody: stored roll-ups of parents. */
export function setStatement(
  target: ReadTarget,
  object: ObjectModel,
  fields: readonly FieldModel[],
  records: readonly RecordValues[],
): Statement {
  const id = object.fields['id'];
  if (id === undefined) throw new TypeError(`${object.name} has no id.`);
  const columns = columnsOf(fields);
  const rows = records.map((record) => rowOf([id, ...fields], record));
  const assignments = join(columns.map((column) => sql`${ident(column.name)} = i.${ident(column.name)}`));
  return toStatement(sql`
    update ${ident(target.schema, object.table)} t set ${assignments}
    from ${recordset(rows, [...id.columns, ...columns], 'i')} where t.id = i.id`);
}
