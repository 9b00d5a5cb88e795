// What keeps all tenants in order: secrets sealed anew, files swept, trails trimmed, broken changes finished, tables checked.
import type { Problem } from '@tessera/kernel';
import { buildModel } from '@tessera/metadata';
import { finishChanges } from '@tessera/packs';
import { sweepFiles } from '@tessera/records';
import { drift, loadLayers, type DriftFinding } from '@tessera/storage';
import type { EngineParts } from './engine-parts.ts';
import { resealTenant, type Resealed } from './identity/reseal.ts';
import { trimAudit } from './operations/audit.ts';
import { trimAnswers } from './operations/idempotency.ts';
import { trimNotifications } from './operations/notifications.ts';
import { trimRuns } from './operations/runs.ts';
import { platformLag, updatePlatforms, type PlatformUpdate } from './platform-update.ts';

export interface TenantCheck {
  readonly tenant: string;
  readonly drift: readonly DriftFinding[];
  /** What is wrong with the stored metadata; nothing, normally. */
  readonly problems: readonly Problem[];
  /** Why the tenant stays on an older platform than this engine's; left out where it does not. */
  readonly platform?: string;
}

export class Upkeep {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  async #tenants(): Promise<readonly string[]> {
    return (await this.#parts.cell.tenants()).map(({ name }) => name);
  }

  /** Seals the secrets of all tenants with the present secret, so that the old ones may go. May be broken off and run again. */
  async rotateSecrets(onProgress?: (done: number, total: number) => void): Promise<Resealed & { readonly tenants: number }> {
    const tenants = await this.#tenants();
    let [resealed, unreadable] = [0, 0];
    for (const [i, tenant] of tenants.entries()) {
      const done = await resealTenant(this.#parts, tenant);
      resealed += done.resealed;
      unreadable += done.unreadable;
      onProgress?.(i + 1, tenants.length);
    }
    return { tenants: tenants.length, resealed, unreadable };
  }

  /** Removes the bytes of files that nothing has held for a day, of all tenants. Gives how many files went. */
  async sweepFiles(signal?: AbortSignal): Promise<number> {
    const { cell, files: store, clock } = this.#parts;
    let swept = 0;
    for (const tenant of await this.#tenants()) {
      swept += await sweepFiles({ database: cell.tenant(tenant), store, clock, ...(signal === undefined ? {} : { signal }) });
    }
    return swept;
  }

  /** Removes what the audit trail of each tenant has kept for as long as the tenant says. Gives how many entries went. */
  async trimAudit(signal?: AbortSignal): Promise<number> {
    let gone = 0;
    for (const tenant of await this.#tenants()) if (signal?.aborted !== true) gone += await trimAudit(this.#parts, tenant);
    return gone;
  }

  /** Removes runs that ended long ago, with their journals and definitions, and effects that were sent. Gives how many went. */
  async trimRuns(signal?: AbortSignal): Promise<number> {
    let gone = 0;
    for (const tenant of await this.#tenants()) if (signal?.aborted !== true) gone += await trimRuns(this.#parts, tenant);
    return gone;
  }

  /** Removes notifications that were read long ago. Gives how many went. */
  async trimNotifications(signal?: AbortSignal): Promise<number> {
    let gone = 0;
    for (const tenant of await this.#tenants()) if (signal?.aborted !== true) gone += await trimNotifications(this.#parts, tenant);
    return gone;
  }

  /** Removes what was kept under Idempotency-Keys for long enough. Gives how many answers went. */
  async trimAnswers(signal?: AbortSignal): Promise<number> {
    let gone = 0;
    for (const tenant of await this.#tenants()) if (signal?.aborted !== true) gone += await trimAnswers(this.#parts, tenant);
    return gone;
  }

  /** Finishes changes of tables that a crash broke off. Gives how many tenants had such. */
  finishChanges(): Promise<number> {
    const { cell, clock, log } = this.#parts;
    return finishChanges(cell, new Date(clock.now()).toISOString(), (tenant, error) => {
      log.error({ tenant, error }, 'a change of the tables that was broken off could not be finished; the next sweep tries again');
    });
  }

  /** Brings tenants up to the platform of this engine where that only adds to them, and tells of the others. */
  updatePlatforms(signal?: AbortSignal): Promise<PlatformUpdate> {
    return updatePlatforms(this.#parts, signal);
  }

  /** Compares every tenant's tables with its Model, and its platform with this engine's. */
  async check(names?: readonly string[]): Promise<readonly TenantCheck[]> {
    const { cell, runtimes } = this.#parts;
    const checks: TenantCheck[] = [];
    for (const tenant of names ?? (await this.#tenants())) {
      const { database } = await runtimes.refresh(tenant);
      const { model, problems } = buildModel(await cell.control((transaction) => loadLayers(transaction, tenant)));
      const found = model === undefined ? [] : await cell.control((transaction) => drift(transaction, model, database.schema));
      const lag = await platformLag(this.#parts, tenant);
      checks.push({ tenant, drift: found, problems, ...(lag === undefined ? {} : { platform: lag }) });
    }
    return checks;
  }
}
