// The tenant's metadata: shown, planned, applied, taken back.
import { fail, isoNow } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { applyLayers, keepingPlatform, packDifferences, planLayers, type Applied, type Composed, type PlanInput } from '@tessera/packs';
import { appendAudit, auditEntry, layersOfVersion, listVersions, planOfVersion, loadLayers } from '@tessera/storage';
import type { AppliedPlan, MetadataChange, MetadataPlan, MetadataVersion, MetadataVersionShown, RollbackInput } from '../types/metadata.ts';
import type { Session } from '../engine-parts.ts';
import { checking, following } from '../following.ts';
import { keptPlan, plannedFor, shownPlan } from './shown-plan.ts';

export function getMetadata(session: Session, { kind, name }: { readonly kind: string; readonly name?: string }): unknown {
  const { source } = session.runtime.model;
  const components = source[kind];
  if (components === undefined)
    throw fail('COMPONENT_UNKNOWN', { kind: 'kind of metadata', name: kind, known: `Known: ${Object.keys(source).join(', ')}.` });
  if (name === undefined) return components;
  const component = components[name];
  if (component === undefined) throw fail('COMPONENT_UNKNOWN', { kind, name, known: `Known: ${Object.keys(components).join(', ')}.` });
  return component;
}

const tenantLayer = 'tenant';

/** The layers with files of the tenant's own put in, or taken away by null. */
function changedLayers(layers: readonly Layer[], files: MetadataChange['files']): readonly Layer[] {
  const own: Layer = layers.find((layer) => layer.kind === 'tenant') ?? {
    kind: 'tenant',
    name: tenantLayer,
    version: '0',
    namespace: '',
    files: {},
  };
  const merged: Record<string, unknown> = { ...own.files };
  for (const [path, content] of Object.entries(files)) {
    if (content === null) Reflect.deleteProperty(merged, path);
    else merged[path] = content;
  }
  return [...layers.filter((layer) => layer.kind !== 'tenant'), { ...own, files: merged }];
}

/** The layers in force. */
export async function layersOf(session: Session): Promise<readonly Layer[]> {
  return session.parts.cell.control((transaction) => loadLayers(transaction, session.context.tenant));
}

/** Layers to come, and what is known of how they came about. */
export type LayersToCome = Pick<PlanInput, 'layers' | 'packs' | 'conflicts' | 'decisions'>;

/** @param access false: without what it does to people, which is reckoned for each of them */
export async function planned(session: Session, come: LayersToCome, { access = true } = {}): Promise<MetadataPlan> {
  const { layers, packs = [], conflicts = [], decisions = {} } = come;
  const input = {
    ...checking,
    tenant: session.context.tenant,
    before: session.runtime.model,
    layers,
    packs,
    conflicts,
    decisions,
    now: isoNow(session.context),
  };
  return plannedFor(session, await planLayers(session.parts.cell, input), { access });
}

interface ApplyOptions {
  readonly reason?: string | undefined;
  readonly planHash?: string | undefined;
}

/** Puts layers in force, in the name of the session's actor; without a version where the tenant has them already. */
export async function putInForce(
  session: Session,
  come: LayersToCome & { readonly from: readonly Layer[] },
  { reason, planHash }: ApplyOptions,
): Promise<Applied> {
  const { parts, context, runtime } = session;
  const { from, layers, packs = [], conflicts = [], decisions = {} } = come;
  const done = await applyLayers(parts.cell, {
    ...following(parts),
    tenant: context.tenant,
    before: runtime.model,
    from,
    layers,
    packs,
    conflicts,
    decisions,
    now: isoNow(session.context),
    author: context.actor.userId,
    reason: reason ?? null,
    planHash,
  });
  parts.runtimes.forget(context.tenant);
  if (done.version !== undefined) {
    const { changes, migrations } = done.plan;
    const detail = { version: done.version, reason: reason ?? null, changes, ...(migrations.length === 0 ? {} : { migrations }) };
    await appendAudit(session.database, [auditEntry(context, 'metadata.changed', { detail })]);
  }
  return done;
}

/** The same as callers see it. */
export async function applied(...input: Parameters<typeof putInForce>): Promise<AppliedPlan> {
  const { plan, version } = await putInForce(...input);
  return { ...shownPlan(plan), version: version ?? (await versions(input[0]))[0]?.number ?? 0 };
}

export async function planMetadata(session: Session, change: MetadataChange): Promise<MetadataPlan> {
  return planned(session, { layers: changedLayers(await layersOf(session), change.files) });
}

export async function applyMetadata(session: Session, change: MetadataChange): Promise<AppliedPlan> {
  const from = await layersOf(session);
  return applied(session, { from, layers: changedLayers(from, change.files) }, change);
}

export function versions(session: Session): Promise<readonly MetadataVersion[]> {
  return session.parts.cell.control((transaction) => listVersions(transaction, session.context.tenant));
}

/** One version with what was planned, and the changes that lead back from it. @throws VERSION_UNKNOWN */
export async function shownVersion(session: Session, { number }: { readonly number: number }): Promise<MetadataVersionShown> {
  const version = (await versions(session)).find((one) => one.number === number);
  if (version === undefined) throw fail('VERSION_UNKNOWN', { number });
  const kept = await session.parts.cell.control((transaction) => planOfVersion(transaction, session.context.tenant, number));
  if (kept === undefined) throw fail('VERSION_UNKNOWN', { number });
  return { ...version, ...keptPlan(version, kept) };
}

async function layersOfNumber(session: Session, version: number): Promise<readonly Layer[]> {
  const layers = await session.parts.cell.control((transaction) => layersOfVersion(transaction, session.context.tenant, version));
  if (layers === undefined) throw fail('VERSION_UNKNOWN', { number: version });
  return layers;
}

/** The layers of a version, on the platform that the tenant has by now. */
async function goingBack(session: Session, version: number): Promise<Composed> {
  const from = await layersOf(session);
  const layers = keepingPlatform(from, await layersOfNumber(session, version));
  return { from, layers, packs: packDifferences(from, layers), conflicts: [] };
}

/** On the way back what the tenant has changed of packs' data stays. */
const backwards = { prefer: 'tenant' } as const;

/** Going back is itself a plan and a new version. */
export async function planRollback(session: Session, { version }: RollbackInput): Promise<MetadataPlan> {
  const { layers, packs } = await goingBack(session, version);
  return planned(session, { layers, packs, decisions: backwards });
}

export async function rollbackMetadata(session: Session, { version, reason, planHash }: RollbackInput): Promise<AppliedPlan> {
  const come = { ...(await goingBack(session, version)), decisions: backwards };
  return applied(session, come, { reason: reason ?? `back to version ${String(version)}`, planHash });
}
