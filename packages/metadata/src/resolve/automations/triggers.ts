// What starts an automation: each trigger in its one shape, checked against the object.
import { cronMistake } from '../../cron.ts';
import type { AutomationJson, TriggerJson } from '../../generated/types.ts';
import type { AtTimeTriggerModel, DurationModel, InputModels, RecordTriggerModel, TriggerModel } from '../../model.ts';
import { isZone } from '@tessera/rules';
import { durationModel } from './durations.ts';
import { inputModels } from './inputs.ts';
import type { ModelCatalog } from '../catalog.ts';
import type { References } from '../references.ts';
import type { StepScope } from './scope.ts';

type Trigger<T extends TriggerJson['type']> = Extract<TriggerJson, { type: T }>;

interface Site {
  /** The scope of the record alone. */
  readonly scope: StepScope;
  readonly references: References;
  /** The tenant's. */
  readonly timeZone: string;
}

function unfit({ scope }: Site, part: string, reason: string): void {
  scope.report.add(`/trigger/${part}`, 'METADATA_REFERENCE_UNFIT', { reason });
}

/** A change of what is worked out when it is read is written nowhere. */
function checkChanged(field: string, i: number, object: string, site: Site): void {
  const { catalog, report } = site.scope;
  const pointer = `changed/${String(i)}`;
  const model = catalog.model(object, field);
  if (model === undefined) {
    if (catalog.field(object, field) !== undefined) return;
    const hint = catalog.fieldHint(object, field);
    report.add(`/trigger/${pointer}`, 'METADATA_REFERENCE_MISSING', { kind: 'field', name: field, where: ` on ${object}`, known: hint });
  } else if (model.columns.length === 0) {
    unfit(site, pointer, `${field} is worked out when it is read, so no write changes it. Name the fields that it reads.`);
  }
}

function recordTrigger({ on, changed, moment }: Trigger<'record'>, object: string, site: Site): RecordTriggerModel {
  if (changed !== undefined && !on.includes('update'))
    unfit(site, 'changed', 'Only an update changes fields. Remove it, or add "update" to `on`.');
  changed?.forEach((field, i) => {
    checkChanged(field, i, object, site);
  });
  return { type: 'record', on, changed, moment: moment ?? 'afterCommit' };
}

function atTimeTrigger(source: Trigger<'atTime'>, object: string, site: Site): AtTimeTriggerModel {
  const { scope, references } = site;
  const { of, at } = source;
  const field = scope.catalog.model(object, of);
  const kind = field?.ruleType.kind;
  if (field === undefined && scope.catalog.field(object, of) === undefined) {
    const hint = scope.catalog.fieldHint(object, of);
    scope.report.add('/trigger/of', 'METADATA_REFERENCE_MISSING', { kind: 'field', name: of, where: ` on ${object}`, known: hint });
  } else if (field !== undefined && kind !== 'date' && kind !== 'datetime') {
    unfit(site, 'of', `${of} is a ${field.type}; a time is told by a date or datetime.`);
  } else if (field?.columns.length === 0) {
    unfit(site, 'of', `${of} is worked out when it is read, so nothing tells when it moves. Name a stored field.`);
  }
  if (at !== undefined && kind === 'datetime') unfit(site, 'at', `${of} has a time of day already. Remove it.`);
  const calendar = { name: source.calendar, pointer: '/trigger/calendar' };
  const duration = (part: 'before' | 'after'): DurationModel | undefined => {
    const written = source[part];
    return written === undefined ? undefined : durationModel({ source: written, pointer: `/trigger/${part}` }, calendar, scope, references);
  };
  return { type: 'atTime', before: duration('before'), after: duration('after'), of, at: at ?? '00:00' };
}

function scheduleTrigger({ cron, timeZone = '' }: Trigger<'schedule'>, site: Site): TriggerModel {
  const mistake = cronMistake(cron);
  if (mistake !== undefined)
    unfit(site, 'cron', `${mistake} Write minute, hour, day of the month, month and day of the week, as in 0 8 * * 1-5.`);
  if (timeZone !== '' && !isZone(timeZone))
    unfit(site, 'timeZone', `${timeZone} is no time zone of the IANA. Write it as in Asia/Shanghai.`);
  return { type: 'schedule', cron, timeZone: timeZone === '' ? site.timeZone : timeZone };
}

/** An input that points to an object which is not there. */
function checkInputs(source: TriggerJson, { scope }: Site): void {
  if (!('inputs' in source)) return;
  for (const [name, { to }] of Object.entries(source.inputs)) if (to !== undefined) scope.hasObject(to, `/trigger/inputs/${name}/to`);
}

/** What a clock tells of the threshold that it reaches. */
const clockInputs = { level: { type: 'number', order: 10 }, person: { type: 'user', order: 20 } } as const;

/** What comes with a trigger: what it says, or what is known of its kind. */
export const inputsOf = ({ trigger }: AutomationJson, catalog: ModelCatalog): InputModels =>
  trigger.type === 'clock' ? inputModels(clockInputs, catalog) : 'inputs' in trigger ? inputModels(trigger.inputs, catalog) : {};

function clockTrigger({ clock, threshold }: Trigger<'clock'>, object: string, site: Site): TriggerModel {
  const { references, scope } = site;
  const source = references.source('clock', clock);
  if (references.has('clock', clock, scope.report, '/trigger/clock') && source?.['object'] !== object)
    unfit(site, 'clock', `${clock} runs on ${String(source?.['object'])}, not on ${object}.`);
  const thresholds = (source?.['thresholds'] ?? {}) as Readonly<Record<string, { readonly active?: boolean } | undefined>>;
  const names = Object.keys(thresholds).filter((name) => thresholds[name]?.active !== false);
  if (source !== undefined && !names.includes(threshold))
    scope.missing('/trigger/threshold', 'threshold', threshold, { where: ` of the clock ${clock}`, names });
  return { type: 'clock', clock, threshold };
}

function approvalTrigger({ on, process }: Trigger<'approval'>, object: string, site: Site): TriggerModel {
  const { references, scope } = site;
  if (process !== undefined && references.has('approvalProcess', process, scope.report, '/trigger/process')) {
    const of = references.objectOf('approvalProcess', process);
    if (of !== object) unfit(site, 'process', `${process} is for records of ${String(of)}, not of ${object}.`);
  }
  return { type: 'approval', on, process };
}

export function resolveTrigger(source: TriggerJson, object: string, site: Site): TriggerModel {
  const { catalog } = site.scope;
  checkInputs(source, site);
  switch (source.type) {
    case 'record':
      return recordTrigger(source, object, site);
    case 'approval':
      return approvalTrigger(source, object, site);
    case 'atTime':
      return atTimeTrigger(source, object, site);
    case 'schedule':
      return scheduleTrigger(source, site);
    case 'webhook':
    case 'called':
      return { type: source.type, inputs: inputModels(source.inputs, catalog) };
    case 'button': {
      const visibleWhen = site.scope.condition(source.visibleWhen, '/trigger/visibleWhen');
      return { type: 'button', label: source.label, visibleWhen, inputs: inputModels(source.inputs, catalog) };
    }
    case 'clock':
      return clockTrigger(source, object, site);
  }
}

type Needs = 'object' | 'none' | 'either';

/** Whether an automation is about an object, by its trigger. */
const needs: Readonly<Record<TriggerJson['type'], Needs>> = {
  record: 'object',
  approval: 'object',
  atTime: 'object',
  schedule: 'either',
  webhook: 'none',
  button: 'either',
  called: 'either',
  clock: 'object',
};

export const needsObject = (type: TriggerJson['type']): boolean => needs[type] === 'object';

/** Triggers of nobody: no person is there whose rights could count. */
const unattended: ReadonlySet<TriggerJson['type']> = new Set(['atTime', 'schedule', 'webhook', 'clock']);

export const isUnattended = (type: TriggerJson['type']): boolean => unattended.has(type);

/** Triggers that records which are there already could have met. */
const catchable: ReadonlySet<TriggerJson['type']> = new Set(['record', 'atTime']);

/** What must go together: object, actor and existing records with the trigger. */
export function checkWhole(source: AutomationJson, { report }: StepScope): void {
  const { type } = source.trigger;
  const wrong = (pointer: string, reason: string): void => {
    report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  };
  if (needs[type] === 'object' && source.object === undefined)
    wrong('/trigger', `The trigger ${type} is about a record: say of which \`object\`.`);
  if (needs[type] === 'none' && source.object !== undefined)
    wrong('/object', `The trigger ${type} is about no record. Remove it, and \`find\` the record.`);
  if (unattended.has(type) && source.runAs !== 'system')
    wrong(source.runAs === undefined ? '/trigger' : '/runAs', `Nobody acts when the trigger ${type} fires: say "runAs": "system".`);
  if (source.existing !== 'catchUp') return;
  if (!catchable.has(type)) wrong('/existing', `The trigger ${type} says nothing of records that are there already. Remove it.`);
  else if (source.trigger.type === 'record' && (source.trigger.moment ?? 'afterCommit') !== 'afterCommit')
    wrong('/existing', `Records that are there already are not saved again: only the moment afterCommit catches up. Remove it.`);
  else if (source.trigger.type === 'record' && !source.trigger.on.some((event) => event === 'create' || event === 'update'))
    wrong('/existing', 'Records that are there already are neither deleted nor brought back: only create and update catch up. Remove it.');
  else if (source.runAs !== 'system') wrong('/existing', 'Nobody acts on records that are there already: say "runAs": "system".');
}
