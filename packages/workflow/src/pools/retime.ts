// After a change of a pool its records are walked through: what goes back by itself, and when, is what the pool says by now.
import { contentHash, type Model, type PoolModel } from '@tessera/metadata';
import { cancelTimers, type WorkflowDoor } from '@tessera/storage';
import { doorIn } from '../jobs/handlers.ts';
import { setAndWake } from '../triggers/at-time.ts';
import type { MetadataChanged } from '../triggers/follow-metadata.ts';
import { beginWalks, walkTimers, type RecordWalk } from '../triggers/record-walk.ts';
import { timersFor } from './recycling.ts';
import { textIn } from './pools-of.ts';

/** The ways that the pool has no more lose their timers with the record's page. */
const retimePools: RecordWalk<PoolModel> = {
  kind: 'retimePool',
  partOf: ({ pools }, name) => pools[name],
  take: async (session, _object, pool, records) => {
    const timers = records.filter((record) => textIn(record, 'pool') === pool.name).map((record) => timersFor(session, pool, record));
    const gone = timers.flatMap((each) => each.gone);
    if (gone.length > 0) await cancelTimers(doorIn(session), gone);
    await setAndWake(
      session,
      timers.flatMap((each) => each.set),
    );
  },
};

export const poolWalks = walkTimers(retimePools);

/** Equal where none of the timers moves. */
const timingOf = (model: Model, { recycle }: PoolModel): string =>
  contentHash({
    ways: recycle.map(({ name, after, since, warn }) => ({ name, after, since, warn: warn ?? null })),
    zone: model.settings.timeZone,
    calendars: recycle.map(({ after: { calendar } }) => (calendar === undefined ? null : (model.source['calendar']?.[calendar] ?? null))),
  });

/** Timers name the pool: those of one that has another name by now are set anew. */
function isRenamed(before: Model, after: Model, { name, recycle }: PoolModel): boolean {
  const source = after.source['pool']?.[name] as { readonly renamedFrom?: readonly string[] } | undefined;
  return recycle.length > 0 && (source?.renamedFrom ?? []).some((former) => Object.hasOwn(before.pools, former));
}

/** In the transaction that puts the metadata in force. */
export async function followPools(door: WorkflowDoor, changed: MetadataChanged): Promise<void> {
  const { before, after, migrated } = changed;
  const moved = Object.values(after.pools).filter((pool) => {
    const former = before?.pools[pool.name];
    if (before === undefined || former === undefined) return before !== undefined && isRenamed(before, after, pool);
    if (former.object !== pool.object) return false;
    return timingOf(before, former) !== timingOf(after, pool) || (pool.recycle.length > 0 && migrated?.has(pool.object) === true);
  });
  await beginWalks(door, retimePools, moved, changed);
}
