// When the thresholds of a clock come, and their timers: one for each that is still to come while the clock runs.
import type { ClockModel, Model, ThresholdModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { NewTimer } from '@tessera/storage';
import { chainedTo, type Chained } from '../triggers/chains.ts';
import { moved } from '../triggers/time-of.ts';
import { after, type ClockState } from './machine.ts';
import { calendarOf } from './record-clocks.ts';

export const clockKind = 'clock';

export const clockKey = (clock: string, recordId: string, cycle: number, threshold: string): string =>
  `${clockKind}/${clock}/${recordId}/${String(cycle)}/${threshold}`;

/** What a timer of a clock is for. */
export interface ClockTimer extends Chained {
  readonly clock: string;
  readonly cycle: number;
  readonly threshold: string;
  /** From 1. */
  readonly level: number;
}

/** How often each threshold has come in a cycle. */
export type Fired = Readonly<Record<string, number>>;

/** When a threshold comes for the n-th time if the clock goes on running; undefined where it does not run, or never comes. */
export function instantOf(
  model: Model,
  clock: ClockModel,
  { time, repeat }: ThresholdModel,
  at: ClockState,
  level: number,
): number | undefined {
  const { state, due, since, used, target } = at;
  if (state !== 'running' || since === undefined) return undefined;
  let instant =
    time.kind === 'share'
      ? after({ calendar: calendarOf(model, clock) }, since, Math.round(target * time.share) - used)
      : due === undefined
        ? undefined
        : moved(due, time.duration, time.kind === 'before', model);
  for (let n = 1; n < level && instant !== undefined; n += 1)
    instant = repeat === undefined ? undefined : moved(instant, repeat.every, false, model);
  return instant;
}

/** Whether it comes again after so many times, as far as that is known without the people. */
const comesAgain = ({ repeat }: ThresholdModel, fired: number): boolean =>
  fired === 0 || (repeat !== undefined && (repeat.times === undefined || fired < repeat.times));

export function timerOf(
  session: WriteSession,
  clock: ClockModel,
  recordId: string,
  at: ClockState,
  threshold: string,
  level: number,
  due: number,
): NewTimer {
  const content: ClockTimer = { clock: clock.name, cycle: at.cycle, threshold, level, ...chainedTo(session, due) };
  return {
    id: session.context.newId(),
    key: clockKey(clock.name, recordId, at.cycle, threshold),
    kind: clockKind,
    dueAt: new Date(due).toISOString(),
    runId: null,
    object: clock.object,
    recordId,
    content: JSON.stringify(content),
  };
}

/** The timers that a record should have for a clock. */
export function timersOf(session: WriteSession, clock: ClockModel, recordId: string, at: ClockState, fired: Fired): readonly NewTimer[] {
  return Object.values(clock.thresholds).flatMap((threshold) => {
    const done = fired[threshold.name] ?? 0;
    const due = comesAgain(threshold, done) ? instantOf(session.model, clock, threshold, at, done + 1) : undefined;
    return due === undefined ? [] : [timerOf(session, clock, recordId, at, threshold.name, done + 1, due)];
  });
}

/** The keys of all that a clock may have set for a record in a cycle. */
export const keysOf = (clock: ClockModel, recordId: string, cycle: number): readonly string[] =>
  Object.keys(clock.thresholds).map((threshold) => clockKey(clock.name, recordId, cycle, threshold));
