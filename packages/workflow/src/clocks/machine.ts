// What a clock does with a record: a pure function of how it stood, of what the record is, and of the time.
import { addWorkingTime, workingMsBetween, type WorkCalendar } from '@tessera/rules';
import { inYears } from '../triggers/time-of.ts';

export type ClockStateName = 'running' | 'paused' | 'met' | 'missed';

/** How a clock stands. Instants are milliseconds since 1970. */
export interface ClockState {
  /** Undefined: it never ran. */
  readonly state: ClockStateName | undefined;
  /** From 1. */
  readonly cycle: number;
  /** Since when it runs, stands still or has ended. */
  readonly since: number | undefined;
  /** When the target is reached if it goes on running; undefined where it stands still, or where that is beyond the calendar. */
  readonly due: number | undefined;
  /** Milliseconds that it had run at `since`. */
  readonly used: number;
  /** Milliseconds. */
  readonly target: number;
}

export interface ClockFacts {
  readonly start: boolean;
  readonly pause: boolean;
  readonly stop: boolean;
  /** Milliseconds for a cycle that begins at this instant; undefined where nobody knows. */
  readonly targetFrom: (instant: number) => number | undefined;
  /** The target follows the record as long as the cycle lasts. */
  readonly follows: boolean;
}

export interface ClockTerms {
  /** Undefined: all time counts. */
  readonly calendar: WorkCalendar | undefined;
  readonly reopen: 'resume' | 'restart' | 'ignore';
}

export const neverRan: ClockState = { state: undefined, cycle: 0, since: undefined, due: undefined, used: 0, target: 0 };

/** Milliseconds between two instants that count. */
export const counted = ({ calendar }: Pick<ClockTerms, 'calendar'>, from: number, to: number): number =>
  calendar === undefined ? to - from : (workingMsBetween(calendar, from, to) ?? 0);

/** The instant at which so much more (or less) counts; undefined where it never comes, or beyond the years of a calendar. */
export function after({ calendar }: Pick<ClockTerms, 'calendar'>, from: number, milliseconds: number): number | undefined {
  if (calendar === undefined || milliseconds === 0) return inYears(from + milliseconds);
  return addWorkingTime(calendar, from, { days: 0, milliseconds });
}

/** How long it has run by an instant. */
export const elapsedAt = (terms: Pick<ClockTerms, 'calendar'>, { state, since, used }: ClockState, now: number): number =>
  state === 'running' && since !== undefined ? used + counted(terms, since, now) : used;

const running = (terms: ClockTerms, at: ClockState, now: number): ClockState => ({
  ...at,
  state: 'running',
  since: now,
  due: after(terms, now, at.target - at.used),
});

const halted = (terms: ClockTerms, at: ClockState, now: number): ClockState => ({
  ...at,
  since: now,
  used: elapsedAt(terms, at, now),
});

const paused = (at: ClockState, now: number): ClockState => ({ ...at, state: 'paused', since: now, due: undefined });

function begun(terms: ClockTerms, before: ClockState, { pause, targetFrom }: ClockFacts, now: number): ClockState {
  const target = targetFrom(now);
  if (target === undefined) return before;
  const fresh: ClockState = { ...neverRan, cycle: before.cycle + 1, target };
  return pause ? paused(fresh, now) : running(terms, fresh, now);
}

/** The same with the target of by now, where it follows the record, and due by the calendar of by now. */
function targeted(terms: ClockTerms, at: ClockState, { follows, targetFrom }: ClockFacts, now: number): ClockState {
  const target = follows ? (targetFrom(now) ?? at.target) : at.target;
  const runs = at.state === 'running' && at.since !== undefined;
  return { ...at, target, due: runs ? after(terms, at.since, target - at.used) : at.due };
}

/** A cycle under way. */
function goneOn(terms: ClockTerms, before: ClockState, facts: ClockFacts, now: number): ClockState {
  const { pause, stop } = facts;
  const at = targeted(terms, before, facts, now);
  if (stop) {
    const done = halted(terms, at, now);
    return { ...done, state: done.used <= at.target ? 'met' : 'missed', due: at.due };
  }
  if (pause) return at.state === 'paused' ? at : paused(halted(terms, at, now), now);
  return at.state === 'paused' ? running(terms, at, now) : at;
}

/** How it stands after a write at `now`; the state itself where nothing is another. */
export function advance(terms: ClockTerms, before: ClockState, facts: ClockFacts, now: number): ClockState {
  const { start, pause, stop } = facts;
  if (before.state === 'running' || before.state === 'paused') return goneOn(terms, before, facts, now);
  if (!start || stop) return before;
  if (before.state === undefined || terms.reopen === 'restart') return begun(terms, before, facts, now);
  if (terms.reopen === 'ignore') return before;
  const again = targeted(terms, before, facts, now);
  return pause ? paused(again, now) : running(terms, again, now);
}
