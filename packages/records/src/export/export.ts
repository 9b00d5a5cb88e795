// Exports: keyset pages of a query, one after the other, as lines of CSV or NDJSON; no transaction stays open, no file stays in memory.
import { bind, fail, toStatement, type Context, type Statement } from '@tessera/kernel';
import { parseDecimal, type Model } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import type { Policy } from '@tessera/security';
import {
  compileExport,
  databaseErrorKind,
  readPosition,
  type ListQuery,
  type OrderKey,
  type ReadGuard,
  type ReadScope,
  type Selection,
  type TenantDatabase,
} from '@tessera/storage';
import { csvLine } from './csv.ts';

export interface ExportDeps {
  readonly context: Context;
  readonly database: TenantDatabase;
  readonly model: Model;
  /**
   * Runs the fetch of a page with an access version (a bigint as text) at which the caller may see what `policy` says; again with a later one
   * where the tenant has moved on. Throws MODEL_CHANGED where the caller may see something else by now.
   */
  run<T>(fetch: (access: string) => Promise<T>): Promise<T>;
  /** API names of the caller's roles, and the values of the slots that restrict the caller. */
  readonly policy: Pick<Policy, 'roles' | 'slots'>;
}

export interface ExportInput {
  readonly object: string;
  /** The caller's filter together with what restricts the caller. */
  readonly where?: Expression;
  readonly orderBy?: readonly OrderKey[];
  readonly idDescending?: boolean;
  readonly deleted?: ListQuery['deleted'];
  /** What is in the file: the columns of a CSV, in order. */
  readonly paths: readonly string[];
  /** Of each record; has a value at each of the paths. NDJSON lines are these as PostgreSQL writes them. */
  readonly selections: readonly Selection[];
  readonly format: 'csv' | 'ndjson';
  /** Begins a CSV with a byte order mark, which some spreadsheets need to know UTF-8. */
  readonly bom?: boolean;
  /** Records of a page; default 1,000. */
  readonly pageSize?: number;
}

const usualPage = 1_000;

/** Lines are handed on in pieces of about so many characters. */
const pieceSize = 65_536;

interface Page {
  readonly records: readonly string[];
  readonly next: ListQuery['page'] | undefined;
}

/**
 * Streams a query of any size. Each page is a snapshot of its own: records that move within the order meanwhile may be missed or met twice,
 * records that stay are there once. Throws MODEL_CHANGED (also in the middle) where metadata or the caller's permissions change: a file that
 * is not complete never ends as if it were.
 */
export async function* exportRecords(deps: ExportDeps, input: ExportInput): AsyncGenerator<string, void, undefined> {
  const { format, paths, bom = false, pageSize = usualPage } = input;
  const columns = paths.map((path) => columnOf(deps.model, input.object, path));
  let piece = format === 'csv' ? `${bom ? '\uFEFF' : ''}${csvLine(paths)}` : '';
  let page: ListQuery['page'] | undefined = { direction: 'forward', size: pageSize };
  while (page !== undefined) {
    const wanted: ListQuery['page'] = page;
    const { records, next }: Page = await deps.run((access) => fetchPage(deps, input, wanted, access));
    for (const record of records) {
      piece += format === 'csv' ? csvRecord(record, columns) : `${record}\n`;
      if (piece.length < pieceSize) continue;
      yield piece;
      piece = '';
    }
    page = next;
  }
  if (piece !== '') yield piece;
}

/** The statement of one page: with slots, and with everything in them. */
export function exportStatement(
  { context, database, model, policy }: Omit<ExportDeps, 'run'>,
  { object, where, orderBy = [], idDescending, deleted, selections, pageSize = usualPage }: Omit<ExportInput, 'paths' | 'format'>,
  access: string,
  page: ListQuery['page'] = { direction: 'forward', size: pageSize },
): { readonly compiled: Statement; readonly statement: Statement } {
  const list: ListQuery = {
    object,
    orderBy,
    page,
    ...(idDescending === undefined ? {} : { idDescending }),
    ...(where === undefined ? {} : { where }),
    ...(deleted === undefined ? {} : { deleted }),
  };
  const slots: ReadGuard & ReadScope = {
    modelHash: model.hash,
    access,
    now: new Date(context.clock.now()).toISOString(),
    zone: model.settings.timeZone,
    user: context.actor.userId,
    roles: policy.roles,
  };
  const compiled = toStatement(compileExport({ model, schema: database.schema }, list, selections));
  return { compiled, statement: bind(compiled, { ...policy.slots, ...slots }) };
}

async function fetchPage(deps: ExportDeps, input: ExportInput, page: ListQuery['page'], access: string): Promise<Page> {
  const { context, database } = deps;
  const { statement } = exportStatement(deps, input, access, page);
  const { rows } = await database
    .query(statement, context.signal === undefined ? {} : { signal: context.signal })
    .catch((error: unknown) => {
      const kind = databaseErrorKind(error);
      // The tables are already those of another Model.
      if (kind === 'undefinedTable' || kind === 'undefinedColumn') throw fail('MODEL_CHANGED', {}, {}, error);
      throw error;
    });
  if (rows.some((row) => row['valid'] !== true)) throw fail('MODEL_CHANGED');
  const records = rows.map((row) => row['record']).filter((record) => typeof record === 'string');
  const position = rows.at(-1)?.['position'];
  const ended = records.length < page.size || typeof position !== 'string';
  return { records, next: ended ? undefined : { direction: 'forward', size: page.size, after: readPosition(position) } };
}

interface Column {
  readonly path: readonly string[];
  /** Written as JSON whatever the value is, so that it can be read as JSON. */
  readonly json: boolean;
}

function columnOf(model: Model, objectName: string, path: string): Column {
  const names = path.split('.');
  let object = model.objects[objectName];
  for (const name of names.slice(0, -1)) object = model.objects[object?.fields[name]?.lookup?.to[0] ?? ''];
  return { path: names, json: object?.fields[names.at(-1) ?? '']?.wire === 'json' };
}

function csvRecord(text: string, columns: readonly Column[]): string {
  const record: unknown = JSON.parse(text);
  return csvLine(columns.map(({ path, json }) => cellText(valueAt(record, path), json)));
}

function valueAt(record: unknown, path: readonly string[]): unknown {
  let value = record;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return null;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** A value as import reads it back: lists of options parted by semicolons, everything structured as JSON. */
function cellText(value: unknown, json: boolean): string {
  if (value === null || value === undefined) return '';
  if (json) return JSON.stringify(value);
  if (typeof value === 'string') return value;
  // Never with an exponent.
  if (typeof value === 'number') return parseDecimal(String(value)) ?? String(value);
  return Array.isArray(value) ? value.join(';') : JSON.stringify(value);
}
