// Runs work in one transaction, and again where PostgreSQL asks for that.
import { backOff } from './backoff.ts';
import type { Connection } from './connection.ts';
import { OpenTransaction, type RunTransaction } from './open-transaction.ts';
import { mayRunAgain } from './pg-errors.ts';

async function attempt<T>(
  transaction: OpenTransaction,
  options: RunTransaction,
  work: (transaction: OpenTransaction) => Promise<T>,
): Promise<T> {
  try {
    for (const statement of options.prelude ?? []) await transaction.prepare(statement);
    const result = await work(transaction);
    await transaction.commit();
    return result;
  } catch (error) {
    const told = await transaction.failed(error);
    await rollBack(transaction.connection);
    throw told;
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
export async function runTransaction<T>(options: RunTransaction, work: (transaction: OpenTransaction) => Promise<T>): Promise<T> {
  const { pool, role, signal, again = mayRunAgain } = options;
  for (let run = 1; ; run += 1) {
    const transaction = new OpenTransaction(await pool.acquire(role, signal), options);
    try {
      return await attempt(transaction, options, work);
    } catch (error) {
      if (run > options.retries || !again(error)) throw error;
      options.onRetry?.(error);
    } finally {
      pool.release(transaction.connection);
    }
    await backOff(run, 10, options.longestWaitMs ?? 500, signal);
  }
}
