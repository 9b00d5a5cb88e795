// A plan as callers see it, with what it does to people, to records and to what is under way.
import type { LayerPlan } from '@tessera/packs';
import type { Session } from '../engine-parts.ts';
import type { MetadataPlan, MetadataVersion, MetadataVersionShown, PlanFinding, PlanStep } from '../types/metadata.ts';
import { planAccess } from './access-plan.ts';
import { withRecords } from './record-counts.ts';
import { planRefusals } from './refusals.ts';
import { planWork } from './work-plan.ts';

const leftOutEmpty = <K extends string, T>(name: K, list: readonly T[]): { readonly [N in K]?: readonly T[] } =>
  (list.length === 0 ? {} : { [name]: list }) as { readonly [N in K]?: readonly T[] };

/** What the plan itself says. */
export function shownPlan(plan: LayerPlan): MetadataPlan {
  const steps = plan.ddl.steps.map(({ kind, object, field, risk, summary }): PlanStep => ({
    kind,
    object,
    risk,
    summary,
    ...(field === undefined ? {} : { field }),
  }));
  const findings = plan.findings.map(({ message, kind, object, field, count, sample, query }): PlanFinding => ({
    message,
    object,
    ...(kind === undefined ? {} : { kind }),
    ...(field === undefined ? {} : { field }),
    count,
    sample: sample.map((row) => row.id),
    ...(query === undefined ? {} : { query }),
  }));
  const kept = plan.layers.flatMap(({ name, kept: parts = [] }) => parts.map((part) => ({ ...part, pack: name })));
  return {
    hash: plan.hash,
    modelBefore: plan.before?.hash ?? '',
    modelAfter: plan.after.hash,
    changes: plan.changes,
    steps,
    ...leftOutEmpty('migrations', plan.migrations),
    ...leftOutEmpty('automations', plan.automations),
    ...leftOutEmpty('packs', plan.packs),
    ...leftOutEmpty('conflicts', plan.conflicts),
    // Of packs that stay as they are nothing is to be decided.
    ...leftOutEmpty('kept', plan.packs.length === 0 ? [] : kept),
    ...leftOutEmpty('seeds', plan.seeds.tally),
    findings,
  };
}

/** What a version has kept of its plan. */
export function keptPlan(
  { modelHash }: MetadataVersion,
  kept: Readonly<Record<string, unknown>>,
): Pick<MetadataVersionShown, 'plan' | 'inverse'> {
  const { hash, changes, steps, inverse, ...more } = kept as unknown as MetadataPlan & Pick<MetadataVersionShown, 'inverse'>;
  const besides = Object.entries(more).filter(([, list]) => Array.isArray(list) && list.length > 0);
  return {
    plan: { hash, modelBefore: inverse?.model ?? '', modelAfter: modelHash, changes, steps, findings: [], ...Object.fromEntries(besides) },
    inverse,
  };
}

/** The same with all that a look at the tenant's rows tells. */
export async function plannedFor(session: Session, plan: LayerPlan, wanted: { readonly access: boolean }): Promise<MetadataPlan> {
  const access = wanted.access ? await planAccess(session, plan.after, plan.changes) : undefined;
  const shown = shownPlan(plan);
  return {
    ...shown,
    steps: await withRecords(session, plan, shown.steps),
    ...leftOutEmpty('refused', await planRefusals(session, plan)),
    ...leftOutEmpty('work', await planWork(session, plan.after, plan.changes)),
    ...(access === undefined ? {} : { access }),
  };
}
