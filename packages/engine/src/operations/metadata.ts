// The tenant's metadata: shown, planned, applied, taken back.
import { fail } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { applyLayers, planLayers, type LayerPlan } from '@tessera/packs';
import { appendAudit, auditEntry, layersOfVersion, listVersions, loadLayers } from '@tessera/storage';
import { planAccess } from './access-plan.ts';
import type { MetadataChange, MetadataPlan, MetadataVersion, PlanStep } from '../metadata-types.ts';
import type { Session } from '../engine-parts.ts';
import { following } from '../following.ts';

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

/** A plan as callers see it. */
export function shownPlan(plan: LayerPlan): MetadataPlan {
  const steps = plan.ddl.steps.map(({ kind, object, field, risk, summary }): PlanStep => ({
    kind,
    object,
    risk,
    summary,
    ...(field === undefined ? {} : { field }),
  }));
  return {
    hash: plan.hash,
    modelBefore: plan.before?.hash ?? '',
    modelAfter: plan.after.hash,
    changes: plan.changes,
    steps,
    ...(plan.automations.length === 0 ? {} : { automations: plan.automations }),
    findings: plan.findings.map(({ message, count, sample }) => ({ message, count, sample: sample.map((row) => row.id) })),
  };
}

const timeOf = ({ context }: Session): string => new Date(context.clock.now()).toISOString();

async function layersOf(session: Session): Promise<readonly Layer[]> {
  return session.parts.cell.control((transaction) => loadLayers(transaction, session.context.tenant));
}

export async function planMetadata(session: Session, change: MetadataChange): Promise<MetadataPlan> {
  const layers = changedLayers(await layersOf(session), change.files);
  const input = { tenant: session.context.tenant, before: session.runtime.model, layers, now: timeOf(session) };
  const plan = await planLayers(session.parts.cell, input);
  const access = await planAccess(session, plan.after, plan.changes);
  return { ...shownPlan(plan), ...(access === undefined ? {} : { access }) };
}

async function apply(
  session: Session,
  layers: readonly Layer[],
  options: { readonly reason?: string | undefined; readonly planHash?: string | undefined },
): Promise<MetadataPlan & { readonly version: number }> {
  const { parts, context, runtime } = session;
  const { plan, version } = await applyLayers(parts.cell, {
    ...following(parts),
    tenant: context.tenant,
    before: runtime.model,
    layers,
    now: timeOf(session),
    author: context.actor.userId,
    reason: options.reason ?? null,
    planHash: options.planHash,
  });
  parts.runtimes.forget(context.tenant);
  if (version !== undefined) {
    const detail = { version, reason: options.reason ?? null, changes: plan.changes };
    await appendAudit(session.database, [auditEntry(context, 'metadata.changed', { detail })]);
  }
  const current = version ?? (await versions(session))[0]?.number ?? 0;
  return { ...shownPlan(plan), version: current };
}

export async function applyMetadata(session: Session, change: MetadataChange): Promise<MetadataPlan & { readonly version: number }> {
  return apply(session, changedLayers(await layersOf(session), change.files), change);
}

export function versions(session: Session): Promise<readonly MetadataVersion[]> {
  return session.parts.cell.control((transaction) => listVersions(transaction, session.context.tenant));
}

/** Going back is itself a plan and a new version. */
export async function rollbackMetadata(
  session: Session,
  input: { readonly version: number; readonly reason?: string },
): Promise<MetadataPlan & { readonly version: number }> {
  const layers = await session.parts.cell.control((transaction) => layersOfVersion(transaction, session.context.tenant, input.version));
  if (layers === undefined) throw fail('VERSION_UNKNOWN', { number: input.version });
  return apply(session, layers, { reason: input.reason ?? `back to version ${String(input.version)}` });
}
