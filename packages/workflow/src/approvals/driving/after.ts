// What follows an act, when the row of the approval is written and so are its ends (`finish.ts`): a visible list.
import type { WriteSession } from '@tessera/records';
import { followActions } from '../automations/actions.ts';
import { followSteps } from '../automations/steps.ts';
import { followTriggers } from '../automations/triggers.ts';
import { follow } from '../following/follow.ts';
import { followReturns } from '../people-changes/follow.ts';
import { followTimeouts } from '../timeouts/timers.ts';
import type { Follower, Happened } from './happened.ts';

/**
 * In this order: first what is kept and told of it (tasks, histories, shares, messages); then time-outs, by the tasks; last automations, which
 * write themselves and may bring more about. None of them acts on an approval: what it brings about does so in a turn of its own.
 */
const followers: readonly Follower[] = [follow, followTimeouts, followReturns, followActions, followSteps, followTriggers];

export async function tellAfter(session: WriteSession, happened: readonly Happened[]): Promise<void> {
  for (const one of followers) await one(session, happened);
}
