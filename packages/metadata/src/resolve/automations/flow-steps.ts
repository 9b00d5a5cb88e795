// Steps that say how it goes on: blocks, values, waits, calls, decisions.
import type { RuleType } from '@tessera/rules';
import type { MatchingRuleJson } from '../../generated/types.ts';
import type { CaseModel, DecisionTableModel, ValueModels, WaitReason } from '../../model.ts';
import { unordered } from '../../order.ts';
import { sorted } from '../sorted.ts';
import { durationModel } from './durations.ts';
import { openQuery } from './queries.ts';
import type { Resolved, Resolvers, StepSite } from './site.ts';
import { freeValues, inputValues } from './values.ts';

const number: RuleType = { kind: 'number' };

function forEach({ scope, base, pointer, source, place, block }: StepSite<'forEach'>): Resolved {
  const outcome = { values: { count: number } };
  const opened = openQuery(source, pointer, scope);
  if (opened === undefined) return { outcome };
  const steps = block(source.steps, { pointer: `${pointer}/steps`, path: base.path, place }, opened.inside);
  return { step: { ...base, type: 'forEach', query: opened.query, steps }, outcome };
}

/** What the steps of `otherwise` are called in paths, beside the names of the cases. */
const otherwise = 'otherwise';

function branch({ scope, base, pointer, source, place, block }: StepSite<'branch'>): Resolved {
  if (Object.hasOwn(source.cases, otherwise)) {
    scope.report.add(`${pointer}/cases/${otherwise}`, 'METADATA_NAME_RESERVED', { name: otherwise });
  }
  const cases = sorted(source.cases).flatMap(([name, { order = unordered, label, when, steps }]): readonly CaseModel[] => {
    const at = `${pointer}/cases/${name}`;
    const condition = scope.condition(when, `${at}/when`);
    const within = block(steps, { pointer: `${at}/steps`, path: `${base.path}/${name}`, place }, scope);
    return condition === undefined ? [] : [{ name, order, label, when: condition, steps: within }];
  });
  const others = block(source.otherwise, { pointer: `${pointer}/${otherwise}`, path: `${base.path}/${otherwise}`, place }, scope);
  return { step: { ...base, type: 'branch', cases, otherwise: others }, outcome: {} };
}

/** The static types of values; of those that are wrong nobody knows them. */
const typesOf = (values: ValueModels): Readonly<Record<string, RuleType>> =>
  Object.fromEntries(Object.entries(values).map(([name, { type }]) => [name, type]));

function letValues({ scope, base, pointer, source }: StepSite<'let'>): Resolved {
  const values = freeValues({ values: source.values, pointer: `${pointer}/values` }, scope);
  for (const [name, value] of Object.entries(values)) {
    if (value.type.kind !== 'null') continue;
    scope.report.add(`${pointer}/values/${name}`, 'METADATA_REFERENCE_UNFIT', { reason: `${name} is always empty. Leave it out.` });
  }
  const whole = Object.keys(values).length === Object.keys(source.values).length;
  return { step: { ...base, type: 'let', values }, ...(whole ? { outcome: { values: typesOf(values) } } : {}) };
}

const reasons: readonly WaitReason[] = ['for', 'until', 'condition', 'event'];

function wait({ scope, base, pointer, source, around }: StepSite<'wait'>): Resolved {
  const { for: length, calendar, event } = source;
  const duration =
    length === undefined
      ? undefined
      : durationModel(
          { source: length, pointer: `${pointer}/for` },
          { name: calendar, pointer: `${pointer}/calendar` },
          scope,
          around.references,
        );
  const until = source.until === undefined ? undefined : scope.check(source.until, `${pointer}/until`);
  if (until !== undefined && until.type.kind !== 'date' && until.type.kind !== 'datetime')
    scope.report.add(`${pointer}/until`, 'METADATA_REFERENCE_UNFIT', { reason: 'A date, or a date with time, is needed here.' });
  for (const part of ['condition', 'event'] as const) {
    if (source[part] === undefined || scope.object !== undefined) continue;
    scope.report.add(`${pointer}/${part}`, 'METADATA_REFERENCE_UNFIT', { reason: 'This runs on no record that could be waited for.' });
  }
  const condition = scope.condition(source.condition, `${pointer}/condition`);
  const reason: RuleType = { kind: 'text', options: reasons.filter((name) => source[name] !== undefined) };
  return { step: { ...base, type: 'wait', for: duration, until, condition, event }, outcome: { values: { reason } } };
}

function call(site: StepSite<'call'>): Resolved {
  const { scope, base, pointer, source, around } = site;
  const { automation, wait: waits = true } = source;
  const refuse = (part: string, reason: string): void => {
    scope.report.add(`${pointer}/${part}`, 'METADATA_REFERENCE_UNFIT', { reason });
  };
  if (!around.references.has('automation', automation, scope.report, `${pointer}/automation`)) return { outcome: {} };
  const called = around.signatures.get(automation);
  if (called === undefined) return { outcome: {} };
  if (called.trigger !== 'called') {
    refuse('automation', `${automation} starts by its trigger ${called.trigger}; only those with the trigger called may be called.`);
    return { outcome: {} };
  }
  if (around.unattended && called.runAs === 'user')
    refuse('automation', `${automation} runs as the user, but nobody acts here. Say "runAs": "system" there.`);
  if (called.object === undefined && source.record !== undefined) refuse('record', `${automation} runs on no record. Remove it.`);
  const record = called.object === undefined ? undefined : scope.recordOf(called.object, source.record, `${pointer}/record`);
  const values = inputValues(
    { values: source.values ?? {}, pointer: `${pointer}/values` },
    called.inputs,
    `The automation ${automation}`,
    scope,
  );
  return { step: { ...base, type: 'call', automation, record, values, wait: waits }, outcome: {} };
}

function fail({ scope, base, pointer, source, place }: StepSite<'fail'>): Resolved {
  const { message, at } = source;
  const refuse = (reason: string): void => {
    scope.report.add(`${pointer}/at`, 'METADATA_REFERENCE_UNFIT', { reason });
  };
  if (at !== undefined && place !== 'beforeSave') refuse('Nobody has a form open here that the message could be shown in. Remove it.');
  else if (at !== undefined && scope.object !== undefined && scope.catalog.field(scope.object, at) === undefined) {
    const hint = scope.catalog.fieldHint(scope.object, at);
    scope.report.add(`${pointer}/at`, 'METADATA_REFERENCE_MISSING', { kind: 'field', name: at, where: ` on ${scope.object}`, known: hint });
  }
  return { step: { ...base, type: 'fail', message, at }, outcome: {} };
}

function atomic({ scope, base, pointer, source, block }: StepSite<'atomic'>): Resolved {
  const lock = source.lock && openQuery(source.lock, `${pointer}/lock`, scope)?.query;
  const steps = block(source.steps, { pointer: `${pointer}/steps`, path: base.path, place: 'atomic' }, scope);
  return { step: { ...base, type: 'atomic', lock, steps }, outcome: {} };
}

/** Each input of the table by a value of its type. */
function tableValues({ inputs, name: table }: DecisionTableModel, { scope, pointer, source }: StepSite<'decide'>): ValueModels {
  const at = `${pointer}/values`;
  const entries = Object.entries(source.values).flatMap(([name, written]) => {
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (input === undefined)
      scope.missing(`${at}/${name}`, 'input', name, { where: ` of the decision table ${table}`, names: Object.keys(inputs) });
    const value = input && scope.check(written, `${at}/${name}`, input.type);
    return value === undefined ? [] : [[name, value] as const];
  });
  const missing = Object.keys(inputs).filter((name) => !Object.hasOwn(source.values, name));
  if (missing.length > 0)
    scope.report.add(at, 'METADATA_REFERENCE_UNFIT', {
      reason: `The decision table ${table} looks up ${missing.join(', ')} too. Give a value.`,
    });
  return Object.fromEntries(entries);
}

function decide(site: StepSite<'decide'>): Resolved {
  const { scope, base, pointer, source, around } = site;
  if (!around.references.has('decisionTable', source.table, scope.report, `${pointer}/table`)) return {};
  const table = around.tables[source.table];
  if (table === undefined) return {};
  const asOf = source.asOf === undefined ? undefined : scope.check(source.asOf, `${pointer}/asOf`, { kind: 'date' });
  if (source.asOf !== undefined && table.validFrom === undefined && table.validTo === undefined) {
    const reason = `The rows of ${table.name} are always valid: it has neither validFrom nor validTo. Remove it.`;
    scope.report.add(`${pointer}/asOf`, 'METADATA_REFERENCE_UNFIT', { reason });
  }
  return {
    step: { ...base, type: 'decide', table: table.name, values: tableValues(table, site), asOf },
    outcome: { values: table.outputs },
  };
}

function match({ scope, base, pointer, source, around }: StepSite<'match'>): Resolved {
  if (!around.references.has('matchingRule', source.matching, scope.report, `${pointer}/matching`)) return {};
  // The schema has held it to this shape.
  const rule = around.references.get('matchingRule', source.matching) as MatchingRuleJson | undefined;
  const sought = scope.record(source.record, `${pointer}/record`);
  if (rule === undefined || sought === undefined) return {};
  const taken = [rule.object, ...Object.keys(rule.sources ?? {})];
  if (!taken.includes(sought.object)) {
    const reason = `${rule.name} looks for records of ${taken.join(', ')}; this is one of ${sought.object}.`;
    scope.report.add(`${pointer}/record`, 'METADATA_REFERENCE_UNFIT', { reason });
  }
  const found: RuleType = { kind: 'reference', to: [rule.object] };
  const kind: RuleType = { kind: 'text', options: ['none', 'one', 'many'] };
  return {
    step: { ...base, type: 'match', matching: rule.name, object: sought.object, record: sought.record },
    outcome: { values: { kind, record: found, candidates: { kind: 'list', of: found } } },
  };
}

export const flowSteps: Resolvers<'forEach' | 'branch' | 'let' | 'wait' | 'call' | 'fail' | 'atomic' | 'decide' | 'match'> = {
  forEach,
  branch,
  let: letValues,
  wait,
  call,
  fail,
  atomic,
  decide,
  match,
};
