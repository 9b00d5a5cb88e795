// What an import says of itself: its status, and every refused row with its reasons as a CSV.
import type { TenantDatabase } from '@tessera/storage';
import { csvLine } from '../export/csv.ts';
import { readImport, refusedRows } from './journal.ts';
import type { ImportReject, ImportStatus, RefusedRow } from './types.ts';

/** Refusals that a status shows. */
export const shownRejects = 20;

/** Refused rows read at a time. */
const pageSize = 1_000;

export function rejectOf({ row, problems: [first] }: RefusedRow): ImportReject {
  const field = first?.pointer?.slice(1);
  const said = { row, code: first?.code ?? 'INTERNAL', message: first?.message ?? '' };
  return field === undefined || field === '' ? said : { ...said, field };
}

/** How far an import has come. Throws IMPORT_NOT_FOUND. */
export async function importStatus(database: TenantDatabase, id: string): Promise<ImportStatus & { readonly createdBy: string | null }> {
  const { object, status, counts, createdBy } = await readImport(database, database.schema, id);
  const first = await refusedRows(database, database.schema, id, { after: -1, limit: shownRejects });
  return { id, object, status, ...counts, rejects: first.map(rejectOf), createdBy };
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

/**
 * The report: a CSV with a line for each reason against a row (`row`, `field`, `code`, `message`), then the row as it came.
 * Throws IMPORT_NOT_FOUND.
 */
export async function* importRejects(database: TenantDatabase, id: string): AsyncGenerator<string, void, undefined> {
  const { book } = await readImport(database, database.schema, id);
  yield csvLine(['row', 'field', 'code', 'message', ...book.columns]);
  let after = -1;
  for (;;) {
    const rows = await refusedRows(database, database.schema, id, { after, limit: pageSize });
    const lines = rows.flatMap(({ row, problems, cells }) =>
      problems.map(({ pointer = '', code, message }) => csvLine([String(row), pointer.slice(1), code, message, ...cells.map(cellText)])),
    );
    if (lines.length > 0) yield lines.join('');
    after = rows.at(-1)?.row ?? after;
    if (rows.length < pageSize) return;
  }
}
