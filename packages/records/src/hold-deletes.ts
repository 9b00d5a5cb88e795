// Deletes that somebody must agree to first: these records stay, locked, with everything that belongs to them.
import { failAll, type Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';
import { attempt } from './attempt.ts';
import { descendants, type Family } from './family.ts';
import { markRecords } from './locks/marks.ts';
import type { Entered, HeldRecord } from './moments.ts';
import { keyOf } from './record-key.ts';
import type { WriteSession } from './session.ts';

const recordIn = (family: Family, { name }: ObjectModel, id: string): RecordValues => family.get(keyOf(name, id))?.record ?? { id };

/**
 * Which of these records, that could go, are to wait, and for what process; or why they can go in no way. What goes with its master is not
 * asked about, and waits for nothing: nothing would be left to agree to.
 */
export async function heldDeletes(
  session: WriteSession,
  object: ObjectModel,
  family: Family,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | Problem>> {
  const holder = session.moments?.holder(object, 'delete');
  const open = ids.filter((id) => session.approving?.has(keyOf(object.name, id)) !== true);
  if (holder === undefined || open.length === 0) return new Map();
  const records = open.map((id) => {
    const values = recordIn(family, object, id);
    return { id, old: values, values, input: {} };
  });
  const chosen = await holder.choose(session, { object, event: 'delete', records });
  if (chosen.size === 0) return chosen;
  const going = ids.filter((id) => !chosen.has(id)).map((id) => keyOf(object.name, id));
  const gone = descendants(family, going);
  return new Map([...chosen].filter(([id]) => !gone.has(keyOf(object.name, id))));
}

type Entering = ReadonlyMap<string, Entered | Problem>;

/** Locks records and begins what they wait for. @param refused is told of those that cannot wait, and then nothing is written of any */
async function enter(
  session: WriteSession,
  object: ObjectModel,
  records: readonly HeldRecord[],
  refused: Map<string, Problem>,
): Promise<Entering> {
  const lockedBy = session.access.policy.userId;
  await markRecords(
    session,
    object,
    records.map(({ id }) => ({ id, lockedBy })),
  );
  const entered = await session.moments?.holder(object, 'delete')?.begin(session, { object, event: 'delete', records });
  for (const [id, found] of entered ?? []) if ('code' in found) refused.set(id, found);
  if (refused.size > 0) throw failAll('RECORDS_INVALID', [...refused.values()]);
  return entered ?? new Map();
}

/** Those that cannot wait are refused alone. */
async function enterApart(session: WriteSession, object: ObjectModel, records: readonly HeldRecord[]): Promise<Entering> {
  const [only] = records;
  if (only === undefined) return new Map();
  const refused = new Map<string, Problem>();
  const tried = await attempt(session, () => enter(session, object, records, refused));
  if ('done' in tried) return tried.done;
  const { code, message, params } = tried.refused;
  if (refused.size === 0 && records.length === 1) return new Map([[only.id, { code, message, params }]]);
  const open = records.filter(({ id }) => !refused.has(id));
  const middle = refused.size > 0 ? open.length : Math.ceil(open.length / 2);
  const [first, second] = [await enterApart(session, object, open.slice(0, middle)), await enterApart(session, object, open.slice(middle))];
  return new Map([...refused, ...first, ...second]);
}

/** Locks those that wait and begins what they wait for, by id. */
export async function enterDeletes(
  session: WriteSession,
  object: ObjectModel,
  family: Family,
  held: ReadonlyMap<string, string | Problem>,
): Promise<Entering> {
  const against = [...held].flatMap(([id, found]) => (typeof found === 'string' ? [] : [[id, found] as const]));
  const records = [...held].flatMap(([id, process]): readonly HeldRecord[] => {
    if (typeof process !== 'string') return [];
    const values = recordIn(family, object, id);
    return [{ id, old: values, values, process, change: undefined }];
  });
  return new Map([...against, ...(await enterApart(session, object, records))]);
}
