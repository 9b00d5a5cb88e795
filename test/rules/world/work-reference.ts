// Working time as the definition has it, slowly: an instant works if the clocks of the calendar then show a time of that day's hours.
import type { WorkCalendar, WorkHours } from '@tessera/rules';
import { Temporal } from 'temporal-polyfill';

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** The hours of a date. */
export function hoursOf(calendar: WorkCalendar, date: Temporal.PlainDate): readonly WorkHours[] {
  return calendar.exceptions[date.toString()] ?? calendar.week[date.dayOfWeek - 1] ?? [];
}

const clockOf = (calendar: WorkCalendar, instant: number): { readonly date: Temporal.PlainDate; readonly minute: number } => {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(calendar.timeZone).toPlainDateTime();
  return { date: local.toPlainDate(), minute: local.hour * 60 + local.minute };
};

export const quarter = 900_000;

/** Whether each quarter of an hour works, from one instant to another. All hours and changes of clocks here are at full quarters. */
export function workedQuarters(calendar: WorkCalendar, from: number, to: number): boolean[] {
  return Array.from({ length: (to - from) / quarter }, (_, i) => {
    const { date, minute } = clockOf(calendar, from + i * quarter);
    return hoursOf(calendar, date).some((hours) => minuteOf(hours.from) <= minute && minute < minuteOf(hours.to));
  });
}

interface Moment {
  readonly date: Temporal.PlainDate;
  readonly minute: number;
}

/** The working day `count` after (before) a date, which does not count. */
export function workingDay(calendar: WorkCalendar, from: Temporal.PlainDate, count: number): Temporal.PlainDate {
  let [date, left] = [from, Math.abs(count)];
  while (left > 0) {
    date = date.add({ days: Math.sign(count) });
    if (hoursOf(calendar, date).length > 0) left -= 1;
  }
  return date;
}

/** Where a moment belongs: itself where it touches hours of its day, else the next of the day, in the direction; undefined where there is none. */
function within(calendar: WorkCalendar, { date, minute }: Moment, back: boolean): number | undefined {
  const hours = hoursOf(calendar, date).map((each) => [minuteOf(each.from), minuteOf(each.to)] as const);
  if (hours.some(([from, to]) => from <= minute && minute <= to)) return minute;
  return back ? hours.map(([, to]) => to).findLast((to) => to < minute) : hours.map(([from]) => from).find((from) => from > minute);
}

/** So many working days later, for calendars that do not work at midnight. */
export function movedByDays(calendar: WorkCalendar, instant: number, count: number): number {
  const back = count < 0;
  let { date, minute } = clockOf(calendar, instant);
  for (let found = within(calendar, { date, minute }, back); ; found = within(calendar, { date, minute }, back)) {
    if (found !== undefined) {
      minute = found;
      break;
    }
    date = workingDay(calendar, date, back ? -1 : 1);
    minute = back ? 1440 : 0;
  }
  const target = workingDay(calendar, date, count);
  const end = hoursOf(calendar, target).at(back ? 0 : -1);
  const there = within(calendar, { date: target, minute }, back) ?? minuteOf((back ? end?.from : end?.to) ?? '00:00');
  const local = target.toPlainDateTime().add({ minutes: there });
  return local.toZonedDateTime(calendar.timeZone, { disambiguation: 'later' }).epochMilliseconds;
}
