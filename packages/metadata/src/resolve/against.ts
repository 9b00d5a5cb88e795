// Components as they were written once, read against a Model of today: what runs goes on by what it began with.
import type { Problem } from '@tessera/kernel';
import { componentId, emptyComponents, type Components } from '../layers/components.ts';
import { Provenance } from '../layers/provenance.ts';
import { componentInPresentNames } from '../layers/renames.ts';
import type { ApprovalProcessModel, AutomationModel, Model } from '../model.ts';
import { resolve } from './build.ts';
import { Reports } from './report.ts';
import { sealed } from './sealed.ts';

/** A component as it was written once, read against a Model of today. Its mistakes are told, not those of others. */
function resolveAgainst<T>(
  model: Model,
  kind: 'automation' | 'approvalProcess',
  { name, source }: { readonly name: string; readonly source: Readonly<Record<string, unknown>> },
  found: (resolved: Model) => T | undefined,
): { readonly component: T | undefined; readonly problems: readonly Problem[] } {
  // The Model's own source is of this shape.
  const present = model.source as unknown as Components;
  // What goes by it may have begun before something was renamed.
  const named = componentInPresentNames(kind, name, source, present);
  const components: Components = { ...present, [kind]: { ...present[kind], [name]: named } };
  const provenance = new Provenance();
  const reports = new Reports(provenance);
  const missing = new Set<string>();
  const locked = new Map<string, string>();
  const assembled = { components, provenance, problems: [], missing, switchedOff: emptyComponents(), locked, layers: [] };
  const component = found(resolve(assembled, reports, []));
  const problems = reports.problems.filter(({ file }) => file === componentId(kind, name));
  return problems.length > 0 ? { component: undefined, problems } : { component: sealed(component) as T | undefined, problems };
}

type Source = Readonly<Record<string, unknown>>;

/** @param source as the Model's `source` has it */
export function resolveAutomationAgainst(
  model: Model,
  name: string,
  source: Source,
): { readonly automation: AutomationModel | undefined; readonly problems: readonly Problem[] } {
  const { component, problems } = resolveAgainst(model, 'automation', { name, source }, ({ automations }) => automations[name]);
  return { automation: component, problems };
}

/** @param source as the Model's `source` has it */
export function resolveApprovalAgainst(
  model: Model,
  name: string,
  source: Source,
): { readonly process: ApprovalProcessModel | undefined; readonly problems: readonly Problem[] } {
  const { component, problems } = resolveAgainst(
    model,
    'approvalProcess',
    { name, source },
    ({ approvalProcesses }) => approvalProcesses[name],
  );
  return { process: component, problems };
}
