// Nobody is reminded again and again: between two reminders that people ask for lies a while, whoever asks.
import { fail } from '@tessera/kernel';
import { historyName } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { lastReminded, type ApprovalRow } from '@tessera/storage';

const betweenMs = 10 * 60_000;

/** @throws APPROVAL_REMINDED, which says when it may be done again */
export async function checkReminder(
  { transaction, target, model, at }: WriteSession,
  { id, object }: Pick<ApprovalRow, 'id' | 'object'>,
): Promise<void> {
  const history = historyName(object, 'approvalDecision');
  if (!Object.hasOwn(model.objects, history)) return;
  const last = await lastReminded(transaction, target, { history, approval: id });
  const again = last === null ? 0 : Date.parse(last) + betweenMs;
  if (again > Date.parse(at)) throw fail('APPROVAL_REMINDED', { at: new Date(again).toISOString() });
}
