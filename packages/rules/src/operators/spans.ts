// Spans of the calendar: startOf, endOf, and the macros of `within` (thisMonth, last30Days …).
import { sql, type Sql } from '@tessera/kernel';
import * as calendar from '../calendar.ts';
import type { Day, Span } from '../calendar.ts';
import type { Value } from '../expression.ts';
import { boundedDate, boundedInstant, intervalSql, nowSql } from '../sql-parts.ts';
import { boolean, text } from '../types.ts';
import { dateKinds, dayOfValue, isDate, localSql, withZone, zoneOf, zoneOfSql } from './zoned.ts';
import { literalText, maybe, type JsCall, type Operator, type SqlCall } from './operator.ts';

const spanOf = (word: string | undefined): Span => calendar.spans.find((span) => span === word) ?? 'day';

const trunc = (span: Span, value: Sql): Sql => sql`date_trunc(${spanLiterals[span]}, ${value})`;

const spanLiterals: Readonly<Record<Span, Sql>> = {
  day: sql`'day'`,
  week: sql`'week'`,
  month: sql`'month'`,
  quarter: sql`'quarter'`,
  year: sql`'year'`,
};

const lengthOf = (span: Span, count: number): string => (span === 'quarter' ? `${3 * count} months` : `${count} ${span}`);

function edgeOf(value: Value | undefined, which: 'start' | 'end', call: JsCall): Value {
  const span = spanOf(literalText(call.call, 1));
  const zone = zoneOf(call, 2);
  if (typeof value !== 'string') return null;
  const onDate = isDate(call.call);
  // Not `dayOfValue`: the first week of the year 1 may begin before it.
  const day = onDate ? calendar.dayOf(value) : calendar.localAt(Date.parse(value), zone).toPlainDate();
  const start = calendar.startOfSpan(day, span);
  if (which === 'start') return onDate ? calendar.dayText(start) : calendar.instantText(calendar.instantOf(start.toPlainDateTime(), zone));
  const next = calendar.addSpans(start, span, 1);
  return onDate ? calendar.dayText(next.subtract({ days: 1 })) : calendar.instantText(calendar.instantOf(next.toPlainDateTime(), zone) - 1);
}

function edgeSql(call: SqlCall, which: 'start' | 'end'): Sql {
  const span = spanOf(literalText(call.call, 1));
  const zone = zoneOfSql(call, 2);
  const onDate = isDate(call.call);
  const start = trunc(span, onDate ? sql`${call.value(0)}::timestamp` : localSql(call.value(0), zone));
  const one = intervalSql(lengthOf(span, 1));
  if (which === 'start') return onDate ? boundedDate(sql`${start}::date`) : boundedInstant(localSql(start, zone));
  if (onDate) return boundedDate(sql`(${start} + ${one} - interval '1 day')::date`);
  return boundedInstant(sql`(${localSql(sql`(${start} + ${one})`, zone)} - interval '1 millisecond')`);
}

function edge(name: 'startOf' | 'endOf', which: 'start' | 'end', doc: string, gives: string): Operator {
  return {
    name,
    signature: `${name}(date or datetime, span, zone?)`,
    doc: `${doc} Span: "day", "week" (from Monday), "month", "quarter", "year". On a date with time the span is that of the clocks in the zone (the tenant's where left out).`,
    nulls: 'Null for null, and beyond the years 0001 to 9999.',
    examples: [{ rule: { [name]: [{ var: 'closeDate' }, 'quarter'] }, gives }],
    arity: [2, 3],
    type: (site) => {
      const value = site.checkKind(0, dateKinds);
      if (site.word(1, calendar.spans) === undefined || value === undefined) return undefined;
      return withZone(site, value.type, [value, site.check(1, text)], 2);
    },
    js: ([value], call) => edgeOf(value, which, call),
    sql: (call) => edgeSql(call, which),
  };
}

/** A range of whole spans around today's: from `from` (included) to `to` (not included), counted in spans. */
interface Range {
  readonly span: Span;
  readonly from: number;
  readonly to: number;
}

function aroundNow(span: Span, name: string): [string, Range][] {
  return [
    [`last${name}`, { span, from: -1, to: 0 }],
    [`this${name}`, { span, from: 0, to: 1 }],
    [`next${name}`, { span, from: 1, to: 2 }],
  ];
}

const macros: ReadonlyMap<string, Range> = new Map<string, Range>([
  ['yesterday', { span: 'day', from: -1, to: 0 }],
  ['today', { span: 'day', from: 0, to: 1 }],
  ['tomorrow', { span: 'day', from: 1, to: 2 }],
  ...aroundNow('week', 'Week'),
  ...aroundNow('month', 'Month'),
  ...aroundNow('quarter', 'Quarter'),
  ...aroundNow('year', 'Year'),
  ...[7, 30, 90].flatMap((days): [string, Range][] => [
    [`last${days}Days`, { span: 'day', from: 1 - days, to: 1 }],
    [`next${days}Days`, { span: 'day', from: 1, to: days + 1 }],
  ]),
]);

/** The words that `within` takes. */
export const dateMacros: readonly string[] = [...macros.keys()];

const rangeOf = (word: string | undefined): Range => macros.get(word ?? '') ?? { span: 'day', from: 0, to: 1 };

function edgesOf(range: Range, today: Day): [Day, Day] {
  const start = calendar.startOfSpan(today, range.span);
  return [calendar.addSpans(start, range.span, range.from), calendar.addSpans(start, range.span, range.to)];
}

function withinSql(call: SqlCall): Sql {
  const { span, from, to } = rangeOf(literalText(call.call, 1));
  const zone = zoneOfSql(call, 2);
  const edgeAt = (count: number): Sql => {
    const start = trunc(span, localSql(nowSql, zone));
    const local = count === 0 ? start : sql`(${start} + ${intervalSql(lengthOf(span, count))})`;
    return isDate(call.call) ? sql`${local}::date` : localSql(local, zone);
  };
  return call.once((value) => sql`(${value} >= ${edgeAt(from)} and ${value} < ${edgeAt(to)})`);
}

const within: Operator = {
  name: 'within',
  signature: 'within(date or datetime, macro, zone?)',
  doc: `Whether it lies in a range around now, by the clocks in the zone (the tenant's where left out): ${dateMacros.join(', ')}. Weeks begin on Monday. last7Days is today and the six days before it, next7Days is the seven days after today; 30 and 90 likewise.`,
  nulls: 'False for null.',
  examples: [
    { rule: { within: [{ var: 'closeDate' }, 'thisYear'] }, gives: true },
    { rule: { within: [{ var: 'closeDate' }, 'last30Days'] }, gives: false },
  ],
  arity: [2, 3],
  type: (site) => {
    const value = site.checkKind(0, dateKinds);
    if (site.word(1, dateMacros) === undefined || value === undefined) return undefined;
    return withZone(site, boolean, [value, site.check(1, text)], 2);
  },
  js: ([value = null], call) => {
    if (typeof value !== 'string') return false;
    const zone = zoneOf(call, 2);
    const today = calendar.localAt(call.environment.now, zone).toPlainDate();
    const [from, to] = edgesOf(rangeOf(literalText(call.call, 1)), today);
    if (isDate(call.call)) {
      const day = dayOfValue(value, call.call.arguments[0], zone);
      return day !== undefined && from.until(day).sign >= 0 && day.until(to).sign > 0;
    }
    const at = Date.parse(value);
    return at >= calendar.instantOf(from.toPlainDateTime(), zone) && at < calendar.instantOf(to.toPlainDateTime(), zone);
  },
  truth: (call) => maybe(withinSql(call)),
};

export const spanOperators: readonly Operator[] = [
  edge('startOf', 'start', 'The first day, or the first instant, of the span that it lies in.', '2026-04-01'),
  edge('endOf', 'end', 'The last day, or the last millisecond, of the span that it lies in.', '2026-06-30'),
  within,
];
