// hold: what somebody must agree to first. A new record is written locked and not in force; of a change nothing is written but the lock.
import { isSettable, type FieldModel } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';
import { changedOf } from '../changed.ts';
import type { HeldChange, HeldEvent } from '../moments.ts';
import { keyOf } from '../record-key.ts';
import { planOf } from '../session.ts';
import { isSound, soundItems, withProblems, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

const isSecret = ({ wire }: FieldModel): boolean => wire === 'secret';

/** Whatever is kept is kept as it is stored: what must never be read back is not there to be read. */
function changeOf({ object }: WriteSet, stored: readonly FieldModel[], item: WriteItem): HeldChange {
  const input = Object.entries(item.input).map(([name, given]) => {
    const field = object.fields[name];
    return [name, field !== undefined && isSecret(field) ? (item.values[name] ?? null) : given] as const;
  });
  const shown = changedOf(stored, item).filter(
    (field) => Object.hasOwn(item.input, field.name) || (isSettable(field) && field.readOnly !== true),
  );
  const changes = shown.map((field) => {
    const pair = isSecret(field) ? { old: null, new: null } : { old: item.old?.[field.name] ?? null, new: item.values[field.name] ?? null };
    return [field.name, pair] as const;
  });
  return { input: Object.fromEntries(input), changes: Object.fromEntries(changes) };
}

/** What no process is asked about: a write of an approval, one to a record that waits for one, and one that changes nothing. */
function isFree({ session, object }: WriteSet, stored: readonly FieldModel[], item: WriteItem): boolean {
  if (session.approving?.has(keyOf(object.name, item.id)) === true) return true;
  return item.old !== undefined && ((item.old['lockedBy'] ?? null) !== null || changedOf(stored, item).length === 0);
}

function heldItem(set: WriteSet, stored: readonly FieldModel[], item: WriteItem, process: string): WriteItem {
  const { session, object } = set;
  const lockedBy = session.access.policy.userId;
  if (item.old !== undefined) {
    const change = set.mark === undefined ? changeOf(set, stored, item) : undefined;
    return { ...item, values: { ...item.old, lockedBy }, held: { process, values: { ...item.values, lockedBy }, change } };
  }
  session.entering.add(keyOf(object.name, item.id));
  const values: RecordValues = { ...item.values, lockedBy, lifeStatus: 'inApproval' };
  return { ...item, values, held: { process, values, change: undefined } };
}

/** What the set is to those who may hold it. */
export const eventOf = ({ kind, mark }: WriteSet): HeldEvent => (mark === 'void' ? 'void' : kind);

export const hold: Step = async (set) => {
  const { session, object, internal } = set;
  const event = eventOf(set);
  const holder = internal ? undefined : session.moments?.holder(object, event);
  if (holder === undefined) return set;
  const { stored } = planOf(session, object);
  const open = soundItems(set).filter((item) => !isFree(set, stored, item));
  if (open.length === 0) return set;
  const records = open.map(({ id, old, values, input }) => ({ id, old, values, input }));
  const chosen = await holder.choose(session, { object, event, records });
  if (chosen.size === 0) return set;
  const asked = new Set(open);
  const items = set.items.map((item): WriteItem => {
    const process = asked.has(item) && isSound(item) ? chosen.get(item.id) : undefined;
    if (process === undefined) return item;
    return typeof process === 'string' ? heldItem(set, stored, item, process) : withProblems(item, [process]);
  });
  return { ...set, items };
};
