// Ends of the runs that approvals wait for, as timers: whoever ends a run does not hold the record of the approval.
import type { WriteSession } from '@tessera/records';
import { runsOfApprovals, setTimers, type NewTimer, type WaitingApproval, type WorkflowDoor } from '@tessera/storage';

export const runEndKind = 'approvalRun';

/** A run that has ended; or how it has ended where there was none to be done. */
export type RunEnded = { readonly run: string } | { readonly approval: WaitingApproval; readonly ok: boolean };

const keyOf = (ended: RunEnded): string =>
  'run' in ended ? `${runEndKind}/${ended.run}` : `${runEndKind}/${ended.approval.id}/${String(ended.approval.visit)}`;

const timerOf = (id: string, dueAt: string, ended: RunEnded): NewTimer => ({
  id,
  key: keyOf(ended),
  kind: runEndKind,
  dueAt,
  runId: null,
  object: null,
  recordId: null,
  content: JSON.stringify(ended),
});

export const runEndTimer = ({ context, at }: Pick<WriteSession, 'context' | 'at'>, ended: RunEnded): NewTimer =>
  timerOf(context.newId(), at, ended);

/** Tells the approvals that wait for these runs, where any does. @param at RFC 3339 */
export async function tellRunsEnded(
  door: WorkflowDoor,
  runs: readonly string[],
  { at, newId }: { readonly at: string; readonly newId: () => string },
): Promise<void> {
  const found = await runsOfApprovals(door, runs);
  await setTimers(
    door,
    found.map(({ id }) => timerOf(newId(), at, { run: id })),
    at,
  );
}
