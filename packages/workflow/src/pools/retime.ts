// After a change of a pool its records are walked through: what goes back by itself, and when, is what the pool says by now.
import { contentHash, type Model, type PoolModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import {
  cancelTimers,
  recordPageStatement,
  recordReader,
  setTimers,
  wakeStatement,
  type NewTimer,
  type Timer,
  type WorkflowDoor,
} from '@tessera/storage';
import { doorIn, type TimerHandler } from '../jobs/handlers.ts';
import type { MetadataChanged } from '../triggers/follow-metadata.ts';
import { setAndWake } from '../triggers/at-time.ts';
import { idOf } from '../triggers/record-id.ts';
import { timersFor } from './recycling.ts';
import { textIn } from './pools-of.ts';

export const retimePoolKind = 'retimePool';

const pageSize = 500;

const walkTimer = (pool: Pick<PoolModel, 'name' | 'object'>, id: string, at: string, after: string | null): NewTimer => ({
  id,
  key: `${retimePoolKind}/${pool.name}`,
  kind: retimePoolKind,
  dueAt: at,
  runId: null,
  object: pool.object,
  recordId: null,
  content: JSON.stringify({ pool: pool.name, after }),
});

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
export async function followPools(door: WorkflowDoor, { before, after, now, newId }: MetadataChanged): Promise<void> {
  const moved = Object.values(after.pools).filter((pool) => {
    const former = before?.pools[pool.name];
    if (before === undefined || former === undefined) return before !== undefined && isRenamed(before, after, pool);
    return former.object === pool.object && timingOf(before, former) !== timingOf(after, pool);
  });
  if (moved.length === 0) return;
  await setTimers(
    door,
    moved.map((pool) => walkTimer(pool, newId(), now, null)),
    now,
  );
  await door.query(wakeStatement(['work'], now));
}

/** The ways that the pool has no more lose their timers with the record's page. */
async function page(session: WriteSession, pool: PoolModel, after: string | null): Promise<string | undefined> {
  const object = session.model.objects[pool.object];
  if (object === undefined) return undefined;
  const { rows } = await session.transaction.query(recordPageStatement(session.target, object, { after, first: pageSize }));
  const records = rows.map(recordReader(object));
  const timers = records.filter((record) => textIn(record, 'pool') === pool.name).map((record) => timersFor(session, pool, record));
  const gone = timers.flatMap((each) => each.gone);
  if (gone.length > 0) await cancelTimers(doorIn(session), gone);
  await setAndWake(
    session,
    timers.flatMap((each) => each.set),
  );
  const last = records.at(-1);
  return last === undefined || records.length < pageSize ? undefined : idOf(last);
}

const contentOf = ({ content }: Timer): { readonly pool: string; readonly after: string | null } =>
  JSON.parse(content) as { readonly pool: string; readonly after: string | null };

export const retimePoolDue: TimerHandler = async (session, timers) => {
  for (const timer of timers) {
    const { pool: name, after } = contentOf(timer);
    const pool = session.model.pools[name];
    const last = pool === undefined ? undefined : await page(session, pool, after);
    if (pool === undefined || last === undefined) continue;
    await setTimers(doorIn(session), [walkTimer(pool, session.context.newId(), session.at, last)], session.at);
  }
};
