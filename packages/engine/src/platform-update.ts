// Tenants on an older platform than the one that comes with this engine: what only adds to them is applied by itself, the rest is told.
import { isoNow, TesseraError } from '@tessera/kernel';
import { applyLayers, planLayers, readPlatform, withPlatform, type Composed, type LayerPlan } from '@tessera/packs';
import { loadLayers, tenantsOnOther } from '@tessera/storage';
import type { EngineParts } from './engine-parts.ts';
import { checking, following } from './following.ts';

/** Why a tenant stays on an older platform. */
export interface PlatformLeft {
  readonly tenant: string;
  readonly reason: string;
}

export interface PlatformUpdate {
  /** Names of tenants. */
  readonly updated: readonly string[];
  readonly left: readonly PlatformLeft[];
}

/** What stands against applying it without anybody having looked at it. */
function reasonIn({ conflicts, findings, ddl }: LayerPlan): string | undefined {
  const [conflict] = conflicts;
  if (conflict !== undefined) return `the tenant has changed what the platform has changed too: ${conflict.id}`;
  const [finding] = findings;
  if (finding !== undefined) return finding.message.replace('{count}', String(finding.count));
  return ddl.steps.find(({ risk }) => risk === 'losesData' || risk === 'rewrites')?.summary;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Coming {
  readonly composed: Composed;
  readonly input: Parameters<typeof planLayers>[1];
}

async function comingTo(parts: EngineParts, tenant: string): Promise<Coming | undefined> {
  const { cell, clock, runtimes } = parts;
  const from = await cell.control((transaction) => loadLayers(transaction, tenant));
  const composed = withPlatform(from, await readPlatform());
  if (composed === undefined) return undefined;
  const { runtime } = await runtimes.refresh(tenant);
  return { composed, input: { ...checking, ...composed, tenant, before: runtime.model, now: isoNow({ clock }) } };
}

/** Why a tenant stays on an older platform than this engine's; undefined where it does not. */
export async function platformLag(parts: EngineParts, tenant: string): Promise<string | undefined> {
  try {
    const coming = await comingTo(parts, tenant);
    if (coming === undefined) return undefined;
    return reasonIn(await planLayers(parts.cell, coming.input)) ?? 'no server has been started since';
  } catch (error) {
    return messageOf(error);
  }
}

/** Another node may be at the same: whoever comes second has nothing to do. */
const isDone = (error: unknown): boolean =>
  error instanceof TesseraError && (error.code === 'PLAN_OUTDATED' || error.code === 'TENANT_BUSY');

async function update(parts: EngineParts, tenant: string): Promise<'updated' | 'same' | { readonly reason: string }> {
  try {
    const coming = await comingTo(parts, tenant);
    if (coming === undefined) return 'same';
    const reason = reasonIn(await planLayers(parts.cell, coming.input));
    if (reason !== undefined) return { reason };
    await applyLayers(parts.cell, { ...following(parts), ...coming.input, from: coming.composed.from, author: null, reason: 'platform' });
    parts.runtimes.forget(tenant);
    return 'updated';
  } catch (error) {
    return isDone(error) ? 'same' : { reason: messageOf(error) };
  }
}

/** Brings the tenants that there are up to the platform of this engine. */
export async function updatePlatforms(parts: EngineParts, signal?: AbortSignal): Promise<PlatformUpdate> {
  const platform = await readPlatform();
  const updated: string[] = [];
  const left: PlatformLeft[] = [];
  for (const tenant of await parts.cell.control((transaction) => tenantsOnOther(transaction, platform))) {
    if (signal?.aborted === true) break;
    const outcome = await update(parts, tenant);
    if (outcome === 'updated') updated.push(tenant);
    else if (outcome !== 'same') left.push({ tenant, reason: outcome.reason });
  }
  return { updated, left };
}
