// One record's stored values, for rules that are worked out outside of a write.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { Queryable } from '../database.ts';
import type { ReadTarget } from '../query/compilation.ts';
import { columnList, columnsOf, recordFields, recordOf, type RecordValues } from './record-rows.ts';

/** The live ones of these records, by id. */
export async function readRecords(
  queryable: Queryable,
  target: ReadTarget,
  object: ObjectModel,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RecordValues>> {
  if (ids.length === 0) return new Map();
  const columns = columnList(columnsOf(recordFields(object)), 't');
  const { rows } = await queryable.query(
    toStatement(
      sql`select ${columns} from ${ident(target.schema, object.table)} t where t.id = any(${ids}::uuid[]) and t.deleted_at is null`,
    ),
  );
  return new Map(rows.map((row) => [String(row['id']), recordOf(object, row)]));
}

/** Undefined where there is no live record with the id. */
export async function readRecord(
  queryable: Queryable,
  target: ReadTarget,
  object: ObjectModel,
  id: string,
): Promise<RecordValues | undefined> {
  const columns = columnList(columnsOf(recordFields(object)), 't');
  const { rows } = await queryable.query(
    toStatement(sql`select ${columns} from ${ident(target.schema, object.table)} t where t.id = ${id}::uuid and t.deleted_at is null`),
  );
  const [row] = rows;
  return row === undefined ? undefined : recordOf(object, row);
}
