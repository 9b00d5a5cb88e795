// lock: reads the records that are to change, locks them in the order of their ids, and checks their versions; and what the person may do with them.
import { lockStatement, type RecordValues } from '@tessera/storage';
import { planOf } from '../session.ts';
import { isRestricted, soundItems, withProblem, type SightOf, type Step, type WriteItem, type WriteSet } from '../write-set.ts';
import { lookedAt, sightOf } from './see.ts';

/** The stored records by id, locked. */
async function lockedRecords({ session, object }: WriteSet, ids: readonly string[]): Promise<ReadonlyMap<string, RecordValues>> {
  if (ids.length === 0) return new Map();
  const { rows } = await session.transaction.query(lockStatement(session.target, object, ids, { strength: 'no key update' }));
  const { read } = planOf(session, object);
  return new Map(rows.map((row) => [String(row['id']), read(row)]));
}

/** What the person may do with the records once they are locked: a statement of its own, or it would see them as they were before. */
async function sightWhenLocked(set: WriteSet): Promise<SightOf | undefined> {
  if (!isRestricted(set)) return undefined;
  return sightOf(set.session, set.object.name, [...new Set([...lookedAt(set)].map((item) => item.id))]);
}

export const lock: Step = async (set) => {
  if (set.kind === 'create') return set;
  const { object } = set;
  const ids = [...new Set(soundItems(set).map((item) => item.id))];
  // Asked at once, they go out together, one after the other.
  const [records, sight] = await Promise.all([lockedRecords(set, ids), sightWhenLocked(set)]);
  const seen = new Set<string>();
  const items = set.items.map((item): WriteItem => {
    if (item.problems.length > 0) return item;
    const old = records.get(item.id);
    if (old === undefined) return withProblem(item, 'RECORD_NOT_FOUND', { object: object.name, id: item.id });
    if (seen.has(item.id)) return withProblem(item, 'REQUEST_INVALID', { reason: `the record ${item.id} is named twice.` });
    seen.add(item.id);
    if (item.expected !== undefined && String(item.expected) !== old['version']) {
      return withProblem(item, 'RECORD_CHANGED', { version: Number(old['version']), expected: item.expected });
    }
    return { ...item, old, values: old };
  });
  return { ...set, items, sight };
};
