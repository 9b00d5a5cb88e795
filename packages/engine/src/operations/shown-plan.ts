// A plan as callers see it, with what it does to people, to records and to what is under way.
import type { LayerPlan } from '@tessera/packs';
import type { Session } from '../engine-parts.ts';
import type { MetadataPlan, PlanFinding, PlanStep } from '../metadata-types.ts';
import { planAccess } from './access-plan.ts';
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
    ...leftOutEmpty('automations', plan.automations),
    ...leftOutEmpty('packs', plan.packs),
    ...leftOutEmpty('conflicts', plan.conflicts),
    // Of packs that stay as they are nothing is to be decided.
    ...leftOutEmpty('kept', plan.packs.length === 0 ? [] : kept),
    findings,
  };
}

/** The same with all that a look at the tenant's rows tells. */
export async function plannedFor(session: Session, plan: LayerPlan): Promise<MetadataPlan> {
  const access = await planAccess(session, plan.after, plan.changes);
  return {
    ...shownPlan(plan),
    ...leftOutEmpty('refused', await planRefusals(session, plan.after)),
    ...leftOutEmpty('work', await planWork(session, plan.after, plan.changes)),
    ...(access === undefined ? {} : { access }),
  };
}
