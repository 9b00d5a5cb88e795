// Takes hold of an approval: first its record is locked, then its row, as everybody does.
import { fail, isUuid } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { objectOf, type WriteSession } from '@tessera/records';
import { lockApprovals, lockStatement, readApprovals, recordReader, type ApprovalRow, type RecordValues } from '@tessera/storage';
import { doorIn } from '../../jobs/handlers.ts';

/** An approval that is not over, locked with its record. */
export interface HeldApproval {
  readonly row: ApprovalRow;
  readonly object: ObjectModel;
  /** As it is stored; undefined where it is in the bin or gone for good. */
  readonly stored: RecordValues | undefined;
}

/** Locks a live record. */
export async function lockRecord(
  { transaction, target }: WriteSession,
  object: ObjectModel,
  id: string,
): Promise<RecordValues | undefined> {
  const { rows } = await transaction.query(lockStatement(target, object, [id], { strength: 'no key update' }));
  return rows.map(recordReader(object))[0];
}

const notFound = (approval: string): Error => fail('APPROVAL_NOT_FOUND', { approval });

/** The row as it is just then, by nobody held. @throws APPROVAL_NOT_FOUND */
export async function readApproval(session: WriteSession, id: string): Promise<ApprovalRow> {
  const row = isUuid(id) ? (await readApprovals(doorIn(session), [id])).get(id.toLowerCase()) : undefined;
  if (row === undefined) throw notFound(id);
  return row;
}

/** What never changes of an approval. */
export type KnownApproval = Pick<ApprovalRow, 'id' | 'object' | 'recordId'>;

/** @param read what is known of it already. @throws APPROVAL_NOT_FOUND, APPROVAL_ENDED */
export async function holdApproval(session: WriteSession, id: string, read?: KnownApproval): Promise<HeldApproval> {
  const { id: known, object: name, recordId } = read ?? (await readApproval(session, id));
  const object = objectOf(session, name);
  // Asked at once they go out together, one after the other. Whoever had it before us may have ended it.
  const [stored, rows] = await Promise.all([lockRecord(session, object, recordId), lockApprovals(doorIn(session), [known])]);
  const row = rows.get(known);
  if (row === undefined) throw notFound(id);
  if (row.endedAt !== null) throw fail('APPROVAL_ENDED', { status: row.status });
  return { row, object, stored };
}
