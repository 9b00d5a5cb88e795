// After a change of a clock its records are walked through: each gets the state that its next write would give it, and the timers for it.
import { contentHash, type ClockModel, type Model } from '@tessera/metadata';
import { keepFields } from '@tessera/records';
import { cancelTimers, cancelTimersUnder, type WorkflowDoor } from '@tessera/storage';
import type { MetadataChanged } from '../triggers/follow-metadata.ts';
import { idOf } from '../triggers/record-id.ts';
import { beginWalks, walkKey, walkTimers, type RecordWalk } from '../triggers/record-walk.ts';
import { followClock, isSame, retimeCycles } from './cycles.ts';
import { neverRan } from './machine.ts';
import { fieldsFor, stateAfter, stateIn } from './record-clocks.ts';
import { clockKind } from './thresholds.ts';

const settleClock: RecordWalk<ClockModel> = {
  kind: 'settleClock',
  partOf: ({ clocks }, name) => clocks[name],
  take: async (session, object, clock, records) => {
    const history = session.model.objects[clock.history];
    if (history === undefined) return;
    const states = records.map((old) => {
      const before = stateIn(clock, old);
      return { id: idOf(old), old, before, now: stateAfter(session, clock, object, old, before) };
    });
    const moved = states.filter(({ before, now }) => !isSame(before, now));
    const fields = Object.keys(fieldsFor(clock, neverRan)).flatMap((name) => object.fields[name] ?? []);
    const changes = moved.map(({ old, now }) => ({ old, now: { ...old, ...fieldsFor(clock, now) } }));
    const changed = await keepFields(session, object, fields, changes, { starts: false });
    await followClock(session, clock, { object, event: 'update', records: changed });
    const running = states.filter(({ before, now }) => now.state === 'running' && isSame(before, now));
    if (running.length > 0) await retimeCycles(session, history, clock, running);
  },
};

export const clockWalks = walkTimers(settleClock);

/** Equal where neither the states of records nor their timers are others. */
function meaningOf({ source, settings }: Model, { start, pause, stop, target, thresholds, reopen, calendar }: ClockModel): string {
  const times = Object.values(thresholds).map(({ name, time, repeat }) => ({ name, time, repeat }));
  return contentHash({ start, pause, stop, target, reopen, calendar, times, zone: settings.timeZone, calendars: source['calendar'] });
}

/** In the transaction that puts the metadata in force. */
export async function followClocks(door: WorkflowDoor, changed: MetadataChanged): Promise<void> {
  const { before, after, migrated } = changed;
  if (before === undefined) return;
  for (const { name } of Object.values(before.clocks)) {
    if (after.clocks[name] !== undefined) continue;
    await cancelTimersUnder(door, `${clockKind}/${name}/`);
    await cancelTimers(door, [walkKey(settleClock.kind, name)]);
  }
  const others = Object.values(after.clocks).filter((clock) => {
    const former = before.clocks[clock.name];
    if (former === undefined || former.object !== clock.object || migrated?.has(clock.object) === true) return true;
    return meaningOf(before, former) !== meaningOf(after, clock);
  });
  await beginWalks(door, settleClock, others, changed);
}
