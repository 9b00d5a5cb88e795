// Histories of records that lie in the bin: what is written of them lies there too, and comes back or goes for good with the same records.
import { ident, join, sql, toStatement, type Statement } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { ReadTarget } from '../query/compilation.ts';
import { columnList, columnsOf, recordFields, recordset, rowOf, type RecordValues } from './record-rows.ts';

const deletedAt = 'deleted_at';

/** Adds details of records that are in the bin, to the same deletion. @param by the field with the record */
export function insertInBinStatement(
  target: ReadTarget,
  detail: ObjectModel,
  { master, by }: { readonly master: ObjectModel; readonly by: FieldModel },
  records: readonly RecordValues[],
): Statement {
  const fields = recordFields(detail);
  const columns = columnsOf(fields).filter(({ name }) => name !== deletedAt);
  const [key] = by.columns;
  if (key === undefined) throw new TypeError(`${by.object}.${by.name} has no column.`);
  const rows = records.map((record) => rowOf(fields, record));
  return toStatement(sql`
    insert into ${ident(target.schema, detail.table)} (${columnList(columns)}, ${ident(deletedAt)}, deletion_id)
    select ${columnList(columns, 'r')}, m.deleted_at, m.deletion_id
    from ${recordset(rows, columns, 'r')} join ${ident(target.schema, master.table)} m on m.id = ${ident('r', key.name)}
    where m.deleted_at is not null`);
}

/** Changes fields of records in the bin, by their ids. */
export function updateInBinStatement(
  target: ReadTarget,
  object: ObjectModel,
  fields: readonly FieldModel[],
  changes: ReadonlyMap<string, RecordValues>,
): Statement {
  const columns = columnsOf(fields);
  const rows = [...changes].map(([id, record]) => ({ id, ...rowOf(fields, record) }));
  const set = join(columns.map(({ name }) => sql`${ident(name)} = ${ident('r', name)}`));
  return toStatement(sql`
    update ${ident(target.schema, object.table)} t set ${set}, version = t.version + 1
    from ${recordset(rows, columns, 'r', [sql`id uuid`])} where t.id = r.id and t.deleted_at is not null`);
}
