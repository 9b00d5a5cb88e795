// Automations that start themselves, or one another, for ever: found before they run, as far as metadata tells.
import type { Expression } from '@tessera/rules';
import type { AutomationModel, RecordEvent, StepModel } from '../../model.ts';
import type { Reports } from '../report.ts';
import { fieldsRead } from '../walk.ts';

/** What a step of an automation does to records of an object, or which automation it calls. */
interface Deed {
  /** The automation. */
  readonly by: string;
  readonly object: string;
  readonly event: RecordEvent | 'call';
  readonly fields: readonly string[];
  /** Conditions without which it is not done. */
  readonly guards: readonly Expression[];
}

type Act = Pick<Deed, 'object' | 'event' | 'fields'>;

function own(step: StepModel, record: string | undefined): readonly Act[] {
  const writes = (object: string, values: Readonly<Record<string, unknown>>, ...events: RecordEvent[]): readonly Act[] =>
    events.map((event) => ({ object, event, fields: Object.keys(values) }));
  switch (step.type) {
    case 'set':
      return record === undefined ? [] : writes(record, step.values, 'update');
    case 'create':
      return writes(step.object, step.values, 'create');
    case 'update':
      return writes(step.object, step.values, 'update');
    case 'delete':
      return writes(step.object, {}, 'delete');
    case 'upsert':
      return [
        ...writes(step.object, step.values, 'create', ...(step.onMatch === 'update' ? (['update'] as const) : [])),
        ...(step.stale === 'delete' ? writes(step.object, {}, 'delete') : []),
        ...(step.stale === 'void' ? writes(step.object, { lifeStatus: null }, 'update') : []),
      ];
    case 'allocate':
      return writes(step.into.object, { ...step.into.values, [step.into.amount]: null }, 'create', 'update', 'delete');
    case 'assign':
      return writes(step.object, { owner: null }, 'update');
    case 'pool':
      return writes(step.object, { owner: null, pool: null }, 'update');
    case 'call':
      return [{ object: step.automation, event: 'call', fields: [] }];
    default:
      return [];
  }
}

interface Doer {
  readonly by: string;
  /** The object of its record. */
  readonly record: string | undefined;
}

function deedsOf(steps: readonly StepModel[], doer: Doer, around: readonly Expression[]): readonly Deed[] {
  return steps.flatMap((step): readonly Deed[] => {
    const guards = step.when === undefined ? around : [...around, step.when];
    const done = own(step, doer.record).map((act) => ({ ...act, by: doer.by, guards }));
    if (step.type === 'atomic') return deedsOf(step.steps, doer, guards);
    if (step.type === 'forEach') return deedsOf(step.steps, doer, step.query.where === undefined ? guards : [...guards, step.query.where]);
    if (step.type !== 'branch') return done;
    const cases = step.cases.flatMap((one) => deedsOf(one.steps, doer, [...guards, one.when]));
    // What no case takes depends on all of them.
    const rest = deedsOf(step.otherwise, doer, [...guards, ...step.cases.map((one) => one.when)]);
    return [...cases, ...rest];
  });
}

/** Does a deed start an automation. */
function starts({ object, trigger, name }: AutomationModel, deed: Deed): boolean {
  if (deed.event === 'call') return name === deed.object;
  if (trigger.type !== 'record' || object !== deed.object || !trigger.on.includes(deed.event)) return false;
  return deed.event !== 'update' || trigger.changed === undefined || trigger.changed.some((field) => deed.fields.includes(field));
}

const written = ({ object, fields }: Deed): readonly string[] => fields.map((field) => `${object}.${field}`);

/** Whether what follows is done only as long as what is written lets it: then it comes to an end. */
function ends(before: Deed, after: Deed): boolean {
  if (before.event === 'call' && after.guards.length > 0) return true;
  const fields = new Set([...written(before), ...written(after)]);
  return after.guards.some((guard) => fieldsRead(guard).some(({ object, field }) => fields.has(`${object}.${field}`)));
}

type Followers = ReadonlyMap<Deed, readonly Deed[]>;

/** What each deed brings about, as far as nothing ends it. */
function followersOf(deeds: readonly Deed[], automations: readonly AutomationModel[]): Followers {
  const byAutomation = Map.groupBy(deeds, ({ by }) => by);
  const started = (deed: Deed): readonly Deed[] =>
    automations.filter((automation) => starts(automation, deed)).flatMap((automation) => byAutomation.get(automation.name) ?? []);
  const followers = new Map(deeds.map((deed) => [deed, started(deed).filter((after) => !ends(deed, after))]));
  // What leads nowhere is on no way round.
  for (let before = Infinity; followers.size < before;) {
    before = followers.size;
    for (const [deed, after] of followers) if (!after.some((each) => followers.has(each))) followers.delete(deed);
  }
  return followers;
}

/** The shortest way from a deed back to itself. */
function circleOf(start: Deed, followers: Followers): readonly Deed[] {
  const cameFrom = new Map<Deed, Deed>();
  const queue: Deed[] = [start];
  for (const at of queue) {
    for (const next of followers.get(at) ?? []) {
      if (next === start) {
        const way = [at];
        for (let before = cameFrom.get(at); before !== undefined; before = cameFrom.get(before)) way.unshift(before);
        return way;
      }
      if (cameFrom.has(next) || !followers.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  return [];
}

/** Tells each circle of automations, unless one that it shares an automation with is told already. */
export function checkLoops(automations: readonly AutomationModel[], reports: Reports): void {
  // What is set before the save belongs to the write that is being made.
  const anew = automations.filter(({ trigger }) => trigger.type !== 'record' || trigger.moment !== 'beforeSave');
  const deeds = anew.flatMap(({ name, steps, object, when }) =>
    deedsOf(steps, { by: name, record: object }, when === undefined ? [] : [when]),
  );
  const followers = followersOf(deeds, automations);
  const told = new Set<string>();
  for (const deed of followers.keys()) {
    const circle = circleOf(deed, followers);
    // Of what is only deleted there is an end.
    if (circle.every(({ event }) => event === 'delete') || circle.some(({ by }) => told.has(by))) continue;
    for (const { by } of circle) told.add(by);
    const chain = [...circle, deed].map(({ by }) => by).join(' → ');
    reports.for('automation', deed.by).add('/trigger', 'AUTOMATION_LOOP', { chain });
  }
}
