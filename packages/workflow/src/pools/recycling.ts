// When records go back by themselves: a timer for each way back, moved as the record moves, and looked at once more when it is due.
import type { ObjectModel, PoolModel, RecyclingModel } from '@tessera/metadata';
import { isLocked, recordKey, sameValue, updateRecords, type Changes, type WriteSession } from '@tessera/records';
import { instantOn } from '@tessera/rules';
import { cancelTimers, type NewTimer, type RecordValues, type Timer } from '@tessera/storage';
import { doorIn, type TimerHandler } from '../jobs/handlers.ts';
import { tell } from '../notifications/tell.ts';
import { setAndWake } from '../triggers/at-time.ts';
import { hold, meeting } from '../triggers/due.ts';
import { idOf } from '../triggers/record-id.ts';
import { moved } from '../triggers/time-of.ts';
import { textIn, poolOf } from './pools-of.ts';

export const poolKind = 'pool';

/** A record that does not meet the condition, or is in other hands, is looked at again so soon. */
const againMs = 86_400_000;
const otherHandsMs = 1_000;

interface Content {
  readonly pool: string;
  readonly way: string;
  /** The activity that the owner was warned of being the last, in milliseconds since 1970. */
  readonly warned: number | null;
}

const keyOf = (recordId: string, way: string): string => `${poolKind}/${recordId}/${way}`;

/** When something last happened with the record; undefined: nobody has it. */
function lastActivity(session: WriteSession, { since }: RecyclingModel, record: RecordValues): number | undefined {
  const held = textIn(record, 'heldSince');
  if (textIn(record, 'owner') === undefined || held === undefined) return undefined;
  const times = since.flatMap((field) => {
    const value = textIn(record, field);
    if (value === undefined) return [];
    return [value.length === 10 ? instantOn(value, '00:00', session.model.settings.timeZone) : Date.parse(value)];
  });
  return Math.max(Date.parse(held), ...times);
}

interface Due {
  readonly activity: number;
  readonly warn: number | undefined;
  readonly due: number;
}

function dueOf(session: WriteSession, way: RecyclingModel, record: RecordValues): Due | undefined {
  const activity = lastActivity(session, way, record);
  const due = activity === undefined ? undefined : moved(activity, way.after, false, session.model);
  if (activity === undefined || due === undefined) return undefined;
  return { activity, due, warn: way.warn && moved(due, way.warn.before, true, session.model) };
}

function timerOf(
  session: WriteSession,
  { name, object }: PoolModel,
  way: RecyclingModel,
  recordId: string,
  at: number,
  warned: number | null,
): NewTimer {
  const content: Content = { pool: name, way: way.name, warned };
  return {
    id: session.context.newId(),
    key: keyOf(recordId, way.name),
    kind: poolKind,
    dueAt: new Date(at).toISOString(),
    runId: null,
    object,
    recordId,
    content: JSON.stringify(content),
  };
}

/** The timers that a record should have, and the keys of those that it should not. */
export function timersFor(
  session: WriteSession,
  pool: PoolModel,
  record: RecordValues,
): { readonly set: readonly NewTimer[]; readonly gone: readonly string[] } {
  const id = idOf(record);
  const found = pool.recycle.map((way) => ({ way, due: dueOf(session, way, record) }));
  return {
    set: found.flatMap(({ way, due }) => (due === undefined ? [] : [timerOf(session, pool, way, id, due.warn ?? due.due, null)])),
    gone: found.flatMap(({ way, due }) => (due === undefined ? [keyOf(id, way.name)] : [])),
  };
}

/** Whether the write has to do with what the timers go by. */
function concerns(pool: PoolModel, old: RecordValues | undefined, values: RecordValues): boolean {
  const fields = ['owner', 'pool', 'heldSince', ...pool.recycle.flatMap(({ since }) => since)];
  return fields.some((field) => !sameValue(old?.[field], values[field]));
}

/** Timers follow records as they change hands, and as something happens with them. */
export async function followRecycling(
  session: WriteSession,
  { event, records }: Changes,
  poolOfRecord: (record: RecordValues | undefined) => PoolModel | undefined,
): Promise<void> {
  const set: NewTimer[] = [];
  const gone: string[] = [];
  for (const { id, old, values } of records) {
    const [before, pool] = [poolOfRecord(old), event === 'delete' ? undefined : poolOfRecord(values)];
    if (before !== undefined && before !== pool) gone.push(...before.recycle.map(({ name }) => keyOf(id, name)));
    if (pool === undefined || (event === 'update' && !concerns(pool, old, values))) continue;
    const timers = timersFor(session, pool, values);
    set.push(...timers.set);
    gone.push(...timers.gone);
  }
  const kept = new Set(set.map(({ key }) => key));
  const cancelled = gone.filter((key) => !kept.has(key));
  if (cancelled.length > 0) await cancelTimers(doorIn(session), cancelled);
  await setAndWake(session, set);
}

const contentOf = ({ content }: Timer): Content => JSON.parse(content) as Content;

async function warn(session: WriteSession, pool: PoolModel, way: RecyclingModel, records: readonly RecordValues[]): Promise<void> {
  const template = way.warn && session.model.templates[way.warn.template];
  if (template === undefined || records.length === 0) return;
  const channels = Object.keys(template.channels) as (keyof typeof template.channels)[];
  const messages = records.flatMap((record) => {
    const [id, owner] = [idOf(record), textIn(record, 'owner')];
    const key = `${poolKind}/${pool.name}/${way.name}/${id}/${textIn(record, 'version') ?? ''}`;
    return owner === undefined ? [] : [{ key, user: owner, about: id, runId: null }];
  });
  await tell(session, { template, channels, messages });
}

/** Those that met the condition in time; the others are looked at again. */
async function recycle(session: WriteSession, object: ObjectModel, way: RecyclingModel, records: readonly RecordValues[]): Promise<void> {
  for (const record of records) session.ownerNotes.set(recordKey(object.name, idOf(record)), { way: 'recycled', reason: way.name });
  const changes = records.map((record) => ({ pointer: '', id: idOf(record), input: { owner: null } }));
  if (changes.length > 0) await updateRecords(session, object.name, changes, { allOrNone: true, internal: true });
}

interface Batch {
  readonly object: ObjectModel;
  readonly pool: PoolModel;
  readonly way: RecyclingModel;
}

/** What is due of one way back, the records locked. */
async function dueFor(session: WriteSession, { object, pool, way }: Batch, timers: readonly Timer[]): Promise<void> {
  const byRecord = new Map(timers.flatMap((timer) => (timer.recordId === null ? [] : [[timer.recordId, contentOf(timer)] as const])));
  const now = Date.parse(session.at);
  const { records, busy } = await hold(session, object, [...byRecord.keys()].sort());
  const again: NewTimer[] = busy.map((id) => timerOf(session, pool, way, id, now + otherHandsMs, byRecord.get(id)?.warned ?? null));
  const open = records.filter((record) => poolOf(session.model, record) === pool && dueOf(session, way, record) !== undefined);
  const met = new Set(await meeting(session, object, { when: way.when }, open));
  const warned: RecordValues[] = [];
  const back: RecordValues[] = [];
  for (const record of open) {
    const id = idOf(record);
    const due = dueOf(session, way, record);
    if (due === undefined) continue;
    const first = due.warn ?? due.due;
    const told = byRecord.get(id)?.warned === due.activity;
    if (now < first) again.push(timerOf(session, pool, way, id, first, null));
    // What waits for an approval waits here too.
    else if (!met.has(record) || isLocked(session, object, record)) again.push(timerOf(session, pool, way, id, now + againMs, null));
    else if (way.warn !== undefined && !told) {
      warned.push(record);
      // Whoever is told late has as long as whoever is told in time.
      const later = moved(now, way.warn.before, false, session.model) ?? due.due;
      again.push(timerOf(session, pool, way, id, Math.max(due.due, later), due.activity));
    } else if (now < due.due) again.push(timerOf(session, pool, way, id, due.due, due.activity));
    else back.push(record);
  }
  await setAndWake(session, again);
  await warn(session, pool, way, warned);
  await recycle(session, object, way, back);
}

export const poolDue: TimerHandler = async (session, timers) => {
  const groups = Map.groupBy(timers, (timer) => JSON.stringify([contentOf(timer).pool, contentOf(timer).way]));
  for (const own of groups.values()) {
    const [first] = own;
    const content = first && contentOf(first);
    const pool = content && session.model.pools[content.pool];
    const way = pool?.recycle.find(({ name }) => name === content?.way);
    const object = pool && session.model.objects[pool.object];
    if (pool !== undefined && way !== undefined && object !== undefined) await dueFor(session, { object, pool, way }, own);
  }
};
