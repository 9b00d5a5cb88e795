// What a process does when a record enters it, and when it ends: fields that it sets in the same transaction, and automations that it calls.
import { failAll } from '@tessera/kernel';
import type { ApprovalActionModel, ApprovalProcessModel } from '@tessera/metadata';
import { commitChecks, updateRecords, type WriteSession } from '@tessera/records';
import { within } from '../../automations/limits.ts';
import { asPlatform } from '../../automations/sessions.ts';
import { inputsOf } from '../../automations/writing.ts';
import type { Follower, Happened } from '../driving/happened.ts';
import { forApproval } from '../driving/held-change.ts';
import type { Outcome } from '../machine/index.ts';
import { callAutomation } from './called.ts';
import { frameOf, valuesOf } from './submitter-rules.ts';

/** What it has come to by an act; undefined: it goes on, or could not be carried out. */
export const outcomeOf = ({ approval, effects }: Happened): Outcome | undefined =>
  approval.status === 'failed' ? undefined : effects.flatMap((effect) => (effect.kind === 'ended' ? [effect.outcome] : []))[0];

function atEnd(
  { onApproved, onRejected, onRecalled }: ApprovalProcessModel,
  outcome: Outcome | undefined,
): ApprovalActionModel | undefined {
  if (outcome === 'approved') return onApproved;
  if (outcome === 'rejected') return onRejected;
  return outcome === 'recalled' ? onRecalled : undefined;
}

/** It may be over as it begins. */
function actionsOf(one: Happened): readonly ApprovalActionModel[] {
  const { process, before } = one;
  return [before === undefined ? process.onSubmit : undefined, atEnd(process, outcomeOf(one))].flatMap((action) => action ?? []);
}

const isDeleted = (one: Happened): boolean => one.subject.event === 'delete' && outcomeOf(one) === 'approved';

/** As the approval's own write: with the platform's rights, also to what nobody else sets, past the lock, and one level deeper in the chain. */
async function setFields(session: WriteSession, one: Happened, { set }: ApprovalActionModel): Promise<void> {
  const { subject, process } = one;
  const { object, id } = subject;
  if (Object.keys(set).length === 0 || isDeleted(one)) return;
  const values = await valuesOf(session, subject, set);
  const [input = {}] = await inputsOf(session, object.name, set, [{ frame: frameOf(subject), values }]);
  const writing = forApproval(within(asPlatform(session), process.name), object, id);
  const [outcome] = await updateRecords(writing, object.name, [{ pointer: '', id, input }], { allOrNone: true, internal: true });
  if (outcome?.ok === false) throw failAll('RECORDS_INVALID', outcome.problems);
  await commitChecks(writing);
}

export const followActions: Follower = async (session, happened) => {
  for (const one of happened) {
    for (const action of actionsOf(one)) {
      await setFields(session, one, action);
      if (action.call !== undefined) await callAutomation(session, one, action.call);
    }
  }
};
