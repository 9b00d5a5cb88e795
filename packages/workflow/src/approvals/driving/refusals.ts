// Why something cannot be done to an approval, as errors; and what each action is called.
import { fail, type ErrorCode, type TesseraError } from '@tessera/kernel';
import type { ApprovalStatus } from '@tessera/storage';
import type { Action, RefusalReason } from '../machine/index.ts';
import type { DeedAction } from './happened.ts';

type ActionName = Action['type'];

const words: Readonly<Record<ActionName, string>> = {
  approve: 'approve',
  reject: 'reject',
  return: 'return it',
  transfer: 'hand your turn on',
  addSigner: 'ask others to approve as well',
  takeBack: 'take your approval back',
  recall: 'recall it',
  remind: 'remind its approvers',
  resubmit: 'submit it again',
  reassign: 'give a turn to somebody else',
  skip: 'skip a step',
  retry: 'retry it',
  cancel: 'cancel it',
  timeout: 'let a time run out',
  left: 'follow who has left',
  standIns: 'follow who stands in',
  automationEnded: 'go on',
};

export const deedOf: Readonly<Record<ActionName, DeedAction>> = {
  approve: 'approved',
  reject: 'rejected',
  return: 'returned',
  transfer: 'transferred',
  addSigner: 'signerAdded',
  takeBack: 'takenBack',
  recall: 'recalled',
  remind: 'reminded',
  resubmit: 'resubmitted',
  reassign: 'reassigned',
  skip: 'skipped',
  retry: 'retried',
  cancel: 'cancelled',
  timeout: 'timedOut',
  left: 'left',
  standIns: 'standInChanged',
  automationEnded: 'automationEnded',
};

const codes: Readonly<Record<RefusalReason, ErrorCode>> = {
  ended: 'APPROVAL_ENDED',
  withSubmitter: 'APPROVAL_WITH_SUBMITTER',
  notAsked: 'APPROVAL_NOT_ASKED',
  notAllowed: 'APPROVAL_NOT_ALLOWED',
  notSubmitter: 'APPROVAL_NOT_SUBMITTER',
  notAdministrator: 'APPROVAL_NOT_ADMINISTRATOR',
  unfit: 'APPROVAL_UNFIT',
  tooLate: 'APPROVAL_TOO_LATE',
  stale: 'APPROVAL_STALE',
  nobody: 'APPROVAL_NOBODY',
};

/** The error for a reason of the machine. */
export const refusal = (
  reason: RefusalReason,
  { process, status }: { readonly process: string; readonly status: ApprovalStatus },
  action: ActionName,
): TesseraError => {
  const pointer = reason === 'unfit' ? (action === 'return' ? '/step' : '/to') : undefined;
  return fail(codes[reason], { process, status, action: words[action] }, pointer === undefined ? {} : { pointer });
};
