// Tries something inside a transaction that goes on where it fails.
import { sql, toStatement } from '@tessera/kernel';
import type { TenantTransaction } from '../database.ts';

const savepoint = toStatement(sql`savepoint attempt`, 'savepoint');
const release = toStatement(sql`release savepoint attempt`, 'release');
const goBack = toStatement(sql`rollback to savepoint attempt`, 'rollback');

/** Goes back after a failure. Where not even that can be done, the savepoint itself was never reached: what failed first says why. */
async function undo(transaction: TenantTransaction): Promise<void> {
  try {
    await transaction.query(goBack);
  } catch {
    return;
  }
  // Else it would hide an outer one of the same name, which then could not be gone back to.
  transaction.ahead(release);
}

/** Runs the work; what it wrote is undone where it throws, and the transaction can go on. May be nested: none outlives its work. */
export async function withSavepoint<T>(transaction: TenantTransaction, work: () => Promise<T>): Promise<T> {
  transaction.ahead(savepoint);
  try {
    const result = await work();
    transaction.ahead(release);
    return result;
  } catch (error) {
    await undo(transaction);
    throw error;
  }
}

/** Runs the work and undoes what it wrote, however it ends; locks that it took are given up again. */
export async function withoutTrace<T>(transaction: TenantTransaction, work: () => Promise<T>): Promise<T> {
  transaction.ahead(savepoint);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await undo(transaction);
    throw error;
  }
  await transaction.query(goBack);
  transaction.ahead(release);
  return result;
}
