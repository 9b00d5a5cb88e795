// Dates and instants: today, arithmetic, spans and the macros, in the tenant's time zone unless one is given.
import { keyword, sql, type Sql } from '@tessera/kernel';
import * as calendar from '../calendar.ts';
import type { Day, Duration } from '../calendar.ts';
import type { CallExpression, Expression, RuleType, Value } from '../expression.ts';
import { bindOnce, boundedDate, boundedInstant, intervalSql, nowSql, wholeSql, zoneSql } from '../sql-parts.ts';
import { date, datetime, number, text, time, type Kind } from '../types.ts';
import { wholeOf } from './counts.ts';
import { literalText, type CallSite, type JsCall, type Operator, type SqlCall } from './operator.ts';

export const dateKinds: readonly Kind[] = ['date', 'datetime'];

/** The zone that a call names literally in argument `i`, else the tenant's. */
export const zoneOf = ({ call, environment }: JsCall, i: number): string => literalText(call, i) ?? environment.timeZone;

export const zoneOfSql = (call: SqlCall, i: number): Sql => (literalText(call.call, i) === undefined ? zoneSql : call.value(i));

/** A zone must be literal: one that a record holds could be unknown to the database, and then the whole statement would fail. */
export function checkZone(site: CallSite, i: number): Expression | undefined {
  const zone = site.check(i, text);
  if (zone === undefined) return undefined;
  if (zone.node === 'literal' && typeof zone.value === 'string' && calendar.isZone(zone.value)) return zone;
  return site.refuse('A time zone is named literally, such as "Europe/Berlin" or "UTC"; left out, it is the tenant\'s.', i);
}

/** Arguments of which the last, where given, is a zone. */
export function withZone(site: CallSite, type: RuleType, args: readonly (Expression | undefined)[], at: number): Expression | undefined {
  return site.call(type, site.sources.length > at ? [...args, checkZone(site, at)] : args);
}

export const isDate = (call: CallExpression, i = 0): boolean => call.arguments[i]?.type.kind === 'date';

/** The day that a date is, or that clocks in the zone show. */
export function dayOfValue(value: Value | undefined, type: Expression | undefined, zone: string): Day | undefined {
  if (typeof value !== 'string') return undefined;
  if (type?.type.kind === 'date') return calendar.dayOf(value);
  const day = calendar.localAt(Date.parse(value), zone).toPlainDate();
  return calendar.dayText(day) === null ? undefined : day;
}

export const localSql = (value: Sql, zone: Sql): Sql => sql`(${value} at time zone ${zone})`;

/** As `dayOfValue`. */
export function daySql(call: SqlCall, i: number, zone: Sql): Sql {
  return isDate(call.call, i) ? call.value(i) : boundedDate(sql`${localSql(call.value(i), zone)}::date`);
}

const today: Operator = {
  name: 'today',
  signature: 'today(zone?)',
  doc: 'The date that it is. `{ "var": "$now" }` is the instant.',
  nulls: 'Never null.',
  examples: [{ rule: { today: [] }, gives: '2026-03-02' }],
  arity: [0, 1],
  type: (site) => withZone(site, date, [], 0),
  js: (_, call) => calendar.dayText(calendar.localAt(call.environment.now, zoneOf(call, 0)).toPlainDate()),
  sql: (call) => sql`${localSql(nowSql, zoneOfSql(call, 0))}::date`,
};

/** What `{ "var": "$now" }` becomes. */
const now: Operator = {
  name: 'now',
  signature: 'now()',
  doc: 'The instant that it is, to the millisecond; `{ "var": "$now" }` is the same.',
  nulls: 'Never null.',
  examples: [{ rule: { var: '$now' }, gives: '2026-03-02T01:00:00.000Z' }],
  arity: [0, 0],
  type: (site) => site.call(datetime, []),
  js: (_, { environment }) => calendar.instantText(environment.now),
  sql: () => nowSql,
};

const noCalendars = 'Working time of a calendar is not available in this version: leave the third argument out.';

function checkDateAdd(site: CallSite): Expression | undefined {
  if (site.sources.length > 2) return site.refuse(noCalendars, 2);
  const start = site.checkKind(0, dateKinds);
  const amount = site.checkKind(1, ['text', 'number']);
  if (start === undefined || amount === undefined) return undefined;
  if (amount.type.kind !== 'text') return site.call(start.type, [start, amount]);
  const duration = amount.node === 'literal' && typeof amount.value === 'string' ? calendar.parseDuration(amount.value) : undefined;
  if (duration === undefined) {
    return site.refuse(
      'A duration is written literally as ISO 8601 has it, such as "P1M", "-P3D" or "PT4H", of at most a thousand years; or give a number of days.',
      1,
    );
  }
  if (start.type.kind === 'date' && duration.milliseconds !== 0)
    return site.refuse('A date has no hours: add days, months or years, or start from a date with time.', 1);
  return site.call(start.type, [start, amount]);
}

function durationOf(call: CallExpression, days: Value | undefined): Duration | undefined {
  const source = call.arguments[1]?.type.kind === 'text' ? literalText(call, 1) : undefined;
  if (source !== undefined) return calendar.parseDuration(source);
  const count = wholeOf(days, calendar.maxDays);
  return count === undefined ? undefined : { months: 0, days: count, milliseconds: 0 };
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

const dateAdd: Operator = {
  name: 'dateAdd',
  signature: 'dateAdd(date or datetime, duration or days)',
  doc: 'Later by an ISO 8601 duration, written literally ("P1M", "-P3D", "PT4H"), or by a number of days (cut to a whole one, at most 366,000). Months come first, and the day is kept within the month (31 January + P1M = 28 February). On a date with time, months and days move on the clocks of the tenant\'s zone (in a gap of daylight saving the offset before it counts, in an overlap the second instant), hours, minutes and seconds are exact.',
  nulls: 'Null where one is null, and beyond the years 0001 to 9999.',
  examples: [
    { rule: { dateAdd: [{ var: 'closeDate' }, '-P1M1D'] }, gives: '2026-05-29' },
    { rule: { dateAdd: [{ var: 'closeDate' }, 3] }, gives: '2026-07-03' },
    { rule: { dateAdd: [{ var: '$now' }, 'PT90M'] }, gives: '2026-03-02T02:30:00.000Z' },
  ],
  arity: [2, 3],
  type: checkDateAdd,
  js: ([start, days], { call, environment }) => {
    const duration = durationOf(call, days);
    if (typeof start !== 'string' || duration === undefined) return null;
    if (isDate(call)) return calendar.dayText(calendar.addToDay(calendar.dayOf(start), duration));
    return addToInstant(Date.parse(start), duration, environment.timeZone);
  },
  sql: (call) => {
    const start = call.value(0);
    if (call.call.arguments[1]?.type.kind === 'text') {
      const duration = durationOf(call.call, null) ?? { months: 0, days: 0, milliseconds: 0 };
      if (!isDate(call.call)) return boundedInstant(addSql(start, duration, zoneSql));
      return boundedDate(sql`(${start} + ${intervalSql(`${duration.months} months ${duration.days} days`)})::date`);
    }
    if (isDate(call.call)) return boundedDate(sql`(${start} + ${wholeSql(call.value(1), calendar.maxDays)})`);
    // No days leave the instant as it is, even in the first half of an overlap.
    return boundedInstant(
      call.once((instant, days) => sql`case when trunc(${days}) = 0 then ${instant} else ${addDaysSql(instant, days)} end`),
    );
  },
};

const addDaysSql = (instant: Sql, days: Sql): Sql =>
  localSql(sql`(${localSql(instant, zoneSql)} + make_interval(days => ${wholeSql(days, calendar.maxDays)}))`, zoneSql);

const dayUnits = ['days', 'weeks', 'months', 'years'] as const;
const exactUnits = { hours: 3_600_000, minutes: 60_000 } as const;
const units = [...dayUnits, 'hours', 'minutes'] as const;

function checkDateDiff(site: CallSite): Expression | undefined {
  if (site.sources.length > 3) return site.refuse(noCalendars, 3);
  const sides = site.together([0, 1], dateKinds);
  const unit = site.word(2, units);
  if (sides === undefined || unit === undefined) return undefined;
  if (sides.type.kind === 'date' && (unit === 'hours' || unit === 'minutes')) return site.refuse('Dates have no hours: use "days".', 2);
  return site.call(number, [...sides.arguments, site.check(2)]);
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

const exactUnit = (unit: string): number | undefined => (unit === 'hours' || unit === 'minutes' ? exactUnits[unit] : undefined);

const dateDiff: Operator = {
  name: 'dateDiff',
  signature: 'dateDiff(from, to, unit)',
  doc: 'How far it is from one to the other, negative where `to` is earlier, cut towards zero. Unit: "days", "weeks", "months", "years" count on the calendar (on dates with time: by the dates in the tenant\'s zone; a month is full when its day of the month is reached), "hours" and "minutes" are exact elapsed time and need dates with time.',
  nulls: 'Null where one is null.',
  examples: [
    { rule: { dateDiff: [{ var: 'closeDate' }, '2026-08-29', 'months'] }, gives: '1' },
    { rule: { dateDiff: [{ today: [] }, { var: 'closeDate' }, 'days'] }, gives: '120' },
  ],
  arity: [3, 4],
  type: checkDateDiff,
  js: ([a, b], { call, environment }) => {
    const unit = literalText(call, 2) ?? 'days';
    const exact = exactUnit(unit);
    if (exact !== undefined) {
      if (typeof a !== 'string' || typeof b !== 'string') return null;
      return String(Math.trunc((Date.parse(b) - Date.parse(a)) / exact) + 0);
    }
    const [from, to] = [a, b].map((value) => dayOfValue(value, call.arguments[0], environment.timeZone));
    return from && to ? String(betweenDays(from, to, unit) + 0) : null;
  },
  sql: (call) => {
    const unit = literalText(call.call, 2) ?? 'days';
    const exact = exactUnit(unit);
    if (exact !== undefined) return sql`div(extract(epoch from (${call.value(1)} - ${call.value(0)})), ${keyword(String(exact / 1000))})`;
    return betweenDaysSql(daySql(call, 0, zoneSql), daySql(call, 1, zoneSql), unit);
  },
};

const dateOf: Operator = {
  name: 'date',
  signature: 'date(datetime, zone?)',
  doc: "The date that clocks in the zone show (the tenant's where left out).",
  nulls: 'Null for null.',
  examples: [{ rule: { date: [{ var: '$now' }, 'America/New_York'] }, gives: '2026-03-01' }],
  arity: [1, 2],
  type: (site) => withZone(site, date, [site.check(0, datetime)], 1),
  js: ([value], call) => calendar.dayText(dayOfValue(value, call.call.arguments[0], zoneOf(call, 1))),
  sql: (call) => daySql(call, 0, zoneOfSql(call, 1)),
};

const datetimeOf: Operator = {
  name: 'datetime',
  signature: 'datetime(date, time?, zone?)',
  doc: "The instant at which clocks in the zone (the tenant's where left out) show that date and time, midnight where no time is given. In a gap of daylight saving the offset before it counts, in an overlap the second instant.",
  nulls: 'Null where the date or a given time is null.',
  examples: [{ rule: { datetime: [{ var: 'closeDate' }, '08:30', 'Europe/Berlin'] }, gives: '2026-06-30T06:30:00.000Z' }],
  arity: [1, 3],
  type: (site) => withZone(site, datetime, [site.check(0, date), ...(site.sources.length > 1 ? [site.check(1, time)] : [])], 2),
  js: ([day, clock], call) => {
    if (typeof day !== 'string' || clock === null) return null;
    const local =
      typeof clock === 'string' ? calendar.dayOf(day).toPlainDateTime(calendar.timeOf(clock)) : calendar.dayOf(day).toPlainDateTime();
    return calendar.instantText(calendar.instantOf(local, zoneOf(call, 2)));
  },
  sql: (call) => {
    const local = call.values.length > 1 ? sql`(${call.value(0)} + ${call.value(1)})` : sql`${call.value(0)}::timestamp`;
    return boundedInstant(localSql(local, zoneOfSql(call, 2)));
  },
};

function part(name: string, field: string, doc: string, gives: string, js: (day: Day) => number): Operator {
  return {
    name,
    signature: `${name}(date or datetime, zone?)`,
    doc,
    nulls: 'Null for null.',
    examples: [{ rule: { [name]: { var: 'closeDate' } }, gives }],
    arity: [1, 2],
    type: (site) => withZone(site, number, [site.checkKind(0, dateKinds)], 1),
    js: ([value], call) => {
      const day = dayOfValue(value, call.call.arguments[0], zoneOf(call, 1));
      return day === undefined ? null : String(js(day));
    },
    sql: (call) => sql`extract(${keyword(field)} from ${daySql(call, 0, zoneOfSql(call, 1))})`,
  };
}

export const dateOperators: readonly Operator[] = [
  today,
  now,
  dateAdd,
  dateDiff,
  dateOf,
  datetimeOf,
  part('year', 'year', 'The year.', '2026', (day) => day.year),
  part('quarter', 'quarter', 'The quarter, 1 to 4.', '2', (day) => Math.ceil(day.month / 3)),
  part('month', 'month', 'The month, 1 to 12.', '6', (day) => day.month),
  part('day', 'day', 'The day of the month.', '30', (day) => day.day),
  part('weekday', 'isodow', 'The day of the week, Monday 1 to Sunday 7.', '2', (day) => day.dayOfWeek),
];
