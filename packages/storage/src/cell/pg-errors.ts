// What an error of PostgreSQL or of the connection means, and the names that it tells.
import { fail, TesseraError, type ErrorCode } from '@tessera/kernel';

export type DatabaseErrorKind =
  | 'unique'
  | 'foreignKey'
  | 'check'
  | 'notNull'
  | 'deadlock'
  | 'serialization'
  | 'lockTimeout'
  | 'statementTimeout'
  | 'undefinedTable'
  | 'undefinedColumn'
  | 'permission'
  /** A statement kept under a name no longer fits its tables; it has not run. */
  | 'stalePlan'
  | 'connection'
  | 'outOfRange'
  /** A parameter has what no text here may have: U+0000, or half of a surrogate pair. */
  | 'notText'
  | 'other';

/** Where an error came from, as far as PostgreSQL says. */
export interface DatabaseErrorPlace {
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
}

/** SQLSTATE (PostgreSQL manual, appendix A) to kind. */
const kinds: Readonly<Record<string, DatabaseErrorKind>> = {
  '23505': 'unique',
  '23503': 'foreignKey',
  '23001': 'foreignKey',
  '23514': 'check',
  '23502': 'notNull',
  '40P01': 'deadlock',
  '40001': 'serialization',
  '55P03': 'lockTimeout',
  '57014': 'statementTimeout',
  '42P01': 'undefinedTable',
  '3F000': 'undefinedTable',
  '42703': 'undefinedColumn',
  '42501': 'permission',
  '57P01': 'connection',
  '57P02': 'connection',
  '57P03': 'connection',
  '57P04': 'connection',
  '57P05': 'connection',
  '53300': 'connection',
  '25P03': 'connection',
  '25P04': 'connection',
  '22001': 'outOfRange',
  '22003': 'outOfRange',
  '22008': 'outOfRange',
  '22021': 'notText',
  '22P05': 'notText',
};

/** What pg puts on an error that the server sent. */
interface ServerError extends Error {
  readonly code: string;
  readonly severity?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  readonly routine?: string;
}

/** The connection itself failed, or was given up by us; the server said nothing. */
export class ConnectionFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ConnectionFailure';
  }
}

/** Also for errors of Node's own, which may come from another realm than ours. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** Whatever was thrown, as an error. */
export const asError = (thrown: unknown): Error => (isError(thrown) ? thrown : new ConnectionFailure(String(thrown)));

/** The server's error, also where it is the cause of one of ours. */
function serverError(error: unknown): ServerError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && /^[0-9A-Z]{5}$/.test(at.code) && 'severity' in at) return at as ServerError;
  }
  return undefined;
}

export function databaseErrorKind(error: unknown): DatabaseErrorKind {
  const found = serverError(error);
  if (found !== undefined) {
    if (found.routine === 'RevalidateCachedQuery') return 'stalePlan';
    // Our JSON is well made; what PostgreSQL may still object to is half of a surrogate pair within a text of it.
    if (found.code === '22P02' && /\bjson\b/.test(found.message)) return 'notText';
    return kinds[found.code] ?? (found.code.startsWith('08') ? 'connection' : 'other');
  }
  // Node puts `syscall` on what a socket could not do (EPIPE, ECONNRESET, …).
  for (let at = error; isError(at); at = at.cause) if (at instanceof ConnectionFailure || 'syscall' in at) return 'connection';
  return 'other';
}

/** The SQLSTATE, where the server sent one. */
export function sqlState(error: unknown): string | undefined {
  return serverError(error)?.code;
}

/**
 * The constraint, table and column that an error is about. Citus leaves the fields empty and names shards in its message; there
 * the names are read from the message and lose their shard number.
 */
export function databaseErrorPlace(error: unknown): DatabaseErrorPlace {
  const found = serverError(error);
  const named = (field: 'constraint' | 'table' | 'column', pattern: RegExp): string | undefined =>
    found?.[field] ?? withoutShard(pattern.exec(found?.message ?? '')?.[1]);
  return {
    constraint: named('constraint', /constraint "([^"]+)"/),
    table: named('table', /(?:relation|table) "([^"]+)"/),
    column: named('column', /column "([^"]+)"/),
  };
}

/** Citus numbers its shards from 102008 on; shorter numbers are a table's own, such as `account__2`. */
function withoutShard(name: string | undefined): string | undefined {
  return name
    ?.replace(/_\d{6,}$/, '')
    .split('.')
    .at(-1);
}

/** Nothing of the transaction has happened, and the same work may succeed when it is run again. */
export function mayRunAgain(error: unknown): boolean {
  const kind = databaseErrorKind(error);
  return kind === 'deadlock' || kind === 'serialization' || kind === 'stalePlan';
}

/** Failures of the database's service, which every caller may see; what the data caused stays as PostgreSQL said it. */
const services: Partial<Record<DatabaseErrorKind, ErrorCode>> = {
  connection: 'DATABASE_UNAVAILABLE',
  statementTimeout: 'QUERY_TIMEOUT',
  lockTimeout: 'TENANT_BUSY',
};

/** The error to throw out of a tenant's door. */
export function doorError(error: unknown, tenant: string): unknown {
  if (error instanceof TesseraError) return error;
  const kind = databaseErrorKind(error);
  // Values of fields were looked at before; this is any other text of a caller: a name, a key, a reason.
  if (kind === 'notText')
    return fail('REQUEST_INVALID', { reason: 'no text has the character U+0000, or half of a surrogate pair.' }, {}, error);
  const code = services[kind];
  return code === undefined ? error : fail(code, { tenant }, {}, error);
}
