// What is done when a run has ended that an approval waits for: record and approval are locked, and the approval is told how it ended.
import type { WriteSession } from '@tessera/records';
import { readApprovals, runsOfApprovals, type ApprovalRow } from '@tessera/storage';
import { doorIn, type TimerHandler } from '../../jobs/handlers.ts';
import { setAndWake } from '../../triggers/at-time.ts';
import { byItself } from '../by-itself.ts';
import { stateOf } from '../driving/rows.ts';
import { heldRecords, later } from '../held-records.ts';
import { openSteps } from '../machine/state.ts';
import { runEndKind, runEndTimer, type RunEnded } from './run-end-timers.ts';

interface End {
  readonly approval: ApprovalRow;
  readonly visit: number;
  readonly ended: RunEnded;
}

/** Of each that has ended the approval that waits for it. */
async function endsOf(session: WriteSession, all: readonly RunEnded[]): Promise<readonly End[]> {
  const door = doorIn(session);
  const runs = await runsOfApprovals(
    door,
    all.flatMap((ended) => ('run' in ended ? [ended.run] : [])),
  );
  const waiting = new Map(runs.map(({ id, approval }) => [id, approval]));
  const found = all.flatMap((ended) => {
    const approval = 'run' in ended ? waiting.get(ended.run) : ended.approval;
    return approval === undefined ? [] : [{ approval, ended }];
  });
  const rows = await readApprovals(
    door,
    found.map(({ approval }) => approval.id),
  );
  return found.flatMap(({ approval: { id, visit }, ended }) => {
    const approval = rows.get(id);
    return approval === undefined ? [] : [{ approval, visit, ended }];
  });
}

/** How it has ended; undefined where it goes on again meanwhile. */
async function outcomeOf(session: WriteSession, ended: RunEnded): Promise<boolean | undefined> {
  if (!('run' in ended)) return ended.ok;
  const [run] = await runsOfApprovals(doorIn(session), [ended.run]);
  if (run?.state === 'done') return true;
  return run?.state === 'failed' || run?.state === 'cancelled' ? false : undefined;
}

async function tell(session: WriteSession, { approval, visit, ended }: End): Promise<void> {
  const ok = await outcomeOf(session, ended);
  const { tree } = stateOf(approval);
  const step = tree === null ? undefined : openSteps(tree).find((open) => open.kind === 'automation' && open.visit === visit);
  if (ok === undefined || step === undefined) return;
  await byItself(session, { approval: approval.id, action: { type: 'automationEnded', path: step.path, visit, ok } });
}

const runsEnded: TimerHandler = async (session, timers) => {
  const ends = await endsOf(
    session,
    timers.map(({ content }) => JSON.parse(content) as RunEnded),
  );
  const { busy } = await heldRecords(
    session,
    ends.map(({ approval }) => approval),
  );
  const again = ends.filter(({ approval }) => busy.has(approval.recordId));
  for (const end of ends) if (!again.includes(end)) await tell(session, end);
  await setAndWake(
    session,
    again.map(({ ended }) => ({ ...runEndTimer(session, ended), dueAt: later(session) })),
  );
};

export const runEndTimers: Readonly<Record<string, TimerHandler>> = { [runEndKind]: runsEnded };
