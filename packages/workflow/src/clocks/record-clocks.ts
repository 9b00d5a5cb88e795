// The clocks of an object on its records: read from a record's fields, moved on by what the record is, written back into them.
import type { ClockModel, Model, ObjectModel } from '@tessera/metadata';
import { noFacts, recordEnvironment, type WriteSession } from '@tessera/records';
import type { Expression, Value, WorkCalendar } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import { moved } from '../triggers/time-of.ts';
import { advance, counted, type ClockFacts, type ClockState, type ClockStateName, type ClockTerms } from './machine.ts';

export const clocksOf = (model: Model, object: ObjectModel): readonly ClockModel[] =>
  Object.values(model.clocks).filter((clock) => clock.object === object.name);

export const calendarOf = (model: Model, { calendar }: Pick<ClockModel, 'calendar'>): WorkCalendar | undefined =>
  calendar === undefined ? undefined : model.calendars[calendar]?.calendar;

export const termsOf = (model: Model, clock: ClockModel): ClockTerms => ({ calendar: calendarOf(model, clock), reopen: clock.reopen });

/** Longer than all the years that there are. */
const mostMs = 10_000 * 366 * 86_400_000;

const names: readonly ClockStateName[] = ['running', 'paused', 'met', 'missed'];

const instantOf = (value: Value | undefined): number | undefined => (typeof value === 'string' ? Date.parse(value) : undefined);
const textOf = (instant: number | undefined): string | null => (instant === undefined ? null : new Date(instant).toISOString());

export function stateIn({ fields }: ClockModel, record: RecordValues | undefined): ClockState {
  const value = (name: string): Value | undefined => record?.[name];
  return {
    state: names.find((name) => name === value(fields.state)),
    cycle: Number(value(fields.cycle) ?? 0),
    since: instantOf(value(fields.since)),
    due: instantOf(value(fields.due)),
    used: Number(value(fields.used) ?? 0),
    target: Number(value(fields.target) ?? 0),
  };
}

export const fieldsFor = ({ fields }: ClockModel, at: ClockState): RecordValues => ({
  [fields.state]: at.state ?? null,
  [fields.cycle]: at.cycle === 0 ? null : String(at.cycle),
  [fields.since]: textOf(at.since),
  [fields.due]: textOf(at.due),
  [fields.used]: at.cycle === 0 ? null : String(at.used),
  [fields.target]: at.cycle === 0 ? null : String(at.target),
});

function targetFrom(session: WriteSession, clock: ClockModel, record: RecordValues, object: ObjectModel): ClockFacts['targetFrom'] {
  const { model } = session;
  const { target } = clock;
  if (target.kind === 'duration')
    return (instant) => {
      const end = moved(instant, target.duration, false, model);
      return end === undefined ? undefined : counted({ calendar: calendarOf(model, clock) }, instant, end);
    };
  const minutes = session.rules.evaluate(target.rule, recordEnvironment(session, { object, record, facts: noFacts }));
  const ms = minutes === null ? NaN : Math.min(Math.round(Number(minutes) * 60_000), mostMs);
  return () => (ms >= 0 ? ms : undefined);
}

/** How the clock stands once the record is written as it is to be. */
export function stateAfter(
  session: WriteSession,
  clock: ClockModel,
  object: ObjectModel,
  record: RecordValues,
  before: ClockState,
): ClockState {
  const environment = recordEnvironment(session, { object, record, facts: noFacts });
  const holds = (rule: Expression | undefined): boolean => rule !== undefined && session.rules.evaluate(rule, environment) === true;
  const isVoid = record['lifeStatus'] === 'void';
  const facts: ClockFacts = {
    start: !isVoid && holds(clock.start),
    // What is void stands still.
    pause: isVoid || holds(clock.pause),
    stop: holds(clock.stop),
    targetFrom: targetFrom(session, clock, record, object),
    follows: clock.target.kind === 'minutes',
  };
  return advance(termsOf(session.model, clock), before, facts, Date.parse(session.at));
}
