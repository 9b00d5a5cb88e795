// Automations: the trigger, the condition and the steps, each rule in its scope.
import type { AutomationJson } from '../../generated/types.ts';
import type { AutomationModel, DecisionTableModel, TemplateModel } from '../../model.ts';
import { unordered } from '../../order.ts';
import type { ModelCatalog } from '../catalog.ts';
import type { References } from '../references.ts';
import type { Report } from '../report.ts';
import { missingObject } from '../views.ts';
import { inputTypes } from './inputs.ts';
import { StepScope } from './scope.ts';
import type { Around, Signature } from './site.ts';
import { resolveBlock, stepHints } from './steps.ts';
import { checkWhole, inputsOf, isUnattended, needsObject, resolveTrigger } from './triggers.ts';

export interface AutomationsAround {
  readonly catalog: ModelCatalog;
  readonly references: References;
  readonly templates: Readonly<Record<string, TemplateModel>>;
  readonly tables: Readonly<Record<string, DecisionTableModel>>;
  readonly signatures: ReadonlyMap<string, Signature>;
  /** The tenant's. */
  readonly timeZone: string;
}

/** What callers must know of an automation before any is resolved: they may call one another. */
export function signatureOf(source: AutomationJson, catalog: ModelCatalog): Signature {
  const { object, runAs = 'user', trigger } = source;
  return { object, trigger: trigger.type, runAs, inputs: inputsOf(source, catalog) };
}

/** What the rules of an automation may name before its first step. */
function startScope(source: AutomationJson, { catalog }: AutomationsAround, report: Report): StepScope {
  const { trigger, object } = source;
  const whole = {
    catalog,
    report,
    old: trigger.type === 'record' && trigger.on.includes('update'),
    user: !isUnattended(trigger.type),
    stepHints: stepHints(source.steps),
  };
  const scope = new StepScope(whole, { frames: [object], outcomes: {}, values: {}, broken: [] });
  const inputs = inputsOf(source, catalog);
  return Object.keys(inputs).length === 0 ? scope : scope.with('$inputs', inputTypes(inputs));
}

/** Undefined where its object is missing; every mistake is told. */
export function resolveAutomation(
  source: AutomationJson,
  hash: string,
  around: AutomationsAround,
  report: Report,
): AutomationModel | undefined {
  const { name, label = { en: name }, object, order = unordered, runAs = 'user', existing = 'skip', trigger } = source;
  if (object !== undefined && missingObject(around.catalog, report, object)) return undefined;
  const scope = startScope(source, around, report);
  checkWhole(source, scope);
  // Without its record nothing can be said of the rest.
  if (object === undefined && needsObject(trigger.type)) return undefined;
  const place = trigger.type === 'record' ? (trigger.moment ?? 'afterCommit') : 'afterCommit';
  const within: Around = {
    ...around,
    runAs,
    unattended: isUnattended(trigger.type),
    on: trigger.type === 'record' ? trigger.on : [],
  };
  return {
    name,
    label,
    object,
    order,
    runAs,
    trigger: resolveTrigger(trigger, object ?? '', { ...around, scope }),
    when: scope.condition(source.when, '/when'),
    steps: resolveBlock(within)(source.steps, { pointer: '/steps', path: '', place }, scope),
    existing,
    hash,
  };
}
