// Durations in the working time of a calendar, and the work between two moments.
import { parseDuration, type Duration } from './calendar.ts';
import { dayLength, type WorkCalendar, type WorkTables } from './work-calendar.ts';
import { countUpTo, reach, workBefore } from './work-table.ts';

/** Working days, then milliseconds of working time. */
export type WorkDuration = Pick<Duration, 'days' | 'milliseconds'>;

/** Reads `P3D`, `PT4H`, `-P1DT30M`; undefined for what is no duration, and for years, months and weeks, which have no length in working days. */
export function parseWorkDuration(source: string): WorkDuration | undefined {
  const duration = /^-?P[^T]*[YMW]/.test(source) ? undefined : parseDuration(source);
  return duration && { days: duration.days, milliseconds: duration.milliseconds };
}

/** The local time that clocks of the calendar show. NaN, here and below, outside of its years. */
export function localTime({ zone, time }: WorkTables, instant: number): number {
  const piece = zone[countUpTo(zone, ({ at }) => at, instant) - 1];
  return piece === undefined || !(instant < time.end.at) ? NaN : instant + piece.offset;
}

/** The instant at which they show a local time. */
function instantAt({ zone }: WorkTables, local: number): number {
  const piece = zone[countUpTo(zone, (each) => each.local, local) - 1];
  return piece === undefined ? NaN : local - piece.offset;
}

/** The number of a local time's day. */
export const dayNumberAt = (local: number): number => Math.floor(local / dayLength);

/**
 * The n-th working day after (or before) a day, which itself does not count. By 0 the day, if it is a working one, else the next.
 * @param day counted from 1 January 1970, as is the answer
 */
export function addWorkingDays({ days: table }: WorkTables, day: number, count: number): number {
  const after = count > 0 ? 1 : 0;
  return reach(table, workBefore(table, day, after) + count - after, 0);
}

/** Working days after the earlier of two days up to the later, which counts; negative where `to` is the earlier. */
export const workingDaysBetween = ({ days }: WorkTables, from: number, to: number): number =>
  workBefore(days, to, 1) - workBefore(days, from, 1);

const mirrored = (back: 0 | 1): 0 | 1 => (back === 0 ? 1 : 0);

/**
 * So many working days on, at the same time of day. Where work begins and where it ends both belong to it; what lies outside moves on to where
 * work begins, or back to where it ended where days are taken off.
 */
function moveByDays(tables: WorkTables, instant: number, count: number): number {
  const back = count < 0 ? 1 : 0;
  const ahead = mirrored(back);
  // What ends at midnight ends on the day before, so the day of an end is that of the millisecond before it.
  const dayOf = (at: number, ends: 0 | 1): number => dayNumberAt(localTime(tables, at - ends));
  const around = (at: number): [near: number, far: number] => {
    const work = workBefore(tables.time, at);
    return [reach(tables.time, work, back), reach(tables.time, work, ahead)];
  };
  const [near, far] = around(instant);
  if (count === 0) return near;
  const ends = near !== instant && far === instant ? ahead : back;
  const start = far === instant ? far : near;
  const clock = localTime(tables, start - ends) + ends - dayOf(start, ends) * dayLength;
  const day = addWorkingDays(tables, dayOf(start, ends), count);
  const aim = instantAt(tables, day * dayLength + clock);
  const [next, last] = around(aim);
  return (last !== aim || dayOf(last, ahead) !== day) && dayOf(next, back) === day ? next : last;
}

/** As `addWorkingTime`; NaN for undefined. */
export function moveByWork(tables: WorkTables, instant: number, { days, milliseconds }: WorkDuration): number {
  const start = days !== 0 || milliseconds === 0 ? moveByDays(tables, instant, days) : instant;
  return milliseconds === 0 ? start : reach(tables.time, workBefore(tables.time, start) + milliseconds, milliseconds < 0 ? 0 : 1);
}

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

/**
 * The instant (milliseconds since 1970) after so much working time. Days are working days: from the next working moment on, to the same time of
 * day so many working days later, or, where nobody works at that time, to the next working moment of that day, else its end. Then hours, minutes
 * and seconds of work. Nothing added gives the next working moment. What is taken off is mirrored: from the previous working moment back.
 * Undefined beyond the years 1970 to 2099, and where nobody ever works.
 */
export function addWorkingTime({ tables }: WorkCalendar, instant: number, duration: WorkDuration): number | undefined {
  return known(moveByWork(tables, instant, duration));
}

/** Milliseconds of working time between two instants, negative where `to` is the earlier; undefined beyond the years 1970 to 2099. */
export function workingMsBetween({ tables }: WorkCalendar, from: number, to: number): number | undefined {
  return known(workBefore(tables.time, to) - workBefore(tables.time, from));
}

/** Whether an instant is working time. */
export const isWorkingMoment = ({ time }: WorkTables, instant: number): boolean => reach(time, workBefore(time, instant), 0) === instant;

/** Whether a day is a working day. */
export const isWorkingDay = ({ days }: WorkTables, day: number): boolean => reach(days, workBefore(days, day), 0) === day;
