// Approval processes: when one starts, its steps, and what is done at its ends; each rule in its scope.
import type { ApprovalActionJson, ApprovalProcessJson } from '../../generated/types.ts';
import { known } from '../../known.ts';
import type { ApprovalActionModel, ApprovalProcessModel, ApprovalProcessStepModel } from '../../model.ts';
import { unordered } from '../../order.ts';
import type { AutomationsAround } from '../automations/automation.ts';
import { StepScope } from '../automations/scope.ts';
import { fieldValues } from '../automations/values.ts';
import type { Report } from '../report.ts';
import { escapePointer } from '../../layers/provenance.ts';
import { missingObject } from '../views.ts';
import { specialCases, unlessSaid } from './approvers.ts';
import type { ApprovalAround } from './site.ts';
import { calledAutomation, resolveApprovalBlock } from './steps.ts';

/** What the rules of a process may name before its first step: whom the submitter chose is known from the start. */
function startScope({ object, on }: ApprovalProcessJson, { catalog }: AutomationsAround, report: Report): StepScope {
  const whole = { catalog, report, old: on.includes('update'), user: true, stepHints: {} };
  return new StepScope(whole, { frames: [object], outcomes: {}, values: {}, broken: [] }).choosing('submitter', 'submitter');
}

function actionModel(
  source: ApprovalActionJson | undefined,
  pointer: string,
  scope: StepScope,
  around: ApprovalAround,
): ApprovalActionModel | undefined {
  if (source === undefined) return undefined;
  const { set = {}, automation, values } = source;
  const written = fieldValues({ values: set, pointer: `${pointer}/set` }, around.object, scope);
  if (automation === undefined) {
    if (values !== undefined)
      scope.report.add(`${pointer}/values`, 'METADATA_REFERENCE_UNFIT', {
        reason: 'These are inputs of an automation. Name the automation, or write fields of the record in `set`.',
      });
    return { set: written, call: undefined };
  }
  const base = { name: automation, path: pointer.slice(1), order: unordered, label: undefined, when: undefined };
  return { set: written, call: calledAutomation({ automation, values: values ?? {} }, { base, pointer, scope, around }) };
}

function buttonModel({ on, button }: ApprovalProcessJson, scope: StepScope): ApprovalProcessModel['button'] {
  if (button === undefined) return undefined;
  if (!on.includes('submit'))
    scope.report.add('/button', 'METADATA_REFERENCE_UNFIT', { reason: 'Nobody hands a record in here. Add submit to `on`, or remove it.' });
  return { label: button.label, visibleWhen: scope.condition(button.visibleWhen, '/button/visibleWhen') };
}

/** The paths of all steps, those of blocks within included. */
const pathsOf = (steps: readonly ApprovalProcessStepModel[]): readonly string[] =>
  steps.flatMap((step) => {
    if (step.type === 'branch') return [step.path, ...step.cases.flatMap((one) => pathsOf(one.steps)), ...pathsOf(step.otherwise)];
    return step.type === 'parallel' ? [step.path, ...step.branches.flatMap((one) => pathsOf(one.steps))] : [step.path];
  });

/** What running approvals are moved by: to steps that there are. */
function migrationModel(
  { migrate }: ApprovalProcessJson,
  steps: readonly ApprovalProcessStepModel[],
  report: Report,
): ApprovalProcessModel['migrate'] {
  if (migrate === undefined) return undefined;
  const there = pathsOf(steps);
  for (const [from, to] of Object.entries(migrate)) {
    if (there.includes(to)) continue;
    report.add(`/migrate/${escapePointer(from)}`, 'METADATA_REFERENCE_MISSING', {
      kind: 'step',
      name: to,
      where: '',
      known: known(there, to),
    });
  }
  return migrate;
}

/** The object that child relations lead to, one after the other; undefined where one is missing, which is told. */
function detailOf(object: string, path: string, pointer: string, scope: StepScope): string | undefined {
  let at: string | undefined = object;
  for (const name of path.split('.')) {
    if (at === undefined) return undefined;
    const found = scope.catalog.relation(at, name);
    if (found === undefined) scope.missing(pointer, 'child relation', name, { where: ` on ${at}`, names: scope.catalog.relationNames(at) });
    at = found?.object;
  }
  return at;
}

function lockModels({ object, locks }: ApprovalProcessJson, scope: StepScope): ApprovalProcessModel['locks'] {
  if (locks === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(locks).flatMap(([path, source]) => {
      if (typeof source === 'string') return [];
      const pointer = `/locks/${escapePointer(path)}`;
      const detail = detailOf(object, path, pointer, scope);
      if (detail === undefined) return [];
      const names = source.editable ?? [];
      const editable = names.filter((name, i) => scope.settable(detail, name, `${pointer}/editable/${String(i)}`) !== undefined);
      return [[path, { editable }] as const];
    }),
  );
}

/** Undefined where its object is missing; every mistake is told. */
export function resolveApprovalProcess(
  source: ApprovalProcessJson,
  hash: string,
  around: AutomationsAround,
  report: Report,
): ApprovalProcessModel | undefined {
  const { name, label = { en: name }, object, on, priority = unordered, imports = 'enter' } = source;
  if (missingObject(around.catalog, report, object)) return undefined;
  const scope = startScope(source, around, report);
  const within: ApprovalAround = {
    object,
    automations: { ...around, runAs: 'user', unattended: false, on: [] },
    special: specialCases(source, unlessSaid, '', scope, around.references),
  };
  const action = (part: 'onSubmit' | 'onApproved' | 'onRejected' | 'onRecalled'): ApprovalActionModel | undefined =>
    actionModel(source[part], `/${part}`, scope, within);
  const steps = resolveApprovalBlock(within)(source.steps, { pointer: '/steps', path: '', earlier: {} }, scope);
  return {
    name,
    label,
    object,
    on,
    priority,
    entry: scope.condition(source.entry, '/entry'),
    imports,
    button: buttonModel(source, scope),
    steps,
    recall: source.recall ?? 'any',
    takeBack: source.takeBack ?? true,
    standIns: source.standIns ?? true,
    locks: lockModels(source, scope),
    onSubmit: action('onSubmit'),
    onApproved: action('onApproved'),
    onRejected: action('onRejected'),
    onRecalled: action('onRecalled'),
    migrate: migrationModel(source, steps, report),
    hash,
  };
}
