// Assignment rules: what they look up and whom they name is there; every rule is typed.
import type { AssignmentRuleJson } from '../../generated/types.ts';
import { historyName } from '../../kept/parts.ts';
import type { AssignmentRuleModel } from '../../model.ts';
import { unordered } from '../../order.ts';
import type { AutomationsAround } from '../automations/automation.ts';
import { flowSteps } from '../automations/flow-steps.ts';
import { peopleModels } from '../automations/people.ts';
import { StepScope } from '../automations/scope.ts';
import type { Report } from '../report.ts';
import { sorted } from '../sorted.ts';
import { missingObject } from '../views.ts';

/** What rules call the outcome of the decision table. */
const decision = 'decision';

/** The decision, and the scope after it. */
function decided(
  source: AssignmentRuleJson,
  around: AutomationsAround,
  scope: StepScope,
): { decide: AssignmentRuleModel['decide']; after: StepScope } {
  if (source.decide === undefined) return { decide: undefined, after: scope };
  const { step, outcome } = flowSteps.decide({
    source: { type: 'decide', ...source.decide },
    base: { name: decision, path: decision, order: unordered, label: undefined, when: undefined },
    pointer: '/decide',
    place: 'afterCommit',
    scope,
    around: { ...around, runAs: 'system', unattended: false, on: [] },
    block: () => [],
  });
  const after = scope.after(decision, outcome && { ...outcome, key: decision });
  return { decide: step?.type === 'decide' ? { table: step.table, values: step.values } : undefined, after };
}

/** Undefined where its object is missing; every mistake is told. */
export function resolveAssignmentRule(
  source: AssignmentRuleJson,
  around: AutomationsAround,
  report: Report,
): AssignmentRuleModel | undefined {
  const { catalog, references } = around;
  const { name, label = { en: name }, object } = source;
  if (missingObject(catalog, report, object)) return undefined;
  const unfit = (pointer: string, reason: string): void => {
    report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  };
  if (catalog.keptOf(object) !== undefined) unfit('/object', `${object} is a history, which belongs to nobody. Name another object.`);
  const scope = new StepScope(
    { catalog, report, old: false, user: true, stepHints: {} },
    { frames: [object], outcomes: {}, values: {}, broken: [] },
  );
  const { decide, after } = decided(source, around, scope);
  const rules = sorted(source.rules).map(([key, { label: said = { en: key }, when, to, method = 'first', absent = 'pass' }]) => ({
    name: key,
    label: said,
    when: after.condition(when, `/rules/${key}/when`),
    to: peopleModels(to, `/rules/${key}/to`, after, references),
    method,
    absent,
  }));
  if (rules.length === 0) unfit('/rules', 'All rules are switched off, so nobody is ever found. Switch off the assignment rule.');
  if (source.load !== undefined && rules.every(({ method }) => method !== 'leastLoad'))
    unfit('/load', 'No rule goes by load. Remove it, or give one the method leastLoad.');
  return { name, label, object, decide, rules, load: scope.condition(source.load, '/load'), history: historyName(object, 'ownerChange') };
}
