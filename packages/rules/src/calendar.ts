// Dates and instants in a time zone, with PostgreSQL's answers in gaps and overlaps of daylight saving.
import { Temporal } from 'temporal-polyfill';

/** Spans that `startOf`, `endOf` and the date macros know. */
export type Span = 'day' | 'week' | 'month' | 'quarter' | 'year';

export const spans: readonly Span[] = ['day', 'week', 'month', 'quarter', 'year'];

export type Local = Temporal.PlainDateTime;
export type Day = Temporal.PlainDate;

const firstInstant = Date.parse('0001-01-01T00:00:00.000Z');
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z');

/** Dates beyond the years 0001 to 9999 are null. */
export function dayText(day: Day | undefined): string | null {
  return day === undefined || day.year < 1 || day.year > 9999 ? null : day.toString();
}

/** Instants beyond the years 0001 to 9999 in UTC are null. */
export function instantText(milliseconds: number): string | null {
  return milliseconds < firstInstant || milliseconds > lastInstant ? null : new Date(milliseconds).toISOString();
}

export const dayOf = (text: string): Day => Temporal.PlainDate.from(text);

export const timeOf = (text: string): Temporal.PlainTime => Temporal.PlainTime.from(text);

/** What clocks in the zone show at an instant. */
export function localAt(milliseconds: number, zone: string): Local {
  return Temporal.Instant.fromEpochMilliseconds(milliseconds).toZonedDateTimeISO(zone).toPlainDateTime();
}

/**
 * The instant at which clocks in the zone show a local time. As PostgreSQL's `timestamp at time zone`: in a gap the offset before it
 * counts, in an overlap the second of the two instants; Temporal calls both "later".
 */
export function instantOf(local: Local, zone: string): number {
  return local.toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds;
}

export function startOfSpan(day: Day, span: Span): Day {
  switch (span) {
    case 'day':
      return day;
    case 'week':
      return day.subtract({ days: day.dayOfWeek - 1 });
    case 'month':
      return day.with({ day: 1 });
    case 'quarter':
      return day.with({ month: day.month - ((day.month - 1) % 3), day: 1 });
    case 'year':
      return day.with({ month: 1, day: 1 });
  }
}

export function addSpans(day: Day, span: Span, count: number): Day {
  switch (span) {
    case 'day':
      return day.add({ days: count });
    case 'week':
      return day.add({ weeks: count });
    case 'month':
      return day.add({ months: count });
    case 'quarter':
      return day.add({ months: 3 * count });
    case 'year':
      return day.add({ years: count });
  }
}

/** Whole months from one day to another, towards zero: a month is full when the day of the month is reached. */
export function monthsBetween(from: Day, to: Day): number {
  const months = (to.year - from.year) * 12 + to.month - from.month;
  if (Temporal.PlainDate.compare(to, from) >= 0) return to.day < from.day ? months - 1 : months;
  return to.day > from.day ? months + 1 : months;
}

export const daysBetween = (from: Day, to: Day): number => from.until(to, { largestUnit: 'days' }).days;

/** An ISO 8601 duration in the three measures that do not convert into each other. */
export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly milliseconds: number;
}

const duration =
  /^(-)?P(?:(\d{1,4})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,8})(?:\.(\d{1,3}))?S)?)?$/;

/** No measure of a duration is longer than about a thousand years: dates stay within what PostgreSQL can work out. */
export const maxMonths = 12_000;
export const maxDays = 366_000;
const maxMilliseconds = maxDays * 86_400_000;

/** Reads `P1Y2M3W4DT5H6M7.5S`, as a whole negative with a leading minus; undefined where it is none or too long. */
export function parseDuration(source: string): Duration | undefined {
  const match = duration.exec(source);
  if (match === null || /[PT]$/.test(source)) return undefined;
  const [, minus, ...parts] = match;
  const sign = minus === undefined ? 1 : -1;
  const measures: readonly (string | undefined)[] = parts;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = measures.map((part) => Number(part ?? 0));
  const fraction = Number((measures[7] ?? '').padEnd(3, '0'));
  const allMonths = years * 12 + months;
  const allDays = weeks * 7 + days;
  const milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction;
  if (allMonths > maxMonths || allDays > maxDays || milliseconds > maxMilliseconds) return undefined;
  // `|| 0`: no minus zero.
  return { months: sign * allMonths || 0, days: sign * allDays || 0, milliseconds: sign * milliseconds || 0 };
}

/** Months first, the day kept within the month, then days. */
export function addToDay(day: Day, { months, days }: Pick<Duration, 'months' | 'days'>): Day {
  return day.add({ months }).add({ days });
}

/** Whether the name is an IANA zone (`Area/Place`, or `UTC`) that this runtime knows. */
export function isZone(name: string): boolean {
  if (name !== 'UTC' && !/^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
