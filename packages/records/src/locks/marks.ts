// Marks of approvals on their records: the lock, and whether the record is in force.
import type { ObjectModel } from '@tessera/metadata';
import { tell } from '../moments.ts';
import { runRelease, updateSet } from '../pipeline.ts';
import { keyOf } from '../record-key.ts';
import { touch, type WriteSession } from '../session.ts';
import { changesOf } from '../steps/tell.ts';
import type { WriteItem } from '../write-set.ts';

export interface Mark {
  readonly id: string;
  /** Null: it is locked no more. */
  readonly lockedBy: string | null;
  /** Left out: as it is. */
  readonly lifeStatus?: 'normal' | 'inApproval' | 'draft';
}

/**
 * Locks records, or takes their locks off, past all rights and rules. Records whose life status changes by it are told of like any that are
 * written, with the parents that follow; a lock alone is no change that anything waits for.
 */
export async function markRecords(session: WriteSession, object: ObjectModel, marks: readonly Mark[]): Promise<void> {
  if (marks.length === 0) return;
  const approving = new Set([...(session.approving ?? []), ...marks.map(({ id }) => keyOf(object.name, id))]);
  const records = marks.map(({ id, ...input }) => ({ pointer: '', id, input }));
  const past: WriteSession = { ...session, approving, touched: new Map() };
  const set = await runRelease(updateSet(past, object, records, { allOrNone: true, internal: true }));
  const isChanged = ({ old, values }: WriteItem): boolean => old?.['lifeStatus'] !== values['lifeStatus'];
  touch(session, object.name, set.items.filter(isChanged));
  const items = set.items.map((item) => (isChanged(item) ? item : { ...item, written: undefined }));
  await tell(session, changesOf({ ...set, items }));
}
