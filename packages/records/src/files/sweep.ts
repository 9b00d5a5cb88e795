// Removes files that nobody will miss: released ones, uploads that came to nothing, uploads that no record took.
import type { Clock } from '@tessera/kernel';
import { deadFilesStatement, dropFilesStatement, lockTenantShared, type TenantDatabase } from '@tessera/storage';
import type { FileStore } from './file-store.ts';

export interface SweepOptions {
  readonly database: TenantDatabase;
  readonly store: FileStore;
  readonly clock: Clock;
  /** How long a file may wait for a record to take it; default 24 hours. */
  readonly unattachedMs?: number;
  /** How long a released file stays; longer than any upload takes, for one that goes on counts as released. Default 24 hours. */
  readonly deletedMs?: number;
  readonly signal?: AbortSignal;
}

const day = 86_400_000;
const pageSize = 100;

/**
 * Sweeps one tenant; gives how many files went. Rows stay locked while their bytes are removed, so no claim comes between; after a crash the
 * next sweep finds the row again. Several nodes may sweep at once.
 */
export async function sweepFiles(options: SweepOptions): Promise<number> {
  const { database, store, clock, unattachedMs = day, deletedMs = day, signal } = options;
  const before = (ms: number): string => new Date(clock.now() - ms).toISOString();
  const dead = { unattachedBefore: before(unattachedMs), deletedBefore: before(deletedMs), limit: pageSize };
  for (let swept = 0; ;) {
    const count = await database.transaction(
      async (transaction) => {
        await lockTenantShared(transaction);
        const { rows } = await transaction.query(deadFilesStatement(database.schema, dead));
        for (const row of rows) await store.remove(String(row['storage_key']));
        const ids = rows.map((row) => String(row['id']));
        if (ids.length > 0) await transaction.query(dropFilesStatement(database.schema, ids));
        return ids.length;
      },
      signal === undefined ? {} : { signal },
    );
    swept += count;
    if (count < pageSize || signal?.aborted === true) return swept;
  }
}
