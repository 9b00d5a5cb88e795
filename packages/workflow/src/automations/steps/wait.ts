// wait: until the first of what it names; the outcome's `reason` says which.
import type { WaitReason, WaitStepModel } from '@tessera/metadata';
import { instantOn } from '@tessera/rules';
import { moved } from '../../triggers/time-of.ts';
import { readStored } from '../frame-records.ts';
import type { Frame, StepDoer, StepResult, StepWork } from '../step-work.ts';

type Work = StepWork<WaitStepModel>;

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

export const wait: StepDoer<WaitStepModel> = async (work) => {
  const { session, step, frames, waited } = work;
  const { condition, event } = step;
  const holds = condition === undefined ? [] : await work.over(await held(work)).evaluate(condition);
  const due = await deadlines(work);
  const watches = { record: condition !== undefined, event };
  const now = Date.parse(session.at);
  return frames.map((_, i): StepResult => {
    const [first] = due[i] ?? [];
    const over = (reason: WaitReason): StepResult => ({ kind: 'done', outcome: { reason } });
    if (event !== undefined && waited[i]?.events.includes(event) === true) return over('event');
    if (holds[i] === true) return over('condition');
    if (first !== undefined && first.at <= now) return over(first.reason);
    if (first !== undefined) return { kind: 'waiting', until: new Date(first.at).toISOString(), watches };
    // `until` gives nothing, and there is nothing else to wait for.
    return condition === undefined && event === undefined ? over('until') : { kind: 'waiting', watches };
  });
};
