// Steps that read and write records.
import { readsFrame, type RuleType } from '@tessera/rules';
import type { SourceJson } from '../../generated/types.ts';
import type { SourceModel, UpsertStepModel, ValueModels } from '../../model.ts';
import { durationText } from './durations.ts';
import { openQuery, type Opened } from './queries.ts';
import type { StepScope } from './scope.ts';
import type { Resolved, Resolvers, StepSite } from './site.ts';
import { checkNeeded, fieldValues, keyOf } from './values.ts';

const number: RuleType = { kind: 'number' };
const day: RuleType = { kind: 'date' };

type Written = Parameters<typeof fieldValues>[0];

const written = ({ source, pointer }: { readonly source: Pick<Written, 'values'>; readonly pointer: string }): Written => ({
  values: source.values,
  pointer: `${pointer}/values`,
});

function set(site: StepSite<'set'>): Resolved {
  const { scope, base, pointer, around, place } = site;
  const refuse = (reason: string): Resolved => {
    scope.report.add(`${pointer}/type`, 'METADATA_REFERENCE_UNFIT', { reason });
    return { outcome: {} };
  };
  if (scope.object === undefined) return refuse('This runs on no record that fields could be set of. Say which one with a step update.');
  if (around.on.includes('delete'))
    return refuse('Fields of a record that is deleted are not set. Take delete out of `on`, or the step away.');
  if (place === 'beforeSave' && around.on.includes('restore'))
    return refuse(
      'A record that comes back is not saved: nothing of it is set before that. Take the moment afterSave, or restore out of `on`.',
    );
  return { step: { ...base, type: 'set', values: fieldValues(written(site), scope.object, scope) }, outcome: {} };
}

function create(site: StepSite<'create'>): Resolved {
  const { scope, base, pointer, source } = site;
  const { object } = source;
  if (!scope.hasObject(object, `${pointer}/object`)) return {};
  checkNeeded(written(site), object, scope);
  return { step: { ...base, type: 'create', object, values: fieldValues(written(site), object, scope) }, outcome: { record: object } };
}

function update(site: StepSite<'update'>): Resolved {
  const { scope, base, pointer, source } = site;
  const found = scope.record(source.record, `${pointer}/record`);
  if (found === undefined) return {};
  const values = fieldValues(written(site), found.object, scope);
  return { step: { ...base, type: 'update', ...found, values }, outcome: { record: found.object } };
}

function remove({ scope, base, pointer, source }: StepSite<'delete'>): Resolved {
  const found = scope.record(source.record, `${pointer}/record`);
  return { step: found && { ...base, type: 'delete', ...found }, outcome: {} };
}

/** What a set is made from, with the scope inside it. */
function openSource(source: SourceJson, pointer: string, scope: StepScope): { from: SourceModel; inside: StepScope } | undefined {
  const { object, where, series } = source;
  const query = object === undefined ? undefined : openQuery({ object, ...(where === undefined ? {} : { where }) }, pointer, scope);
  if (object !== undefined && query === undefined) return undefined;
  const inside = query?.inside ?? scope;
  if (series === undefined) return { from: { query: query?.query, series: undefined }, inside };
  const at = `${pointer}/series`;
  const start = inside.check(series.start, `${at}/start`, day);
  const end = inside.check(series.end, `${at}/end`, day);
  const every = durationText({ source: series.every, pointer: `${at}/every` }, inside);
  if (every?.includes('T') === true) {
    const reason = `Dates have no hours: from one to the next it is days, weeks, months or years, not ${every}.`;
    scope.report.add(`${at}/every`, 'METADATA_REFERENCE_UNFIT', { reason });
  }
  if (start === undefined || end === undefined || every === undefined) return undefined;
  return {
    from: { query: query?.query, series: { start, end, every } },
    inside: inside.with('$series', { date: day, next: day, index: number }),
  };
}

const counts = { created: number, updated: number, unchanged: number, stale: number };

function upsert(site: StepSite<'upsert'>): Resolved {
  const { scope, base, pointer, source } = site;
  const { object, onMatch = 'update', stale = 'keep' } = source;
  if (!scope.hasObject(object, `${pointer}/object`)) return {};
  const outcome: Resolved['outcome'] = source.from === undefined ? { record: object } : { values: counts };
  const by = keyOf({ name: source.by, pointer: `${pointer}/by` }, written(site), object, scope);
  checkNeeded(written(site), object, scope);
  const opened = source.from === undefined ? { from: undefined, inside: scope } : openSource(source.from, `${pointer}/from`, scope);
  const targets = scope.inside(object);
  const condition = targets.condition(source.scope, `${pointer}/scope`);
  if (opened === undefined || by === undefined) return { outcome };
  const values = fieldValues(written(site), object, opened.inside);
  const scoped = condition && { frame: targets.frame, condition };
  return { step: { ...base, type: 'upsert', object, by, from: opened.from, values, onMatch, stale, scope: scoped }, outcome };
}

function find({ scope, base, pointer, source }: StepSite<'find'>): Resolved {
  const opened = openQuery(source, pointer, scope);
  if (opened === undefined) return {};
  return { step: { ...base, type: 'find', query: opened.query }, outcome: { record: source.object } };
}

/** The field that takes the amount must hold numbers, and is given by the step. */
function checkAmount(site: StepSite<'allocate'>): void {
  const { object, amount, values } = site.source.into;
  const pointer = `${site.pointer}/into/amount`;
  const unfit = (reason: string): void => {
    site.scope.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  };
  const field = site.scope.settable(object, amount, pointer);
  if (field !== undefined && field.decimal === undefined)
    unfit(`${amount} is a ${field.type}; an amount needs a number, currency or percent.`);
  if (Object.hasOwn(values, amount)) unfit(`${amount} takes what is allocated: take it out of \`values\`.`);
}

/** Of the key some fields must say which allocation it is, alike for all targets, and some which target. */
function checkKey({ scope, pointer }: StepSite<'allocate'>, by: UpsertStepModel['by'], values: ValueModels, frame: number): void {
  const rules = by.fields.flatMap((name) => values[name] ?? []);
  const ofTargets = rules.filter((rule) => readsFrame(rule, frame));
  if (rules.length < by.fields.length || (ofTargets.length > 0 && ofTargets.length < rules.length)) return;
  const reason =
    ofTargets.length === 0
      ? `Nothing in the key ${by.name} tells targets apart: give one of ${by.fields.join(', ')} by a rule over the target, or take a key with one more field.`
      : `Nothing in the key ${by.name} says which allocation a record belongs to, alike for all targets (as in { "var": "$record" }): another amount would be kept in the same records. Take a key with one more field.`;
  scope.report.add(`${pointer}/into/by`, 'METADATA_REFERENCE_UNFIT', { reason });
}

function allocate(site: StepSite<'allocate'>): Resolved {
  const { scope, base, pointer, source } = site;
  const amount = scope.check(source.amount, `${pointer}/amount`, number);
  const outcome = { values: { allocated: amount?.type ?? number, rest: amount?.type ?? number, count: number } };
  const over: Opened | undefined = openQuery(source.over, `${pointer}/over`, scope);
  const { into, spread = 'inOrder' } = source;
  if (!scope.hasObject(into.object, `${pointer}/into/object`) || over === undefined) return { outcome };
  const { inside, query } = over;
  const ruled = (part: 'capacity' | 'tier' | 'weight'): ReturnType<StepScope['check']> =>
    source[part] === undefined
      ? undefined
      : inside.check(source[part], `${pointer}/${part}`, part === 'capacity' ? (amount?.type ?? number) : number);
  const [capacity, tier, weight] = [ruled('capacity'), ruled('tier'), ruled('weight')];
  if (spread === 'inProportion' && source.weight === undefined && source.capacity === undefined)
    scope.report.add(`${pointer}/spread`, 'METADATA_REFERENCE_UNFIT', {
      reason: 'In proportion to what? Give a `weight` or a `capacity`.',
    });
  const given = { values: into.values, pointer: `${pointer}/into/values` };
  checkAmount(site);
  checkNeeded(given, into.object, scope, [into.amount]);
  const by = keyOf({ name: into.by, pointer: `${pointer}/into/by` }, given, into.object, scope);
  const values = fieldValues(given, into.object, inside);
  if (into.object === source.over.object)
    scope.report.add(`${pointer}/into/object`, 'METADATA_REFERENCE_UNFIT', {
      reason: `Targets cannot be what their shares are kept in: keep them in records of another object than ${into.object}.`,
    });
  if (amount === undefined || by === undefined) return { outcome };
  checkKey(site, by, values, query.frame);
  const kept = { object: into.object, by, amount: into.amount, values };
  return { step: { ...base, type: 'allocate', amount, over: query, capacity, tier, spread, weight, into: kept }, outcome };
}

export const recordSteps: Resolvers<'set' | 'create' | 'update' | 'delete' | 'upsert' | 'find' | 'allocate'> = {
  set,
  create,
  update,
  delete: remove,
  upsert,
  find,
  allocate,
};
