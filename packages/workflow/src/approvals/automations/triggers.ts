// Automations that wait for approvals: those with the trigger `approval`, and runs that wait for the event of an end.
import { byOrder, type AutomationModel, type Model, type StepModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { RecordValues } from '@tessera/storage';
import { readStored } from '../../automations/frame-records.ts';
import { within } from '../../automations/limits.ts';
import { startRuns } from '../../automations/start-runs.ts';
import { tellEvent } from '../../automations/waits.ts';
import { meeting } from '../../triggers/due.ts';
import type { Follower, Happened } from '../driving/happened.ts';
import type { Outcome } from '../machine/index.ts';
import { outcomeOf } from './actions.ts';
import { asSubmitter } from './submitter-rules.ts';

type Event = 'entered' | Outcome;

interface Told {
  readonly one: Happened;
  readonly event: Event;
  /** As it would be when it enters, as it is when it has left. */
  readonly record: RecordValues;
}

/** It may have left as it entered. */
function eventsOf(one: Happened): readonly Event[] {
  const outcome = outcomeOf(one);
  return [...(one.before === undefined ? (['entered'] as const) : []), ...(outcome === undefined ? [] : [outcome])];
}

/** What some automation starts with, or waits for; of all else nothing is read. */
async function toldOf(session: WriteSession, happened: readonly Happened[]): Promise<readonly Told[]> {
  const { model } = session;
  const all = happened
    .flatMap((one) => eventsOf(one).map((event) => ({ one, event })))
    .filter((each) => startedBy(model, each).length > 0 || isWaitedFor(model, each));
  const left = all
    .filter(({ event }) => event !== 'entered')
    .map(({ one: { subject } }) => ({ object: subject.object.name, id: subject.id }));
  const stored = await readStored(session, left);
  return all.map(({ one, event }) => {
    const { object, id, values } = one.subject;
    const now = event === 'entered' ? undefined : stored.get({ object: object.name, id })?.values;
    return { one, event, record: now ?? values };
  });
}

const startedBy = (model: Model, { one: { process }, event }: Pick<Told, 'one' | 'event'>): readonly AutomationModel[] =>
  Object.values(model.automations).filter(
    ({ object, trigger }) =>
      trigger.type === 'approval' &&
      object === process.object &&
      (trigger.process === undefined || trigger.process === process.name) &&
      trigger.on.some((each) => each === event),
  );

/** In the name of who submitted it: it is that person's change. */
async function start(session: WriteSession, automation: AutomationModel, told: readonly Told[]): Promise<void> {
  for (const own of Map.groupBy(told, ({ one }) => `${one.subject.submitter} ${one.process.name}`).values()) {
    const [first] = own;
    if (first === undefined) continue;
    const { subject, process } = first.one;
    const asking = await asSubmitter(session, subject, automation.when ?? {});
    const met = new Set(
      await meeting(
        asking,
        subject.object,
        automation,
        own.map(({ record }) => record),
      ),
    );
    const starts = own
      .filter(({ record }) => met.has(record))
      .map(({ one }) => ({ automation, record: { object: subject.object.name, id: one.subject.id }, actor: subject.submitter }));
    if (starts.length > 0) await startRuns(within(session, process.name), starts);
  }
}

function waitsFor(steps: readonly StepModel[], event: string): boolean {
  return steps.some((step) => {
    if (step.type === 'wait') return step.event === event;
    if (step.type === 'forEach') return waitsFor(step.steps, event);
    return step.type === 'branch' && (waitsFor(step.otherwise, event) || step.cases.some((each) => waitsFor(each.steps, event)));
  });
}

/** Events of ends that any automation of the object waits for. */
const waitedFor = (model: Model, object: string): readonly Outcome[] =>
  (['approved', 'rejected', 'recalled', 'cancelled'] as const).filter((event) =>
    Object.values(model.automations).some((automation) => automation.object === object && waitsFor(automation.steps, event)),
  );

const isWaitedFor = (model: Model, { one: { subject }, event }: Pick<Told, 'one' | 'event'>): boolean =>
  waitedFor(model, subject.object.name).some((each) => each === event);

async function tellWaiting(session: WriteSession, told: readonly Told[]): Promise<void> {
  for (const [object, ofObject] of Map.groupBy(told, ({ one }) => one.subject.object.name)) {
    for (const event of waitedFor(session.model, object)) {
      const ids = ofObject.filter((each) => each.event === event).map(({ one }) => one.subject.id);
      if (ids.length > 0) await tellEvent(session, object, ids, event);
    }
  }
}

export const followTriggers: Follower = async (session, happened) => {
  const told = await toldOf(session, happened);
  if (told.length === 0) return;
  const byAutomation = new Map<AutomationModel, Told[]>();
  for (const each of told)
    for (const automation of startedBy(session.model, each)) byAutomation.set(automation, [...(byAutomation.get(automation) ?? []), each]);
  for (const [automation, own] of [...byAutomation].sort(([a], [b]) => byOrder(a, b))) await start(session, automation, own);
  await tellWaiting(session, told);
};
