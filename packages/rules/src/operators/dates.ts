// Dates and instants: today and now, one made of the other, and their parts, in the tenant's time zone unless one is given.
import { keyword, sql } from '@tessera/kernel';
import * as calendar from '../calendar.ts';
import type { Day } from '../calendar.ts';
import { boundedInstant, nowSql } from '../sql-parts.ts';
import { date, datetime, number, time } from '../types.ts';
import { dateAdd, dateDiff } from './date-arithmetic.ts';
import type { Operator } from './operator.ts';
import { isWorkingTime } from './working.ts';
import { dateKinds, dayOfValue, daySql, localSql, withZone, zoneOf, zoneOfSql } from './zoned.ts';

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
  isWorkingTime,
  dateOf,
  datetimeOf,
  part('year', 'year', 'The year.', '2026', (day) => day.year),
  part('quarter', 'quarter', 'The quarter, 1 to 4.', '2', (day) => Math.ceil(day.month / 3)),
  part('month', 'month', 'The month, 1 to 12.', '6', (day) => day.month),
  part('day', 'day', 'The day of the month.', '30', (day) => day.day),
  part('weekday', 'isodow', 'The day of the week, Monday 1 to Sunday 7.', '2', (day) => day.dayOfWeek),
];
