// begin: what held records wait for begins, when everything of them is written that is written now.
import { failAll } from '@tessera/kernel';
import { lockStatement, type RecordValues } from '@tessera/storage';
import type { HeldRecord } from '../moments.ts';
import { keyOf } from '../record-key.ts';
import { planOf } from '../session.ts';
import { eventOf } from './hold.ts';
import { replaceItems, withProblems, type HeldItem, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

type Held = WriteItem & { readonly held: HeldItem; readonly written: number };

const isHeld = (item: WriteItem): item is Held => item.held !== undefined && item.written !== undefined;

/** New records as they are by now: what was written with them, and by itself, belongs to what is handed in. */
async function present({ session, object }: WriteSet, items: readonly Held[]): Promise<ReadonlyMap<string, RecordValues>> {
  const ids = items.flatMap(({ id, old }) => (old === undefined ? [id] : [])).sort();
  if (ids.length === 0) return new Map();
  const { rows } = await session.transaction.query(lockStatement(session.target, object, ids, { strength: 'no key update' }));
  const { read } = planOf(session, object);
  return new Map(rows.map((row) => [String(row['id']), read(row)]));
}

export const begin: Step = async (set) => {
  const { session, object } = set;
  const event = eventOf(set);
  const items = set.items.filter(isHeld);
  const holder = set.unfinished === true || items.length === 0 ? undefined : session.moments?.holder(object, event);
  if (holder === undefined) return set;
  const now = await present(set, items);
  const records = items.map(({ id, old, held: { process, values, change } }): HeldRecord => ({
    id,
    old,
    values: now.get(id) ?? values,
    process,
    change,
  }));
  for (const { id } of items) session.entering.delete(keyOf(object.name, id));
  const begun = await holder.begin(session, { object, event, records });
  const done = items.map((item): WriteItem => {
    const found = begun.get(item.id);
    if (found === undefined) throw new TypeError(`Nothing has begun for ${item.id}.`);
    return 'code' in found ? withProblems(item, [found]) : { ...item, entered: found };
  });
  const problems = done.flatMap((item) => item.problems);
  // What was written is taken back with it; where others of the set may stay, it is found by halves.
  if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
  return replaceItems(set, done);
};
