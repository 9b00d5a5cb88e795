// dateAdd and dateDiff: on the calendar, or in the working time of a calendar that they name.
import { keyword, sql, type Sql } from '@tessera/kernel';
import * as calendar from '../calendar.ts';
import type { Day, Duration } from '../calendar.ts';
import type { CallExpression, Expression, Value } from '../expression.ts';
import { bindOnce, boundedDate, boundedInstant, intervalSql, wholeSql, zoneSql } from '../sql-parts.ts';
import { number } from '../types.ts';
import { parseWorkDuration } from '../working-time.ts';
import { wholeOf } from './counts.ts';
import { literalText, type CallSite, type Operator, type SqlCall } from './operator.ts';
import { addWork, addWorkSql, byCalendar, workBetween, workBetweenSql } from './working.ts';
import { dateKinds, dayOfValue, daySql, isDate, localSql } from './zoned.ts';

/** What each unit of the calendar is, in months and days. */
const perUnit = { days: [0, 1], weeks: [0, 7], months: [1, 0], years: [12, 0] } as const;
const unitLimits = {
  days: calendar.maxDays,
  weeks: Math.trunc(calendar.maxDays / 7),
  months: calendar.maxMonths,
  years: calendar.maxMonths / 12,
};
const exactUnits = { hours: 3_600_000, minutes: 60_000 } as const;
const units = ['days', 'weeks', 'months', 'years', 'hours', 'minutes'] as const;

type Unit = (typeof units)[number];

const isExact = (unit: Unit): unit is keyof typeof exactUnits => unit === 'hours' || unit === 'minutes';

function checkDateAdd(site: CallSite): Expression | undefined {
  const start = site.checkKind(0, dateKinds);
  const amount = site.checkKind(1, ['text', 'number']);
  if (start === undefined || amount === undefined) return undefined;
  if (amount.type.kind === 'number') return checkNumberAdded(site, start, amount);
  const made = site.call(start.type, [start, amount]);
  const source = amount.node === 'literal' && typeof amount.value === 'string' ? amount.value : '';
  const duration = calendar.parseDuration(source);
  if (duration === undefined) {
    return site.refuse(
      'A duration is written literally as ISO 8601 has it, such as "P1M", "-P3D" or "PT4H", of at most a thousand years; or give a number, and its unit where it is not days.',
      1,
    );
  }
  if (start.type.kind === 'date' && duration.milliseconds !== 0)
    return site.refuse('A date has no hours: add days, months or years, or start from a date with time.', 1);
  if (site.sources.length > 2 && parseWorkDuration(source) === undefined)
    return site.refuse(
      'A calendar counts working days and working time: write "P5D" for a week of five working days. For the first working time a month later, add "P0D" by the calendar to what { "dateAdd": [ …, "P1M" ] } gives.',
      1,
    );
  return byCalendar(site, 2, made);
}

/** A number of days, of working days by a calendar, or of the unit that stands in the calendar's place. */
function checkNumberAdded(site: CallSite, start: Expression, amount: Expression): Expression | undefined {
  const word = units.find((unit) => unit === site.sources[2]);
  if (word === undefined) return byCalendar(site, 2, site.call(start.type, [start, amount]));
  if (start.type.kind === 'date' && isExact(word)) return site.refuse('A date has no hours: use "days".', 2);
  return site.call(start.type, [start, amount, site.check(2)]);
}

/** How many of a unit `dateAdd` takes at most, which is as far as a duration reaches. */
const mostOf = (unit: Unit): number => (isExact(unit) ? (calendar.maxDays * 86_400_000) / exactUnits[unit] : unitLimits[unit]);

const unitOf = (call: CallExpression, i: number): Unit => units.find((unit) => unit === literalText(call, i)) ?? 'days';

function countedDuration(count: number, unit: Unit): Duration {
  if (isExact(unit)) return { months: 0, days: 0, milliseconds: count * exactUnits[unit] };
  const [months, days] = perUnit[unit];
  return { months: months * count, days: days * count, milliseconds: 0 };
}

function durationOf(call: CallExpression, amount: Value | undefined): Duration | undefined {
  const source = call.arguments[1]?.type.kind === 'text' ? literalText(call, 1) : undefined;
  if (source !== undefined) return calendar.parseDuration(source);
  const unit = unitOf(call, 2);
  const count = wholeOf(amount, mostOf(unit));
  return count === undefined ? undefined : countedDuration(count, unit);
}

function addToInstant(start: number, duration: Duration, zone: string): Value {
  let at = start;
  if (duration.months !== 0 || duration.days !== 0) {
    const local = calendar.localAt(at, zone).add({ months: duration.months }).add({ days: duration.days });
    at = calendar.instantOf(local, zone);
  }
  return calendar.instantText(at + duration.milliseconds);
}

/** Months and days on the zone's clocks, then exact time. */
function addSql(start: Sql, duration: Duration, zone: Sql): Sql {
  const { months, days, milliseconds } = duration;
  const parts = [months === 0 ? '' : `${months} months`, days === 0 ? '' : `${days} days`].filter((part) => part !== '');
  const moved = parts.length === 0 ? start : localSql(sql`(${localSql(start, zone)} + ${intervalSql(parts.join(' '))})`, zone);
  return milliseconds === 0 ? moved : sql`(${moved} + ${intervalSql(`${milliseconds} milliseconds`)})`;
}

export const dateAdd: Operator = {
  name: 'dateAdd',
  signature: 'dateAdd(date or datetime, duration or number, unit or calendar?)',
  doc: 'Later by an ISO 8601 duration, written literally ("P1M", "-P3D", "PT4H"), or by a number (cut to a whole one) of days, or of the unit that follows: "days", "weeks", "months", "years", on dates with time "hours" and "minutes" too, of at most a thousand years. Months come first, and the day is kept within the month (31 January + P1M = 28 February). On a date with time, months and days move on the clocks of the tenant\'s zone (in a gap of daylight saving the offset before it counts, in an overlap the second instant), hours, minutes and seconds are exact.\n\nWith a calendar, named literally, days are working days and hours, minutes and seconds are working time, by the clocks of the calendar\'s zone. From a date it is the n-th working day after it (or before it); the date itself does not count, and 0 gives the date or, where nobody works then, the next working day. From a date with time, what lies outside of working time begins at the next working moment. Days lead to the same time of day on the n-th working day after; where nobody works at that time, to the next working moment of that day, else to its end. Then come hours, minutes and seconds of work; what is done with the end of a day is due then, not in the next morning. "P0D" gives the next working moment. A negative duration is the mirror image. Years, months and weeks are refused with a calendar: a week has five working days in one company and six in another, a month has no fixed number, so write days.',
  nulls:
    'Null where one is null, and beyond the years 0001 to 9999; with a calendar, beyond the years 1970 to 2099 and where it never works.',
  examples: [
    { rule: { dateAdd: [{ var: 'closeDate' }, '-P1M1D'] }, gives: '2026-05-29' },
    { rule: { dateAdd: [{ var: 'closeDate' }, 3] }, gives: '2026-07-03' },
    { rule: { dateAdd: [{ var: 'closeDate' }, { '+': [4, 4] }, 'months'] }, gives: '2027-02-28' },
    { rule: { dateAdd: [{ var: '$now' }, 'PT90M'] }, gives: '2026-03-02T02:30:00.000Z' },
    { rule: { dateAdd: [{ var: 'closeDate' }, 4, 'office'] }, gives: '2026-07-06' },
    { rule: { dateAdd: [{ var: '$now' }, '-P1D', 'office'] }, gives: '2026-02-28T01:00:00.000Z' },
    { rule: { dateAdd: [{ var: '$now' }, 'P4DT6H', 'office'] }, gives: '2026-03-06T08:00:00.000Z' },
  ],
  arity: [2, 3],
  type: checkDateAdd,
  js: ([start, days], { call, environment }) => {
    const duration = durationOf(call, days);
    if (typeof start !== 'string' || duration === undefined) return null;
    if (call.calendar !== undefined) return addWork(call.calendar, start, duration, isDate(call));
    if (isDate(call)) return calendar.dayText(calendar.addToDay(calendar.dayOf(start), duration));
    return addToInstant(Date.parse(start), duration, environment.timeZone);
  },
  sql: (call) => {
    const start = call.value(0);
    const inWords = call.call.arguments[1]?.type.kind === 'text';
    const duration = (inWords ? durationOf(call.call, null) : undefined) ?? { months: 0, days: 0, milliseconds: 0 };
    if (call.call.calendar !== undefined) {
      const days = inWords ? duration.days : wholeSql(call.value(1), calendar.maxDays);
      return addWorkSql(call.call.calendar, start, { ...duration, days }, isDate(call.call));
    }
    if (inWords) {
      if (!isDate(call.call)) return boundedInstant(addSql(start, duration, zoneSql));
      return boundedDate(sql`(${start} + ${intervalSql(`${duration.months} months ${duration.days} days`)})::date`);
    }
    return addCountedSql(call, unitOf(call.call, 2));
  },
};

/** A number of a unit, which no interval says before it is known. */
function addCountedSql(call: SqlCall, unit: Unit): Sql {
  const whole = (count: Sql): Sql => wholeSql(count, mostOf(unit));
  if (isDate(call.call)) {
    if (unit === 'days') return boundedDate(sql`(${call.value(0)} + ${whole(call.value(1))})`);
    return boundedDate(sql`(${call.value(0)} + ${madeSql(unit, whole(call.value(1)))})::date`);
  }
  if (isExact(unit)) return boundedInstant(sql`(${call.value(0)} + ${madeSql(unit, whole(call.value(1)))})`);
  // No days leave the instant as it is, even in the first half of an overlap.
  return boundedInstant(
    call.once((instant, count) => {
      const moved = localSql(sql`(${localSql(instant, zoneSql)} + ${madeSql(unit, whole(count))})`, zoneSql);
      return sql`case when trunc(${count}) = 0 then ${instant} else ${moved} end`;
    }),
  );
}

const unitArguments = { days: 'days', weeks: 'weeks', months: 'months', years: 'years', hours: 'hours', minutes: 'mins' } as const;

const madeSql = (unit: Unit, count: Sql): Sql => sql`make_interval(${keyword(unitArguments[unit])} => ${count})`;

const workUnits = ['days', 'hours', 'minutes'] as const;

function checkDateDiff(site: CallSite): Expression | undefined {
  const sides = site.together([0, 1], dateKinds);
  const unit = site.word(2, site.sources.length > 3 ? workUnits : units);
  if (sides === undefined || unit === undefined) return undefined;
  if (sides.type.kind === 'date' && (unit === 'hours' || unit === 'minutes')) return site.refuse('Dates have no hours: use "days".', 2);
  return byCalendar(site, 3, site.call(number, [...sides.arguments, site.check(2)]));
}

function betweenDays(from: Day, to: Day, unit: string): number {
  switch (unit) {
    case 'weeks':
      return Math.trunc(calendar.daysBetween(from, to) / 7);
    case 'months':
      return calendar.monthsBetween(from, to);
    case 'years':
      return Math.trunc(calendar.monthsBetween(from, to) / 12);
    default:
      return calendar.daysBetween(from, to);
  }
}

/** As `monthsBetween`. */
function monthsSql(from: Sql, to: Sql): Sql {
  const part = (name: string, of: Sql): Sql => sql`extract(${keyword(name)} from ${of})`;
  const months = sql`(${part('year', to)} - ${part('year', from)}) * 12 + ${part('month', to)} - ${part('month', from)}`;
  const [first, last] = [part('day', from), part('day', to)];
  const short = sql`case when ${to} >= ${from} and ${last} < ${first} then -1 when ${to} < ${from} and ${last} > ${first} then 1 else 0 end`;
  return sql`(${months} + ${short})`;
}

function betweenDaysSql(from: Sql, to: Sql, unit: string): Sql {
  switch (unit) {
    case 'weeks':
      return sql`div((${to} - ${from})::numeric, 7)`;
    case 'months':
      return bindOnce([from, to], monthsSql);
    case 'years':
      return sql`div(${bindOnce([from, to], monthsSql)}, 12)`;
    default:
      return sql`(${to} - ${from})::numeric`;
  }
}

const exactUnit = (unit: Unit): number | undefined => (isExact(unit) ? exactUnits[unit] : undefined);

export const dateDiff: Operator = {
  name: 'dateDiff',
  signature: 'dateDiff(from, to, unit, calendar?)',
  doc: 'How far it is from one to the other, negative where `to` is earlier, cut towards zero. Unit: "days", "weeks", "months", "years" count on the calendar (on dates with time: by the dates in the tenant\'s zone; a month is full when its day of the month is reached), "hours" and "minutes" are exact elapsed time and need dates with time.\n\nWith a calendar, named literally, "days" are the working days after the earlier date up to the later, which counts too (on dates with time: by the dates in the calendar\'s zone), "hours" and "minutes" are working time. Other units are refused with a calendar.',
  nulls: 'Null where one is null; with a calendar, beyond the years 1970 to 2099.',
  examples: [
    { rule: { dateDiff: [{ var: 'closeDate' }, '2026-08-29', 'months'] }, gives: '1' },
    { rule: { dateDiff: [{ today: [] }, { var: 'closeDate' }, 'days'] }, gives: '120' },
    { rule: { dateDiff: [{ var: 'closeDate' }, '2026-07-06', 'days', 'office'] }, gives: '4' },
    { rule: { dateDiff: [{ var: '$now' }, '2026-03-03T02:00:00Z', 'hours', 'office'] }, gives: '9' },
  ],
  arity: [3, 4],
  type: checkDateDiff,
  js: ([a, b], { call, environment }) => {
    const unit = unitOf(call, 2);
    const exact = exactUnit(unit);
    if (call.calendar !== undefined) return workBetween(call.calendar, a, b, exact, isDate(call));
    if (exact !== undefined) {
      if (typeof a !== 'string' || typeof b !== 'string') return null;
      return String(Math.trunc((Date.parse(b) - Date.parse(a)) / exact) + 0);
    }
    const [from, to] = [a, b].map((value) => dayOfValue(value, call.arguments[0], environment.timeZone));
    return from && to ? String(betweenDays(from, to, unit) + 0) : null;
  },
  sql: (call) => {
    const unit = unitOf(call.call, 2);
    const exact = exactUnit(unit);
    if (call.call.calendar !== undefined) return workBetweenSql(call.call.calendar, call.value(0), call.value(1), exact, isDate(call.call));
    if (exact !== undefined) return sql`div(extract(epoch from (${call.value(1)} - ${call.value(0)})), ${keyword(String(exact / 1000))})`;
    return betweenDaysSql(daySql(call, 0, zoneSql), daySql(call, 1, zoneSql), unit);
  },
};
