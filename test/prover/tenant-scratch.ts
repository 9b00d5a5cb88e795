// Where a tenant is proved: never in its own database, but in one that is thrown away.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@tessera/kernel';
import { startEmbedded } from '@tessera/storage';
import { testDatabase } from '../support/postgres.ts';
import type { ScratchDatabase } from './lab.ts';

/** A database of the server that tests are given, or an embedded PostgreSQL of its own in a folder that goes with it. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  if (process.env['TEST_DATABASE_URL'] !== undefined) return testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'tessera-prove-'));
  const remove = (): Promise<void> => rm(dataDir, { recursive: true, force: true });
  try {
    const postgres = await startEmbedded({ dataDir, log: silentLogger, settings: { fsync: 'off', full_page_writes: 'off' } });
    return {
      url: postgres.url,
      drop: async () => {
        await postgres.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
