// A tenant's door: each statement runs on a connection that is in the tenant's role.
import { sql, toStatement, type Statement } from '@tessera/kernel';
import type { QueryResult, StatementOrigin, TenantDatabase, TenantTransaction, Transaction, TransactionOptions } from '../database.ts';
import { lockKey, tenantSchema } from './names.ts';
import { databaseErrorKind, doorError } from './pg-errors.ts';
import type { Pool } from './pool.ts';
import { refuseSessionChange } from './open-transaction.ts';
import type { SlowStatements, Watch } from './slow-statements.ts';
import { runTransaction } from './transaction.ts';

export interface DoorOptions {
  readonly pool: Pool;
  readonly tenant: string;
  readonly role: string;
  /** Told of each retry, for the metrics. */
  readonly onRetry: (error: unknown) => void;
  readonly slow: SlowStatements;
}

const defaultRetries = 5;

export class TenantDoor implements TenantDatabase {
  readonly tenant: string;
  readonly schema: string;
  readonly #options: DoorOptions;
  readonly #watch: Watch | undefined;

  /** @param origin undefined: statements are for no request */
  constructor(options: DoorOptions, origin?: StatementOrigin) {
    this.tenant = options.tenant;
    this.schema = tenantSchema(options.tenant);
    this.#options = options;
    this.#watch = options.slow.watch(options.tenant, origin);
  }

  for(origin: StatementOrigin): TenantDatabase {
    return new TenantDoor(this.#options, origin);
  }

  async query(statement: Statement, given: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {}): Promise<QueryResult> {
    refuseSessionChange(statement);
    const { pool, role } = this.#options;
    const options = this.#watch === undefined ? given : { ...given, watch: this.#watch };
    try {
      return await pool.run(role, statement, options);
    } catch (error) {
      // A kept plan that no longer fits was refused before it ran, and its connection is closed.
      if (databaseErrorKind(error) !== 'stalePlan') throw doorError(error, this.tenant);
    }
    try {
      return await pool.run(role, statement, options);
    } catch (error) {
      throw doorError(error, this.tenant);
    }
  }

  async transaction<T>(work: (transaction: TenantTransaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const { pool, role, onRetry } = this.#options;
    const { retries = defaultRetries, signal, opening } = options;
    try {
      return await runTransaction({ pool, role, tenant: this.tenant, retries, signal, onRetry, opening, watch: this.#watch }, work);
    } catch (error) {
      throw doorError(error, this.tenant);
    }
  }
}

/**
 * Holds off changes of the tenant's tables until the transaction ends. Every write does this, before anything else: one that
 * waits here behind an applier then holds nothing that the applier could need, so the two never deadlock.
 *
 * @throws TENANT_BUSY (out of the transaction) where a change takes longer than the connections' lock_timeout
 */
export async function lockTenantShared(transaction: Transaction): Promise<void> {
  const key = tenantLockKey(tenantSchema(transaction.tenant));
  await transaction.query(toStatement(sql`select pg_advisory_xact_lock_shared(${key}::bigint)`, 'lock'));
}

/** The key of a tenant's advisory lock, a bigint as text, for statements that take the lock along with other things. */
export function tenantLockKey(schema: string): string {
  return lockKey(schema);
}
