// The timer by which an automation would start for a record, and what a timer that came to nothing says of it.
import { timerAt, type ListedRun, type TimerSeen } from '@tessera/storage';
import { stateIn } from '../clocks/record-clocks.ts';
import { clockKey } from '../clocks/thresholds.ts';
import { doorIn } from '../jobs/handlers.ts';
import { atTimeKey } from './at-time.ts';
import type { Site } from './explain-times.ts';
import { isScheduled, pagesPrefix, scheduleKey } from './schedule.ts';
import { isAtTime } from './time-of.ts';

function placeOf({ session, automation, write }: Site, id: string): Parameters<typeof timerAt>[1] | undefined {
  const { name, trigger } = automation;
  if (isAtTime(automation)) return { key: atTimeKey(name, id) };
  if (isScheduled(automation)) return { key: scheduleKey(name), failedUnder: pagesPrefix(name) };
  const clock = trigger.type === 'clock' ? session.model.clocks[trigger.clock] : undefined;
  if (clock === undefined || trigger.type !== 'clock') return undefined;
  return { key: clockKey(clock.name, id, stateIn(clock, write.values).cycle, trigger.threshold) };
}

export async function timerSeen(site: Site, id: string): Promise<TimerSeen | null> {
  const place = placeOf(site, id);
  return place === undefined ? null : ((await timerAt(doorIn(site.session), place)) ?? null);
}

/** Undefined where nothing came to nothing, or something has since been started. @param last the latest run */
export function stumbleOf(
  { automation }: Pick<Site, 'automation'>,
  timer: TimerSeen | null,
  last: ListedRun | undefined,
): string | undefined {
  if (timer === null || timer.attempts === 0) return undefined;
  // Of a turn those records have run that come before the page; a timer of the record itself goes when it starts something.
  if (isScheduled(automation) && last !== undefined && last.createdAt >= timer.createdAt) return undefined;
  if (timer.failedAt === null) return `Its time came, and came to nothing so far: it is tried again at ${timer.dueAt}.`;
  return `Its time came, and came to nothing at ${timer.failedAt}: the failed jobs say why.`;
}
