// Schedules in five fields: whether they can be followed, and when their next turn is.
import { Cron } from 'croner';

/** A schedule's fields (minute, hour, day of the month, month, day of the week) with the IANA zone whose clocks they speak of. */
export interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
}

const turnsOf = ({ cron, timeZone }: Schedule): Cron => new Cron(cron, { mode: '5-part', timezone: timeZone, paused: true });

/** The first turn after an instant, both in milliseconds since 1970; undefined where there is none. */
export function nextTurn(schedule: Schedule, after: number): number | undefined {
  return turnsOf(schedule).nextRun(new Date(after))?.getTime();
}

/** A leap year follows, so that 29 February has its turn. */
const sometime = Date.UTC(2024, 0, 1);

/** What is wrong with the fields of a schedule; undefined where nothing is. */
export function cronMistake(cron: string): string | undefined {
  try {
    if (nextTurn({ cron, timeZone: 'UTC' }, sometime) === undefined) return `${cron} never comes.`;
    return undefined;
  } catch (error) {
    return `${cron} is no schedule: ${error instanceof Error ? error.message : String(error)}`;
  }
}
