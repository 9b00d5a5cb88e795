// Sealing everything anew after a change of the secret: in batches, found by the mark of the present one, so that it can be broken off.
import type { SecretSealer } from '@tessera/security';
import { putResealed, sealedColumns, sealedRows, type SealedColumn } from '@tessera/storage';
import type { EngineParts } from '../engine-parts.ts';
import type { TenantRuntime } from '../tenant-runtimes.ts';

export interface Resealed {
  readonly resealed: number;
  /** Texts that none of the configured secrets opens; they stay as they are. */
  readonly unreadable: number;
}

const batch = 500;

function opened(sealer: SecretSealer, sealed: string): string | undefined {
  try {
    return sealer.open(sealed);
  } catch {
    return undefined;
  }
}

async function resealColumn(parts: EngineParts, { database }: TenantRuntime, place: SealedColumn): Promise<Resealed> {
  const { sealer } = parts;
  let [resealed, unreadable] = [0, 0];
  for (let after: string | undefined; ;) {
    const rows = await sealedRows(database, place, { current: sealer.mark, after, first: batch });
    const next = rows.flatMap((row) => {
      const text = opened(sealer, row.sealed);
      return text === undefined ? [] : [{ ...row, next: sealer.seal(text) }];
    });
    unreadable += rows.length - next.length;
    resealed += await putResealed(database, place, next);
    after = rows.at(-1)?.key;
    if (rows.length < batch) return { resealed, unreadable };
  }
}

/** Seals all of a tenant's secrets with the present secret. Afterwards the old ones are not needed for them. */
export async function resealTenant(parts: EngineParts, name: string): Promise<Resealed> {
  const tenant = await parts.runtimes.refresh(name);
  let total: Resealed = { resealed: 0, unreadable: 0 };
  for (const place of await sealedColumns(tenant.database, tenant.runtime.model)) {
    const { resealed, unreadable } = await resealColumn(parts, tenant, place);
    total = { resealed: total.resealed + resealed, unreadable: total.unreadable + unreadable };
  }
  return total;
}
