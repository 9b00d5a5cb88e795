// Dates one after the other, each reckoned from the first: 31 January, 28 February, 31 March.
import { addToDay, dayOf, dayText, type Duration } from './calendar.ts';

export interface SeriesDate {
  /** From 1. */
  readonly index: number;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** The date after it, though it may lie behind the end; null beyond the year 9999. */
  readonly next: string | null;
}

export interface DateSeries {
  readonly start: string;
  /** The last date that may be among them. */
  readonly end: string;
  /** Longer than nothing. */
  readonly every: Pick<Duration, 'months' | 'days'>;
}

/** @param after only dates behind this one, YYYY-MM-DD */
export function* seriesDates({ start, end, every }: DateSeries, after?: string): Generator<SeriesDate> {
  const first = dayOf(start);
  const at = (n: number): string | null => dayText(addToDay(first, { months: every.months * n, days: every.days * n }));
  for (let [index, date] = [1, at(0)]; date !== null && date <= end; index += 1) {
    const next = at(index);
    if (after === undefined || date > after) yield { index, date, next };
    date = next;
  }
}
