// The book that an import keeps in its tenant: how far it has come, what was refused, what waits for the end.
import { fail, isUuid, type Problem } from '@tessera/kernel';
import {
  advanceImportStatement,
  dropKeptRowsStatement,
  endImportStatement,
  keepRowsStatement,
  readImportStatement,
  refusedRowsStatement,
  startImportStatement,
  waitingRowsStatement,
  type KeptRow,
  type Queryable,
} from '@tessera/storage';
import { addCounts, noCounts, type Counts, type RefusedRow, type WaitingRow } from './types.ts';

/** What the mapping column holds: all that a resumed import must have the same. */
export interface ImportBook {
  readonly mapping: unknown;
  readonly by: string | null;
  /** The headers of the file in their order, for the report. */
  readonly columns: readonly string[];
}

export interface ImportState {
  readonly id: string;
  readonly object: string;
  readonly status: 'running' | 'done' | 'failed';
  /** The last row that is done with. */
  readonly position: number;
  readonly counts: Counts;
  /** SHA-256 over the headers and all rows up to the position. */
  readonly digest: string;
  readonly book: ImportBook;
  readonly createdBy: string | null;
}

/** jsonb takes neither NUL nor half of a surrogate pair; a report of hostile rows must not fail for them. */
function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? part.replaceAll('\0', '\u2400').toWellFormed() : part));
}

const countsText = (state: Pick<ImportState, 'counts' | 'digest'>): string => jsonText({ ...state.counts, digest: state.digest });

/** Rows as JSON of a parameter: a jsonb each. */
const keptText = (rows: readonly KeptRow[]): string => jsonText(rows);

export async function startImport(queryable: Queryable, schema: string, state: ImportState, at: string): Promise<void> {
  const { id, object, createdBy, book } = state;
  await queryable.query(startImportStatement(schema, { id, object, mapping: jsonText(book), counts: countsText(state), createdBy, at }));
}

/** Throws IMPORT_NOT_FOUND. */
export async function readImport(queryable: Queryable, schema: string, id: string): Promise<ImportState> {
  const { rows } = isUuid(id) ? await queryable.query(readImportStatement(schema, id)) : { rows: [] };
  const [row] = rows;
  if (row === undefined) throw fail('IMPORT_NOT_FOUND', { id });
  const { digest = '', ...counts } = JSON.parse(String(row['counts'])) as Partial<Counts> & { readonly digest?: string };
  return {
    id,
    object: String(row['object']),
    status: row['status'] as ImportState['status'],
    position: Number(row['position']),
    counts: addCounts(noCounts, counts),
    digest,
    book: JSON.parse(String(row['mapping'])) as ImportBook,
    createdBy: typeof row['created_by'] === 'string' ? row['created_by'] : null,
  };
}

/** Moves on from the position that the import must have. Throws IMPORT_TAKEN where it has another: somebody else goes on with it. */
export async function advanceImport(queryable: Queryable, schema: string, from: number, to: ImportState, at: string): Promise<void> {
  const { rowCount } = await queryable.query(
    advanceImportStatement(schema, { id: to.id, from, to: to.position, counts: countsText(to), at }),
  );
  if (rowCount === 0) throw fail('IMPORT_TAKEN', { id: to.id });
}

export async function endImport(queryable: Queryable, schema: string, id: string, status: 'done' | 'failed', at: string): Promise<void> {
  await queryable.query(endImportStatement(schema, id, status, at));
}

export async function keepRows(
  queryable: Queryable,
  schema: string,
  id: string,
  rows: { readonly refused: readonly RefusedRow[]; readonly waiting: readonly WaitingRow[] },
): Promise<void> {
  const refused = rows.refused.map(({ row, problems, cells }): KeptRow => ({
    row,
    reason: { problems: problems.map(told) },
    content: cells,
  }));
  const waiting = rows.waiting.map(({ row, id: record, links, cells }): KeptRow => ({
    row,
    reason: { waiting: { id: record, links } },
    content: cells,
  }));
  if (refused.length + waiting.length === 0) return;
  await queryable.query(keepRowsStatement(schema, id, keptText([...refused, ...waiting])));
}

/** Parameters may hold whole records; the report needs the words alone. */
function told({ code, message, pointer }: Problem): Problem {
  return pointer === undefined ? { code, message } : { code, message, pointer };
}

/** The first rows that wait, locked until the transaction ends. */
export async function waitingRows(queryable: Queryable, schema: string, id: string, limit: number): Promise<readonly WaitingRow[]> {
  const { rows } = await queryable.query(waitingRowsStatement(schema, id, limit));
  return rows.map((row) => {
    const { waiting } = JSON.parse(String(row['reason'])) as { readonly waiting: Pick<WaitingRow, 'id' | 'links'> };
    return { ...waiting, row: Number(row['row']), cells: JSON.parse(String(row['content'])) as unknown[] };
  });
}

export async function dropKeptRows(queryable: Queryable, schema: string, id: string, rows: readonly number[]): Promise<void> {
  await queryable.query(dropKeptRowsStatement(schema, id, rows));
}

/** Refused rows after a row, in order. */
export async function refusedRows(
  queryable: Queryable,
  schema: string,
  id: string,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly RefusedRow[]> {
  const { rows } = await queryable.query(refusedRowsStatement(schema, id, page.after, page.limit));
  return rows.map((row) => {
    const { problems } = JSON.parse(String(row['reason'])) as { readonly problems: readonly Problem[] };
    return { row: Number(row['row']), problems, cells: JSON.parse(String(row['content'])) as unknown[] };
  });
}
