// Turns that are there again: who was asked may have left meanwhile, or be away, while nobody told the approval.
import type { WriteSession } from '@tessera/records';
import { setAndWake } from '../../triggers/at-time.ts';
import type { Follower, Happened } from '../driving/happened.ts';
import { openSteps, type ApprovalState } from '../machine/state.ts';
import { peopleTimer } from './timers.ts';

/** Visits of the steps that stand open. */
const visitsOf = ({ tree, status }: ApprovalState): readonly number[] =>
  tree === null || status !== 'running' ? [] : openSteps(tree).map(({ visit }) => visit);

/** Whether a step that was opened before stands open again. */
function hasComeBack({ before, after }: Happened): boolean {
  if (before === undefined) return false;
  const open = new Set(visitsOf(before));
  return visitsOf(after).some((visit) => visit <= before.visits && !open.has(visit));
}

export const followReturns: Follower = async (session: WriteSession, happened) => {
  const back = happened.filter(hasComeBack);
  await setAndWake(
    session,
    back.map(({ approval: { id } }) => peopleTimer(session, `back/${id}`, session.at, { approval: id })),
  );
};
