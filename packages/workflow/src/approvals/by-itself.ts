// What happens to approvals without anybody's doing: where that is over meanwhile, nothing does.
import { TesseraError, type ErrorCode } from '@tessera/kernel';
import type { ApprovalProcessModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { ApprovalRow } from '@tessera/storage';
import { actOn, type Act, type ActOutcome } from './driving/act.ts';
import { processOf } from './driving/definitions.ts';

/** What may have come about since it was decided to act; nothing is written then. */
const over: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'APPROVAL_NOT_FOUND',
  'APPROVAL_ENDED',
  'APPROVAL_FAILED',
  'APPROVAL_WITH_SUBMITTER',
  'APPROVAL_STALE',
]);

/** Undefined where there was nothing to be done any more. */
export async function byItself(session: WriteSession, act: Pick<Act, 'approval' | 'action'>): Promise<ActOutcome | undefined> {
  try {
    return await actOn(session, { ...act, by: null });
  } catch (error) {
    if (error instanceof TesseraError && over.has(error.code)) return undefined;
    throw error;
  }
}

/** The process as the approval began with it. @throws APPROVAL_OUTDATED */
export async function processAt(session: WriteSession, approval: ApprovalRow): Promise<ApprovalProcessModel> {
  const process = await processOf(session, approval);
  if (process instanceof TesseraError) throw process;
  return process;
}
