// The engine's own values that records bring along when they are written: words of the search, keys of matching rules. No field shows them.
import { matchColumn } from '../matching/column.ts';
import { searchColumn } from '../search/column.ts';
import type { RecordValues } from './record-rows.ts';

const engineColumns = [searchColumn, matchColumn] as const;

/** Those that all of the records bring: else the column is left as it is. */
export function carriedColumns(records: readonly RecordValues[]): readonly string[] {
  return records.length === 0 ? [] : engineColumns.filter((column) => records.every((record) => record[column] !== undefined));
}
