// Moves a tenant between databases: a backup's layers make the tables, then its rows fill them.
import { applyLayers } from '@tessera/packs';
import { openBackup, restoreRows } from '@tessera/storage';
import type { EngineParts } from './engine-parts.ts';

/** Makes a tenant from a backup, under its own or another name; what fails leaves no tenant behind. Gives the number of rows. */
export async function restoreTenant(
  parts: EngineParts,
  lines: AsyncIterable<string>,
  options: { readonly name?: string; readonly onRows?: (rows: number) => void } = {},
): Promise<{ readonly tenant: string; readonly rows: number }> {
  const { cell, clock, runtimes } = parts;
  const backup = await openBackup(lines);
  const tenant = options.name ?? backup.header.tenant;
  await cell.createTenant(tenant);
  try {
    const now = new Date(clock.now()).toISOString();
    await applyLayers(cell, {
      tenant,
      before: undefined,
      layers: backup.header.layers,
      now,
      author: null,
      reason: `restored from a backup of ${backup.header.at}`,
    });
    return { tenant, rows: await restoreRows(cell, tenant, backup, options.onRows) };
  } catch (error) {
    await cell.dropTenant(tenant);
    throw error;
  } finally {
    runtimes.forget(tenant);
  }
}
