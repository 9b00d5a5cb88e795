// wait: until the first of what it names; the outcome's `reason` says which.
import type { WaitReason, WaitStepModel } from '@tessera/metadata';
import { instantOn } from '@tessera/rules';
import { runsToldOfEnd } from '@tessera/storage';
import { doorIn } from '../../jobs/handlers.ts';
import { moved } from '../../triggers/time-of.ts';
import { readStored } from '../frame-records.ts';
import type { Frame, StepDoer, StepResult, StepWork } from '../step-work.ts';

type Work = StepWork<WaitStepModel>;

/** Writes and ends of approvals wake what the automations of today wait for; what began with another version looks for itself so often. */
const lookMs = 300_000;

interface Deadline {
  readonly reason: WaitReason;
  readonly at: number;
}

async function deadlines(work: Work): Promise<readonly (readonly Deadline[])[]> {
  const { session, step, frames, waited } = work;
  const until = step.until === undefined ? [] : await work.evaluate(step.until);
  return frames.map((_, i): readonly Deadline[] => {
    const since = Date.parse(waited[i]?.since ?? session.at);
    const length = step.for && moved(since, step.for, false, session.model);
    const time = until[i];
    const at = typeof time !== 'string' ? undefined : time.length === 10 ? instantOn(time, '00:00', session.slots.zone) : Date.parse(time);
    return [
      ...(length === undefined ? [] : [{ reason: 'for', at: length } as const]),
      ...(at === undefined ? [] : [{ reason: 'until', at } as const]),
    ].sort((a, b) => a.at - b.at);
  });
}

/** The records as nobody changes them until the transaction ends: whoever writes one afterwards finds the run waiting for it. */
async function held({ platform, frames }: Work): Promise<readonly Frame[]> {
  const stored = await readStored(
    platform,
    frames.flatMap(({ records }) => records[0] ?? []),
    { locked: true },
  );
  return frames.map((frame): Frame => {
    const [record, ...items] = frame.records;
    const values = record && stored.get(record)?.values;
    return record === undefined || values === undefined ? frame : { ...frame, records: [{ ...record, values }, ...items] };
  });
}

/** Frames of runs to which an end of an approval has come before they waited for it. */
async function toldBefore({ platform, step, frames }: Work): Promise<readonly boolean[]> {
  const { event } = step;
  if (event === undefined) return frames.map(() => false);
  const runs = [...new Set(frames.flatMap(({ runId }) => runId ?? []))];
  const told = await runsToldOfEnd(doorIn(platform), runs, event);
  return frames.map(({ runId }) => runId !== undefined && told.has(runId));
}

export const wait: StepDoer<WaitStepModel> = async (work) => {
  const { session, automation, step, frames, waited } = work;
  const { condition, event } = step;
  const watches = { record: condition !== undefined, event };
  const isWoken = watches.record || event !== undefined;
  const own = isWoken ? await held(work) : frames;
  const holds = condition === undefined ? [] : await work.over(own).evaluate(condition);
  const told = await toldBefore(work);
  const due = await deadlines(work);
  const now = Date.parse(session.at);
  const isOld = isWoken && session.model.automations[automation.name]?.hash !== automation.hash;
  return frames.map((_, i): StepResult => {
    const [first] = due[i] ?? [];
    const over = (reason: WaitReason): StepResult => ({ kind: 'done', outcome: { reason } });
    if (event !== undefined && (told[i] === true || waited[i]?.events.includes(event) === true)) return over('event');
    if (holds[i] === true) return over('condition');
    if (first !== undefined && first.at <= now) return over(first.reason);
    // `until` gives nothing, and there is nothing else to wait for.
    if (first === undefined && !isWoken && step.for === undefined) return over('until');
    const until = Math.min(first?.at ?? Infinity, isOld ? now + lookMs : Infinity);
    return until === Infinity ? { kind: 'waiting', watches } : { kind: 'waiting', until: new Date(until).toISOString(), watches };
  });
};
