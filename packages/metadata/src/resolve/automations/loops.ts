// Automations and approval processes that start themselves, or one another, for ever: found before they run, as far as metadata tells.
import type { Expression } from '@tessera/rules';
import type { ApprovalProcessModel, AutomationModel, RecordEvent, StepModel } from '../../model.ts';
import type { Reports } from '../report.ts';
import { fieldsRead } from '../walk.ts';
import { deedsOfProcess, entered, startedByApproval, type Act, type ProcessDeed } from './loops-approvals.ts';

/** What does something by itself. */
interface Doer {
  readonly kind: 'automation' | 'approvalProcess';
  readonly name: string;
  /** The object of its record. */
  readonly record: string | undefined;
  /** Whether somebody is there whose writes must be approved. */
  readonly asPerson: boolean;
}

interface Deed extends Act {
  readonly by: Doer;
  /** Conditions without which it is not done. */
  readonly guards: readonly Expression[];
}

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
    case 'submit':
      return [{ object: step.object, event: 'submit', fields: ['lifeStatus', 'lockedBy'], process: step.process }];
    default:
      return [];
  }
}

function deedsOf(steps: readonly StepModel[], doer: Doer, around: readonly Expression[]): readonly Deed[] {
  return steps.flatMap((step): readonly Deed[] => {
    const guards = step.when === undefined ? around : [...around, step.when];
    const done = own(step, doer.record).map((act) => ({ ...act, by: doer, guards }));
    if (step.type === 'atomic') return deedsOf(step.steps, doer, guards);
    if (step.type === 'forEach') return deedsOf(step.steps, doer, step.query.where === undefined ? guards : [...guards, step.query.where]);
    if (step.type !== 'branch') return done;
    const cases = step.cases.flatMap((one) => deedsOf(one.steps, doer, [...guards, one.when]));
    // What no case takes depends on all of them.
    const rest = deedsOf(step.otherwise, doer, [...guards, ...step.cases.map((one) => one.when)]);
    return [...cases, ...rest];
  });
}

/** What is handed in is so as the automation has left it: a condition over what it sets elsewhere ends it as well. */
function withOwnFields(deeds: readonly Deed[]): readonly Deed[] {
  return deeds.map((deed) => {
    if (deed.event !== 'submit' && deed.event !== 'approval') return deed;
    const fields = deeds.filter(({ object, event }) => object === deed.object && event !== 'call').flatMap((each) => each.fields);
    return { ...deed, fields: [...new Set(fields)] };
  });
}

/** Does a deed start an automation. */
function starts(automation: AutomationModel, deed: Deed): boolean {
  const { object, trigger, name } = automation;
  if (deed.event === 'call') return name === deed.object;
  if (deed.event === 'approval') return startedByApproval(automation, deed);
  if (trigger.type !== 'record' || object !== deed.object || deed.event === 'submit' || !trigger.on.includes(deed.event)) return false;
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

/** What happens by itself, and all that it does. */
interface World {
  readonly automations: ReadonlyMap<AutomationModel, readonly Deed[]>;
  readonly processes: ReadonlyMap<ApprovalProcessModel, readonly Deed[]>;
}

/** What each deed brings about, as far as nothing ends it. */
function followersOf({ automations, processes }: World): Followers {
  const started = (deed: Deed): readonly Deed[] => [
    ...[...automations].flatMap(([automation, deeds]) => (starts(automation, deed) ? deeds : [])),
    ...[...processes].flatMap(([process, deeds]) => (entered(process, deed, deed.by.asPerson) ? deeds : [])),
  ];
  const deeds = [...automations.values(), ...processes.values()].flat();
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

function deedsOfAutomation({ name, steps, object, when, runAs, trigger }: AutomationModel): readonly Deed[] {
  // What is set before the save belongs to the write that is being made.
  if (trigger.type === 'record' && trigger.moment === 'beforeSave') return [];
  const doer: Doer = { kind: 'automation', name, record: object, asPerson: runAs === 'user' };
  return withOwnFields(deedsOf(steps, doer, when === undefined ? [] : [when]));
}

function ofProcess(process: ApprovalProcessModel): readonly Deed[] {
  const { name, object } = process;
  const by: Doer = { kind: 'approvalProcess', name, record: object, asPerson: false };
  return withOwnFields(deedsOfProcess(process).map((deed: ProcessDeed): Deed => ({ ...deed, by })));
}

/** Tells each circle, unless one that it shares an automation or a process with is told already. */
export function checkLoops(automations: readonly AutomationModel[], processes: readonly ApprovalProcessModel[], reports: Reports): void {
  const followers = followersOf({
    automations: new Map(automations.map((automation) => [automation, deedsOfAutomation(automation)])),
    processes: new Map(processes.map((process) => [process, ofProcess(process)])),
  });
  const told = new Set<Doer>();
  for (const deed of followers.keys()) {
    const circle = circleOf(deed, followers);
    // Of what is only deleted there is an end.
    if (circle.every(({ event }) => event === 'delete') || circle.some(({ by }) => told.has(by))) continue;
    for (const { by } of circle) told.add(by);
    const chain = [...circle, deed].map(({ by }) => by.name).join(' → ');
    const { kind, name } = deed.by;
    reports.for(kind, name).add(kind === 'automation' ? '/trigger' : '/on', 'AUTOMATION_LOOP', { chain });
  }
}
