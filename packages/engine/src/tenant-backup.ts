// Moves a tenant between databases: a backup's layers make the tables, then its rows and files fill them.
import { applyLayers } from '@tessera/packs';
import { storageKey } from '@tessera/records';
import { openBackup, restoreRows, tenantSchema, type BackupCounts, type FileSink } from '@tessera/storage';
import { followLocks } from '@tessera/workflow';
import type { EngineParts } from './engine-parts.ts';

/** What came out of a backup. */
export interface Restored extends BackupCounts {
  readonly tenant: string;
}

/** Keys of this restore alone, and what was written under them. */
function fileSink({ files, newId, log }: EngineParts, tenant: string): { readonly sink: FileSink; readonly takeBack: () => Promise<void> } {
  const copy = newId();
  const written: string[] = [];
  const sink: FileSink = {
    keyOf: (fileId) => storageKey(tenant, fileId, copy),
    write: async (key, content) => {
      await files.write(key, content);
      written.push(key);
    },
  };
  const takeBack = async (): Promise<void> => {
    for (const key of written) {
      await files.remove(key).catch((error: unknown) => {
        log.warn({ tenant, key, error }, 'a file of a restore that failed could not be removed');
      });
    }
  };
  return { sink, takeBack };
}

/** Makes a tenant from a backup, under its own or another name; what fails leaves no tenant and no files behind. */
export async function restoreTenant(
  parts: EngineParts,
  lines: AsyncIterable<string>,
  options: { readonly name?: string; readonly onRows?: (rows: number) => void } = {},
): Promise<Restored> {
  const { cell, clock, runtimes } = parts;
  const backup = await openBackup(lines);
  const tenant = options.name ?? backup.header.tenant;
  const { sink, takeBack } = fileSink(parts, tenant);
  await cell.createTenant(tenant);
  try {
    const now = new Date(clock.now()).toISOString();
    const { plan } = await applyLayers(cell, {
      tenant,
      before: undefined,
      layers: backup.header.layers,
      now,
      author: null,
      reason: `restored from a backup of ${backup.header.at}`,
    });
    const { onRows } = options;
    const counts = await restoreRows(cell, tenant, backup, { files: sink, ...(onRows === undefined ? {} : { onRows }) });
    await cell.administer(tenant, (transaction) =>
      followLocks({ schema: tenantSchema(tenant), query: (statement) => transaction.query(statement) }, plan.after),
    );
    return { tenant, ...counts };
  } catch (error) {
    await takeBack();
    await cell.dropTenant(tenant);
    throw error;
  } finally {
    runtimes.forget(tenant);
  }
}
