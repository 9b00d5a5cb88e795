// The search value that records bring along when they are written; no field shows it.
import { searchColumn } from '../search/column.ts';
import type { RecordValues } from './record-rows.ts';

/** Whether the records bring it, all of them: else the column is left as it is. */
export function carriesSearch(records: readonly RecordValues[]): boolean {
  return records.length > 0 && records.every((record) => record[searchColumn] !== undefined);
}
