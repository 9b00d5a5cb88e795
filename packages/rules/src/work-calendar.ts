// When people work: a week of hours by the local clock, and the dates that differ from it, as tables for whole years.
import { Temporal } from 'temporal-polyfill';
import { isZone } from './calendar.ts';
import { workTable, type Begin, type Span, type WorkTable } from './work-table.ts';

/** Hours of a day by the local clock, `HH:MM` each; `to` may be `24:00`. What overlaps counts once. */
export interface WorkHours {
  readonly from: string;
  readonly to: string;
}

export interface WorkCalendarSource {
  /** The IANA zone whose clocks are meant. */
  readonly timeZone: string;
  /** Seven days, Monday first; no hours: nobody works. */
  readonly week: readonly (readonly WorkHours[])[];
  /** What other hours a date has (`YYYY-MM-DD`): none on a holiday, some on a working weekend. */
  readonly exceptions: Readonly<Record<string, readonly WorkHours[]>>;
}

/** One offset of the zone's clocks, from an instant on. */
export interface ZonePiece {
  readonly at: number;
  readonly offset: number;
  /** The local time from which on it tells the instant: in a gap the offset before it counts, in an overlap the second instant. */
  readonly local: number;
}

/** A calendar from the first day of 1970 to the last of 2099; local times are milliseconds since 1970 as if they were in UTC. */
export interface WorkTables {
  /** Milliseconds of work by instant. */
  readonly time: WorkTable;
  /** Working days by day, counted from 1 January 1970. */
  readonly days: WorkTable;
  readonly zone: readonly ZonePiece[];
}

export const dayLength = 86_400_000;
const firstDay = 0;
const endDay = Date.UTC(2100, 0, 1) / dayLength;

/** The days of the week before 1 January 1970, a Thursday. */
const weekBegun = 3;

function minutes(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$|^24:00$/.exec(text);
  if (match === null) throw new TypeError(`Not a time of day: ${JSON.stringify(text)}`);
  return Number(match[1] ?? 24) * 60 + Number(match[2] ?? 0);
}

/** A date's number, counted from 1 January 1970. */
export const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / dayLength;

function checkDate(text: string): void {
  const at = dayNumber(text) * dayLength;
  // `Date` takes 30 February for 2 March.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text) throw new TypeError(`Not a date: ${JSON.stringify(text)}`);
}

/** In order and apart from each other, in milliseconds of the day. */
function spansOf(hours: readonly WorkHours[]): Span[] {
  const spans: Span[] = [];
  const ordered = hours.map(({ from, to }) => ({ from: minutes(from) * 60_000, to: minutes(to) * 60_000 }));
  for (const { from, to } of ordered.toSorted((a, b) => a.from - b.from)) {
    const last = spans.at(-1);
    if (last !== undefined && from <= last.to) spans.splice(-1, 1, { from: last.from, to: Math.max(last.to, to) });
    else if (from < to) spans.push({ from, to });
  }
  return spans;
}

/** What a table is made of: a day's length in it, hours by weekday, and other hours by day. */
interface Plan {
  readonly day: number;
  readonly week: readonly (readonly Span[])[];
  readonly exceptions: ReadonlyMap<number, readonly Span[]>;
}

/** Part of the local time line; positions are `offset` behind it. */
interface LocalLine extends Span {
  readonly offset: number;
}

const moved = (spans: readonly Span[], by: number): Span[] => spans.map(({ from, to }) => ({ from: from + by, to: to + by }));

/** The pattern of a plan: its week, then each kind of special day; and where in it special days are. */
function patternOf({ day, week, exceptions }: Plan): { spans: readonly Span[]; placeOf: (hours: readonly Span[]) => number; rest: number } {
  const spans = week.flatMap((hours, i) => moved(hours, i * day));
  const places = new Map<string, number>();
  for (const hours of exceptions.values()) {
    const key = JSON.stringify(hours);
    if (hours.length === 0 || places.has(key)) continue;
    const place = (7 + places.size) * day;
    places.set(key, place);
    spans.push(...moved(hours, place));
  }
  const rest = (7 + places.size) * day;
  return { spans, rest, placeOf: (hours) => places.get(JSON.stringify(hours)) ?? rest };
}

function tableOf(plan: Plan, lines: readonly LocalLine[]): WorkTable {
  const { day } = plan;
  const { spans, placeOf, rest } = patternOf(plan);
  const idle = plan.week.every((hours) => hours.length === 0);
  const special = [...plan.exceptions].toSorted(([a], [b]) => a - b);
  const begins: Begin[] = [];
  const begin = (at: number, along: number, weekly: 0 | 1): void => {
    // Rest goes on as rest.
    const resting = begins.at(-1)?.weekly === 0 && (begins.at(-1)?.along ?? 0) >= rest;
    if (along < rest || weekly === 1 || !resting) begins.push({ at, along, weekly });
  };
  const plain = (local: number, offset: number): void => {
    if (idle) begin(local - offset, rest, 0);
    else begin(local - offset, local + weekBegun * day, 1);
  };
  for (const { from, to, offset } of lines) {
    let local = from;
    for (const [number, hours] of special) {
      const [start, end] = [Math.max(number * day, from), Math.min((number + 1) * day, to)];
      if (start >= end) continue;
      if (local < start) plain(local, offset);
      begin(start - offset, placeOf(hours) + start - number * day, 0);
      local = end;
    }
    if (local < to) plain(local, offset);
  }
  const last = lines.at(-1) ?? { to: 0, offset: 0 };
  return workTable(7 * day, spans, begins, last.to - last.offset);
}

function zonePieces(from: Temporal.ZonedDateTime, end: number): ZonePiece[] {
  const pieces: ZonePiece[] = [];
  for (let at: Temporal.ZonedDateTime | null = from; at !== null && at.epochMilliseconds < end; at = at.getTimeZoneTransition('next')) {
    const offset = Math.trunc(at.offsetNanoseconds / 1_000_000);
    if (pieces.at(-1)?.offset !== offset) pieces.push({ at: at.epochMilliseconds, offset, local: at.epochMilliseconds + offset });
  }
  return pieces;
}

const startOf = (day: number, timeZone: string): Temporal.ZonedDateTime =>
  new Temporal.PlainDate(1970, 1, 1).add({ days: day }).toZonedDateTime(timeZone);

function tablesOf({ timeZone, week, exceptions }: WorkCalendarSource): WorkTables {
  const end = startOf(endDay, timeZone).epochMilliseconds;
  const zone = zonePieces(startOf(firstDay, timeZone), end);
  const hours = week.map(spansOf);
  const special = new Map(Object.entries(exceptions).map(([date, own]) => [dayNumber(date), spansOf(own)]));
  const lines = zone.map(({ local, offset }, i) => ({ from: local, to: (zone[i + 1]?.at ?? end) + offset, offset }));
  const whole = (spans: readonly Span[]): readonly Span[] => (spans.length === 0 ? [] : [{ from: 0, to: 1 }]);
  return {
    time: tableOf({ day: dayLength, week: hours, exceptions: special }, lines),
    days: tableOf({ day: 1, week: hours.map(whole), exceptions: new Map([...special].map(([day, own]) => [day, whole(own)])) }, [
      { from: firstDay, to: endDay, offset: 0 },
    ]),
    zone,
  };
}

/** A working calendar. Its tables are made when they are first asked for, and once. */
export class WorkCalendar implements WorkCalendarSource {
  readonly timeZone: string;
  readonly week: WorkCalendarSource['week'];
  readonly exceptions: WorkCalendarSource['exceptions'];
  #tables: WorkTables | undefined;

  /** @throws TypeError where the source is not what it must be: whoever takes it from people checks it before */
  constructor({ timeZone, week, exceptions }: WorkCalendarSource) {
    if (!isZone(timeZone)) throw new TypeError(`Not a time zone: ${JSON.stringify(timeZone)}`);
    if (week.length !== 7) throw new TypeError('A week has seven days.');
    for (const hours of [...week, ...Object.values(exceptions)]) spansOf(hours);
    Object.keys(exceptions).forEach(checkDate);
    this.timeZone = timeZone;
    this.week = week;
    this.exceptions = exceptions;
  }

  get tables(): WorkTables {
    return (this.#tables ??= tablesOf(this));
  }
}
