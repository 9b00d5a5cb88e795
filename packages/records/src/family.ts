// A family: records that go into the bin or come out of it together, details with their masters.
import type { ObjectModel } from '@tessera/metadata';
import { childrenStatement, lockIdsStatement, lockStatement, recordOf, type RecordValues } from '@tessera/storage';
import { pointersTo, referenceTo, type Pointer } from './references.ts';
import { lockOrder } from './locks/lock-order.ts';
import { keyOf } from './record-key.ts';
import type { WriteSession } from './session.ts';

export interface Member {
  readonly object: ObjectModel;
  readonly id: string;
  /** As it was when it was locked. */
  readonly record: RecordValues;
  /** The deletion that it went in; `null` for a live record. */
  readonly deletionId: string | null;
  /** Keys of those members that it belongs to. */
  readonly masters: Set<string>;
}

/** Members by their keys, masters before details. */
export type Family = ReadonlyMap<string, Member>;

type State = 'live' | 'deleted';

async function lockMembers(session: WriteSession, object: ObjectModel, ids: readonly string[], state: State): Promise<readonly Member[]> {
  // A live record is locked against new children; who is in the bin gets none.
  const options = state === 'live' ? ({ strength: 'update' } as const) : ({ strength: 'no key update', deleted: true } as const);
  const { rows } = await session.transaction.query(lockStatement(session.target, object, ids, options));
  return rows.map((row) => ({
    object,
    id: String(row['id']),
    record: recordOf(object, row),
    deletionId: typeof row['deletion_id'] === 'string' ? row['deletion_id'] : null,
    masters: new Set(),
  }));
}

/** Locks the details of masters that are locked; a detail that has been moved away meanwhile is none of them. */
async function detailsOf(session: WriteSession, masters: readonly Member[], family: Map<string, Member>, state: State): Promise<Member[]> {
  const [first] = masters;
  if (first === undefined) return [];
  const pointers = pointersTo(session.model, first.object.name).filter((pointer) => pointer.onDelete === 'cascade');
  if (pointers.length === 0) return [];
  const deletionIds = [...new Set(masters.flatMap((master) => master.deletionId ?? []))];
  const { rows } = await session.transaction.query(
    childrenStatement(
      session.target,
      pointers,
      masters.map((master) => master.id),
      state === 'live' ? 'live' : { deletionIds },
    ),
  );
  const found: Member[] = [];
  for (const [n, pointer] of pointers.entries()) {
    const ids = rows.filter((row) => row['n'] === n).map((row) => String(row['id']));
    const fresh = ids.filter((id) => !family.has(keyOf(pointer.child.name, id)));
    const locked = fresh.length === 0 ? [] : await lockMembers(session, pointer.child, fresh, state);
    for (const member of locked) {
      if (!family.has(keyOf(first.object.name, referenceTo(pointer.field, first.object.name, member.record) ?? ''))) continue;
      family.set(keyOf(member.object.name, member.id), member);
      found.push(member);
    }
    for (const id of ids) join(family, pointer, first.object.name, id);
  }
  return found;
}

function join(family: ReadonlyMap<string, Member>, { child, field }: Pointer, target: string, id: string): void {
  const member = family.get(keyOf(child.name, id));
  const master = referenceTo(field, target, member?.record);
  if (member !== undefined && master !== undefined) member.masters.add(keyOf(target, master));
}

/** Who belongs to whom, as far as can be seen without locks: ids by object, those too that only point to one of them. */
async function seen(session: WriteSession, object: ObjectModel, ids: readonly string[]): Promise<ReadonlyMap<ObjectModel, Set<string>>> {
  const found = new Map([[object, new Set(ids)]]);
  const open: { readonly object: ObjectModel; readonly ids: readonly string[] }[] = [{ object, ids }];
  for (let level = open.shift(); level !== undefined; level = open.shift()) {
    const pointers = pointersTo(session.model, level.object.name).filter((pointer) => pointer.onDelete !== 'restrict');
    if (pointers.length === 0) continue;
    const { rows } = await session.transaction.query(childrenStatement(session.target, pointers, level.ids));
    for (const [n, { child, onDelete }] of pointers.entries()) {
      const known = found.get(child) ?? new Set();
      found.set(child, known);
      const fresh = rows.filter((row) => row['n'] === n && !known.has(String(row['id']))).map((row) => String(row['id']));
      for (const id of fresh) known.add(id);
      if (onDelete === 'cascade' && fresh.length > 0) open.push({ object: child, ids: fresh });
    }
  }
  return found;
}

/**
 * Takes the locks of a delete in the order in which all writers take theirs, children before those who roll them up. It may miss who
 * comes in the meantime; `lockFamily` does not.
 */
async function lockUpwards(session: WriteSession, object: ObjectModel, ids: readonly string[]): Promise<void> {
  const found = await seen(session, object, ids);
  const others = [...found].filter(([one, own]) => own.size > (one === object ? ids.length : 0));
  if (others.length === 0) return;
  for (const one of lockOrder(session, [...others.map(([each]) => each), object])) {
    await session.transaction.query(lockIdsStatement(session.target, one, [...(found.get(one) ?? [])]));
  }
}

/**
 * Locks records and everything that belongs to them, level by level: first the masters, then a look for details, so that a detail
 * that comes later finds its master gone.
 */
export async function lockFamily(session: WriteSession, object: ObjectModel, ids: readonly string[], state: State): Promise<Family> {
  if (state === 'live') await lockUpwards(session, object, ids);
  const family = new Map<string, Member>();
  const open: (readonly Member[])[] = [await lockMembers(session, object, ids, state)];
  for (const member of open[0] ?? []) family.set(keyOf(object.name, member.id), member);
  for (let level = open.shift(); level !== undefined; level = open.shift()) {
    const details = await detailsOf(session, level, family, state);
    for (const one of new Set(details.map((detail) => detail.object))) open.push(details.filter((detail) => detail.object === one));
  }
  return family;
}

/** Those of a family that stand or go with these members. */
export function descendants(family: Family, keys: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>(keys);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [key, member] of family) if ([...member.masters].some((master) => found.has(master))) found.add(key);
  }
  return found;
}

/** Members by object. */
export function byObject(members: Iterable<Member>): ReadonlyMap<ObjectModel, readonly Member[]> {
  const groups = new Map<ObjectModel, Member[]>();
  for (const member of members) {
    const group = groups.get(member.object);
    if (group === undefined) groups.set(member.object, [member]);
    else group.push(member);
  }
  return groups;
}

/** A line in the history of each member: the record as a whole went or came back. */
export function familyHistory(members: readonly Member[], change: 'deleted' | 'restored') {
  return members.map(({ id, record }) => ({
    recordId: id,
    field: null,
    old: null,
    new: null,
    change,
    version: Number(record['version']) + 1,
  }));
}
