// Tries something inside a transaction that goes on where it fails.
import { sql, toStatement } from '@tessera/kernel';
import type { Transaction } from '../database.ts';

/** Runs the work; what it wrote is undone where it throws, and the transaction can go on. May be nested: none outlives its work. */
export async function withSavepoint<T>(transaction: Transaction, work: () => Promise<T>): Promise<T> {
  await transaction.query(toStatement(sql`savepoint attempt`));
  try {
    const result = await work();
    await transaction.query(toStatement(sql`release savepoint attempt`));
    return result;
  } catch (error) {
    await transaction.query(toStatement(sql`rollback to savepoint attempt`));
    // Else it would hide an outer one of the same name, which then could not be gone back to.
    await transaction.query(toStatement(sql`release savepoint attempt`));
    throw error;
  }
}
