// Steps of a process that call automations: the run of each, the end of which the approval waits for where the step says so.
import type { WriteSession } from '@tessera/records';
import { restartForApproval, wakeStatement, type WaitingApproval } from '@tessera/storage';
import { doorIn } from '../../jobs/handlers.ts';
import { setAndWake } from '../../triggers/at-time.ts';
import type { Follower, Happened } from '../driving/happened.ts';
import type { Effect } from '../machine/index.ts';
import { openSteps } from '../machine/state.ts';
import { stepAt } from '../process-steps.ts';
import { callAutomation, startOf, startWithin } from './called.ts';
import { runEndTimer } from './run-end-timers.ts';

type Started = Extract<Effect, { kind: 'automation' }>;

/** The visit of the step that has failed and is done again by this one. */
function failedVisit({ before }: Happened, path: string): number | undefined {
  const open = before === undefined || before.tree === null ? [] : openSteps(before.tree);
  return open.find((step) => step.kind === 'automation' && step.failed && step.path === path)?.visit;
}

const ended = (session: WriteSession, approval: WaitingApproval, ok: boolean): Promise<void> =>
  setAndWake(session, [runEndTimer(session, { approval, ok })]);

/** What has failed goes on where it failed, as long as it is there; else it is called anew. */
async function callAndWait(session: WriteSession, happened: Happened, { path, visit }: Started): Promise<void> {
  const step = stepAt(happened.process, path);
  const { id } = happened.approval;
  const waiting = { id, visit };
  const failed = failedVisit(happened, path);
  if (failed !== undefined && (await restartForApproval(doorIn(session), { id, visit: failed }, { visit, now: session.at }))) {
    session.transaction.ahead(wakeStatement(['work']));
    return;
  }
  const found = step?.type === 'automation' ? await startOf(session, happened, step, waiting) : undefined;
  if (found === undefined || 'problem' in found) {
    await ended(session, waiting, false);
    return;
  }
  const [run] = await startWithin(session, happened, [found.start]);
  // Without steps there is nothing to be done.
  if (run === undefined) await ended(session, waiting, true);
}

export const followSteps: Follower = async (session, happened) => {
  for (const one of happened) {
    for (const effect of one.effects) {
      if (effect.kind !== 'automation') continue;
      const step = stepAt(one.process, effect.path);
      if (effect.wait) await callAndWait(session, one, effect);
      else if (step?.type === 'automation') await callAutomation(session, one, step);
    }
  }
};
