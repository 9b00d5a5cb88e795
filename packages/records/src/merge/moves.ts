// Whoever points to a record that goes points to the one that stays: set-wise, lookup by lookup.
import { failAll } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { childrenStatement, repointDeletedStatement, type MergePart } from '@tessera/storage';
import type { Changes } from '../moments.ts';
import { runMove, updateSet } from '../pipeline.ts';
import { pointersTo, type Pointer } from '../references.ts';
import type { WriteSession } from '../session.ts';
import { changesOf } from '../steps/tell.ts';

/** Of one statement. */
const mostMoved = 1000;

export interface Merging {
  readonly object: ObjectModel;
  readonly winner: string;
  readonly losers: readonly string[];
}

export interface Moved {
  readonly parts: readonly MergePart[];
  readonly changes: readonly Changes[];
  /** Those that stay where they are, since the winner has their like already. */
  readonly left: readonly { readonly object: string; readonly id: string }[];
}

/** A lookup's value for a record. */
export const pointing = ({ field }: Pick<Pointer, 'field'>, object: string, id: string): Value =>
  field.wire === 'anyReference' ? { object, id } : id;

/** Sets lookups past rights and rules, since nothing about the records changes but the name of what they belong to; `refused`: would be there twice. */
export async function setLookups(
  session: WriteSession,
  { child, field }: Pick<Pointer, 'child' | 'field'>,
  records: readonly { readonly id: string; readonly value: Value }[],
): Promise<{ readonly changes: readonly Changes[]; readonly refused: ReadonlySet<string> }> {
  const changes: Changes[] = [];
  const refused = new Set<string>();
  for (let from = 0; from < records.length; from += mostMoved) {
    const part = records.slice(from, from + mostMoved).map(({ id, value }) => ({ pointer: '', id, input: { [field.name]: value } }));
    const set = await runMove(updateSet(session, child, part, { allOrNone: false, internal: true }));
    const problems = set.items.flatMap((item) => item.problems);
    if (problems.some(({ code }) => code !== 'RECORD_NOT_UNIQUE' && code !== 'RECORD_NOT_FOUND'))
      throw failAll('RECORDS_INVALID', problems);
    for (const { id, problems: own } of set.items) if (own.length > 0) refused.add(id);
    changes.push(...changesOf(set));
  }
  return { changes, refused };
}

async function moveLive(session: WriteSession, { object, winner, losers }: Merging, pointer: Pointer): Promise<Moved> {
  const { child } = pointer;
  const { rows } = await session.transaction.query(childrenStatement(session.target, [pointer], losers));
  const found = rows.map((row) => ({ id: String(row['id']), parent: String(row['parent']) }));
  // Those that go together keep what they have of one another, and nobody comes to point to himself.
  const moving = found.filter(({ id }) => child !== object || !losers.includes(id));
  const valueFor = (id: string): Value => (child === object && id === winner ? null : pointing(pointer, object.name, winner));
  const { changes, refused } = await setLookups(
    session,
    pointer,
    moving.map(({ id }) => ({ id, value: valueFor(id) })),
  );
  const parts = moving
    .filter(({ id }) => !refused.has(id))
    .map(({ id, parent }) => ({
      object: child.name,
      recordId: id,
      field: pointer.field.name,
      old: pointing(pointer, object.name, parent),
      now: valueFor(id),
    }));
  return { parts, changes, left: [...refused].map((id) => ({ object: child.name, id })) };
}

async function moveDeleted(session: WriteSession, { object, winner, losers }: Merging, pointer: Pointer): Promise<readonly MergePart[]> {
  const parts: MergePart[] = [];
  for (const from of losers) {
    const { rows } = await session.transaction.query(repointDeletedStatement(session.target, pointer, { from, to: winner }));
    for (const row of rows) {
      const [old, now] = [pointing(pointer, object.name, from), pointing(pointer, object.name, winner)];
      parts.push({ object: pointer.child.name, recordId: String(row['id']), field: pointer.field.name, old, now });
    }
  }
  return parts;
}

/** Moves children and all that points to the losers, what lies in the bin too. */
export async function moveChildren(session: WriteSession, merging: Merging): Promise<Moved> {
  const parts: MergePart[] = [];
  const changes: Changes[] = [];
  const left: Moved['left'][number][] = [];
  for (const pointer of pointersTo(session.model, merging.object.name)) {
    const moved = await moveLive(session, merging, pointer);
    parts.push(...moved.parts, ...(await moveDeleted(session, merging, pointer)));
    changes.push(...moved.changes);
    left.push(...moved.left);
  }
  return { parts, changes, left };
}
