// Runs work in one transaction, and again where PostgreSQL asks for that.
import { fail, type Statement } from '@tessera/kernel';
import type { QueryResult, Transaction } from '../database.ts';
import { backOff } from './backoff.ts';
import type { Connection } from './connection.ts';
import { ConnectionFailure, mayRunAgain } from './pg-errors.ts';
import type { Pool } from './pool.ts';

export interface RunTransaction {
  readonly pool: Pool;
  readonly role: string;
  readonly tenant: string;
  /** How often the work is run again. */
  readonly retries: number;
  readonly signal?: AbortSignal | undefined;
  /** Sent before the work, in the same transaction. */
  readonly prelude?: readonly Statement[];
  /** Told each time the work is to be run again. */
  readonly onRetry?: (error: unknown) => void;
  /** Which errors lead to another run; default: deadlock, serialisation failure, stale plan. */
  readonly again?: (error: unknown) => boolean;
  /** Administration may switch roles within the transaction (`set local role`). */
  readonly trusted?: boolean;
  /** Longest wait between runs; default 500 ms. */
  readonly longestWaitMs?: number;
}

/**
 * What work may end or change: only what is inside of its transaction. This catches a mistake, such as a compiled text in the
 * wrong place, and no malice: against that stand parameters.
 */
const notInside =
  /^\s*(?:set(?!\s+(?:local\s+(?!role\b|session\b)|constraints\b))|reset|discard|begin|start|commit|end|abort|rollback(?!\s+(?:work\s+|transaction\s+)?to\b)|prepare|deallocate|load|listen|unlisten)\b/i;

/** @throws TypeError where a statement would change the session or the transaction that it runs in: a mistake of ours */
export function refuseSessionChange(statement: Statement): void {
  if (notInside.test(statement.text)) throw new TypeError(`This statement is not for this door: ${statement.text.slice(0, 60)}`);
}

class OpenTransaction implements Transaction {
  readonly tenant: string;
  /** What made the transaction fail, if anything did. */
  failure: Error | undefined;
  readonly #connection: Connection;
  readonly #signal: AbortSignal | undefined;
  readonly #trusted: boolean;
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(connection: Connection, { tenant, signal, trusted = false }: RunTransaction) {
    this.#connection = connection;
    this.tenant = tenant;
    this.#signal = signal;
    this.#trusted = trusted;
  }

  async query(statement: Statement): Promise<QueryResult> {
    if (this.#ended) throw new TypeError('The transaction has ended; its work must wait for all of its statements.');
    if (!this.#trusted) refuseSessionChange(statement);
    // One after the other, also where the work sends several at once.
    const answer = this.#last.then(() => this.#connection.run(statement, this.#signal === undefined ? {} : { signal: this.#signal }));
    this.#last = answer.catch((error: unknown) => {
      this.failure ??= error instanceof Error ? error : new ConnectionFailure(String(error));
    });
    return await answer;
  }

  /** Lets nothing more in, and waits for what is under way. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#last;
  }
}

async function attempt<T>(connection: Connection, options: RunTransaction, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const transaction = new OpenTransaction(connection, options);
  try {
    for (const statement of options.prelude ?? []) await connection.run(statement);
    const result = await work(transaction);
    await transaction.end();
    if (options.signal?.aborted) throw fail('REQUEST_CANCELLED', {}, {}, options.signal.reason);
    // Work that swallowed an error: PostgreSQL would answer its COMMIT with a silent ROLLBACK.
    if (connection.hasFailed) throw transaction.failure ?? new ConnectionFailure('The transaction failed.');
    if (connection.isIdle) throw new ConnectionFailure('The transaction ended before its work.');
    await connection.command('commit');
    return result;
  } catch (error) {
    await transaction.end();
    await rollBack(connection);
    throw error;
  }
}

async function rollBack(connection: Connection): Promise<void> {
  if (connection.retired || connection.isIdle) return;
  try {
    await connection.command('rollback');
  } catch {
    connection.retired = true;
  }
}

/** Runs the work in a transaction of its own. What it throws is thrown on, after a rollback. */
export async function runTransaction<T>(options: RunTransaction, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const again = options.again ?? mayRunAgain;
  for (let run = 1; ; run += 1) {
    const connection = await begin(options);
    try {
      return await attempt(connection, options, work);
    } catch (error) {
      if (run > options.retries || !again(error)) throw error;
      options.onRetry?.(error);
    } finally {
      options.pool.release(connection);
    }
    await backOff(run, 10, options.longestWaitMs ?? 500, options.signal);
  }
}

async function begin({ pool, role, signal }: RunTransaction): Promise<Connection> {
  for (let run = 1; ; run += 1) {
    const connection = await pool.acquire(role, signal);
    try {
      await connection.command('begin');
      return connection;
    } catch (error) {
      connection.retired = true;
      pool.release(connection);
      // The idle connection had died: nothing has been done yet, so another may try.
      if (run >= 3 || !(error instanceof Error)) throw error;
    }
  }
}
