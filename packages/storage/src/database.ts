// The doors to PostgreSQL that the rest of the engine sees: statements as one tenant, alone or in a transaction.
import type { Statement } from '@tessera/kernel';

/**
 * Rows as PostgreSQL writes them: numeric, bigint, date, time, timestamps (in UTC) and uuid as text. json and jsonb are text too and
 * not parsed, because answers go out as they are. Parsed are boolean, int2, int4, float, bytea, and arrays of text, uuid and integers.
 */
export interface QueryResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly rowCount: number;
}

export interface Queryable {
  query(statement: Statement): Promise<QueryResult>;
}

/** A transaction as the tenant's role; ended by whoever opened it. */
export interface Transaction extends Queryable {
  readonly tenant: string;
}

/** One whose statements go out together, where they are asked for at once or sent ahead: one round trip for all of them. */
export interface TenantTransaction extends Transaction {
  /**
   * Sends the statement with the next one, or with the commit, which fails with its error where it fails.
   * @param heard told what it answers
   */
  ahead(statement: Statement, heard?: (result: QueryResult) => void): void;
  /** The last statement of all: the commit goes out with it, and is a rollback where anything fails. */
  finish(statement: Statement): Promise<QueryResult>;
  /** Ends it at once: for work that must hear what it has sent ahead. */
  commit(): Promise<void>;
}

/** One that changes a tenant's tables, as their owner. */
export interface AdministeringTransaction extends TenantTransaction {
  /** Does work in the tenant's own role, in which records are written: what is told of them is told for the tenant. */
  asTenant<T>(work: () => Promise<T>): Promise<T>;
}

/** What a transaction begins with. It goes out with the first statement of the work; whatever the work does, it is asked first. */
export interface Opening {
  readonly statements: readonly Statement[];
  /** What to throw where one of them fails. */
  readonly refused: (error: Error) => Error;
}

export interface TransactionOptions {
  /** How often the work is run again after a deadlock or a serialisation failure; default 5. `work` must be repeatable. */
  readonly retries?: number;
  readonly signal?: AbortSignal;
  readonly opening?: Opening;
}

/** What statements are sent for: told of those that take long. */
export interface StatementOrigin {
  /** The operation's name. */
  readonly operation: string;
  readonly requestId: string;
  /** What is alike in all requests that differ in values only; undefined where nobody knows. */
  readonly key?: string | undefined;
}

/** One tenant's door: every statement runs as the tenant's role and can reach nothing of another tenant. */
export interface TenantDatabase extends Queryable {
  readonly tenant: string;
  /** The schema that holds the tenant's tables. */
  readonly schema: string;
  /** The same door, for statements of one request. */
  for(origin: StatementOrigin): TenantDatabase;
  /** One statement on its own, outside a transaction. */
  query(statement: Statement, options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number }): Promise<QueryResult>;
  transaction<T>(work: (transaction: TenantTransaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
}
