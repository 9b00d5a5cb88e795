// Instants told by dates, times of day and durations, by the clocks of a zone.
import { addToDay, dayOf, instantOf, localAt, timeOf, type Duration } from './calendar.ts';

/** The instant (milliseconds since 1970) at which clocks in the zone show a time of day on a date. @param day YYYY-MM-DD @param time HH:MM */
export const instantOn = (day: string, time: string, zone: string): number => instantOf(dayOf(day).toPlainDateTime(timeOf(time)), zone);

/** Months and days by the clocks of the zone, then what is left as time that passes. */
export function addDuration(instant: number, { months, days, milliseconds }: Duration, zone: string): number {
  if (months === 0 && days === 0) return instant + milliseconds;
  const local = localAt(instant, zone);
  return instantOf(addToDay(local.toPlainDate(), { months, days }).toPlainDateTime(local.toPlainTime()), zone) + milliseconds;
}

/** The same measures taken off. */
export const negated = ({ months, days, milliseconds }: Duration): Duration => ({
  months: -months || 0,
  days: -days || 0,
  milliseconds: -milliseconds || 0,
});
