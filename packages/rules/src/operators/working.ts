// The working time of a calendar in rules: what dateAdd and dateDiff do where they name one, and isWorkingTime.
import { keyword, sql, type Sql } from '@tessera/kernel';
import { below } from '../checking/place.ts';
import type { CallExpression, Value } from '../expression.ts';
import { boolean } from '../types.ts';
import { dayLength, dayNumber, type WorkCalendar } from '../work-calendar.ts';
import { workBefore } from '../work-table.ts';
import {
  addWorkingDays,
  dayNumberAt,
  isWorkingDay,
  isWorkingMoment,
  localTime,
  moveByWork,
  workingDaysBetween,
  type WorkDuration,
} from '../working-time.ts';
import { maybe, type CallSite, type Operator } from './operator.ts';
import { addWorkingDaysSql, isWorkingSql, moveByWorkSql, workingDaysBetweenSql, workingMsBetweenSql } from './work-sql.ts';
import { dateKinds, isDate } from './zoned.ts';

/** A call by the calendar that argument `i` names; as it is where there is no such argument. */
export function byCalendar(site: CallSite, i: number, call: CallExpression | undefined): CallExpression | undefined {
  if (site.sources.length <= i) return call;
  const name = site.sources[i];
  if (typeof name !== 'string') return site.refuse('A calendar is named literally, such as "office".', i);
  const found = site.forms.calendar(name, below(site.place, i));
  return call && found && { ...call, calendar: found };
}

/** Later by working days and working time; a date by working days alone. */
export function addWork(work: WorkCalendar, start: string, duration: WorkDuration, onDate: boolean): Value {
  const { tables } = work;
  const moved = onDate
    ? addWorkingDays(tables, dayNumber(start), duration.days) * dayLength
    : moveByWork(tables, Date.parse(start), duration);
  if (Number.isNaN(moved)) return null;
  const text = new Date(moved).toISOString();
  return onDate ? text.slice(0, 10) : text;
}

/** As `addWork`; the days may be an expression. */
export function addWorkSql(
  work: WorkCalendar,
  start: Sql,
  { days, milliseconds }: { readonly days: number | Sql; readonly milliseconds: number },
  onDate: boolean,
): Sql {
  const daysSql = typeof days === 'number' ? sql`${days}` : days;
  if (onDate) return addWorkingDaysSql(work, start, daysSql);
  return moveByWorkSql(work, start, days === 0 && milliseconds !== 0 ? undefined : daysSql, milliseconds);
}

/** Working time in whole units of so many milliseconds, or working days where left out. */
export function workBetween(
  { tables }: WorkCalendar,
  from: Value | undefined,
  to: Value | undefined,
  unit: number | undefined,
  onDate: boolean,
): Value {
  if (typeof from !== 'string' || typeof to !== 'string') return null;
  const dayOf = (value: string): number => (onDate ? dayNumber(value) : dayNumberAt(localTime(tables, Date.parse(value))));
  const before = (value: string): number => workBefore(tables.time, Date.parse(value));
  const found = unit === undefined ? workingDaysBetween(tables, dayOf(from), dayOf(to)) : Math.trunc((before(to) - before(from)) / unit);
  // `+ 0`: no minus zero.
  return Number.isNaN(found) ? null : String(found + 0);
}

/** As `workBetween`. */
export function workBetweenSql(work: WorkCalendar, from: Sql, to: Sql, unit: number | undefined, onDate: boolean): Sql {
  if (unit === undefined) return workingDaysBetweenSql(work, from, to, onDate);
  return sql`div(${workingMsBetweenSql(work, from, to)}, ${keyword(String(unit))})`;
}

export const isWorkingTime: Operator = {
  name: 'isWorkingTime',
  signature: 'isWorkingTime(date or datetime, calendar)',
  doc: 'Whether a date is a working day of the calendar, or a date with time working time: from the moment that work begins until before it ends.',
  nulls: 'False for null, and beyond the years 1970 to 2099.',
  examples: [
    { rule: { isWorkingTime: [{ var: 'closeDate' }, 'office'] }, gives: true },
    { rule: { isWorkingTime: [{ var: 'dueAt' }, 'office'] }, gives: false },
  ],
  arity: [2, 2],
  type: (site) => byCalendar(site, 1, site.call(boolean, [site.checkKind(0, dateKinds)])),
  js: ([value], { call }) => {
    if (typeof value !== 'string' || call.calendar === undefined) return false;
    const { tables } = call.calendar;
    return isDate(call) ? isWorkingDay(tables, dayNumber(value)) : isWorkingMoment(tables, Date.parse(value));
  },
  truth: (call) =>
    maybe(call.call.calendar === undefined ? sql`false` : isWorkingSql(call.call.calendar, call.value(0), isDate(call.call))),
};
