// What hangs on a record hangs on another one instead: lookups to several objects, and whom it is shared with.
import type { ObjectModel } from '@tessera/metadata';
import { childrenStatement, doorOf, listShares, putShares } from '@tessera/storage';
import { setLookups } from './merge/moves.ts';
import { tell } from './moments.ts';
import { pointersTo } from './references.ts';
import type { WriteSession } from './session.ts';

export interface Attached {
  readonly object: ObjectModel;
  readonly id: string;
}

/** How many records were moved, by object and field. */
export interface Reattached {
  readonly object: string;
  readonly field: string;
  readonly count: number;
}

/**
 * Whoever has the one by a share has the other too; what somebody has of it already stays as it is. Teams are each object's own, and
 * whoever had to approve the one has nothing to do with the other.
 */
async function shareToo({ transaction, target, context }: WriteSession, from: Attached, to: Attached): Promise<void> {
  const door = doorOf(transaction, target.schema);
  const all = await listShares(door, { object: from.object.name, recordId: from.id });
  const shares = all.filter(({ origin }) => origin !== 'approval');
  if (shares.length === 0) return;
  const known = new Set((await listShares(door, { object: to.object.name, recordId: to.id })).map(({ subject }) => subject));
  const fresh = shares.filter(({ subject }) => !known.has(subject));
  await putShares(
    door,
    fresh.map((share) => ({ ...share, id: context.newId(), object: to.object.name, recordId: to.id, origin: 'manual', teamRole: null })),
  );
}

/** Past rights and rules: nothing about the records changes but what they are about. What lies in the bin stays. */
export async function reattach(session: WriteSession, from: Attached, to: Attached): Promise<readonly Reattached[]> {
  const { transaction, target, model } = session;
  const moved: Reattached[] = [];
  for (const pointer of pointersTo(model, from.object.name)) {
    const { child, field } = pointer;
    if (field.wire !== 'anyReference' || field.lookup?.to.includes(to.object.name) !== true || child.keptOf !== undefined) continue;
    const { rows } = await transaction.query(childrenStatement(target, [pointer], [from.id]));
    const value = { object: to.object.name, id: to.id };
    const { changes, refused } = await setLookups(
      session,
      pointer,
      rows.map((row) => ({ id: String(row['id']), value })),
    );
    await tell(session, changes);
    const count = rows.length - refused.size;
    if (count > 0) moved.push({ object: child.name, field: field.name, count });
  }
  await shareToo(session, from, to);
  return moved;
}
