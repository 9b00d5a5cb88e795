// The search value that records bring along when they are written; no field shows it.
import { ident, sql, type Sql } from '@tessera/kernel';
import { searchColumn } from '../search/column.ts';
import type { RecordValues } from './record-rows.ts';

/** What a statement says of the column: nothing where the records do not bring its value, all of them. */
export interface SearchParts {
  readonly column: readonly Sql[];
  /** The column in `json_to_recordset`. */
  readonly definition: readonly Sql[];
  readonly value: (record: RecordValues) => Readonly<Record<string, unknown>>;
}

export function searchParts(records: readonly RecordValues[]): SearchParts {
  const carried = records.length > 0 && records.every((record) => record[searchColumn] !== undefined);
  if (!carried) return { column: [], definition: [], value: () => ({}) };
  const column = ident(searchColumn);
  return { column: [column], definition: [sql`${column} tsvector`], value: (record) => ({ [searchColumn]: record[searchColumn] }) };
}
