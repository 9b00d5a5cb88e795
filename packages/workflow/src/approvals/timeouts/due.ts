// What is done when the time of somebody who is asked is up: the record and the approval are locked, and the machine looks once more.
import type { ApprovalProcessModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { readApprovals, type ApprovalRow, type NewTimer, type Timer } from '@tessera/storage';
import { doorIn, type TimerHandler } from '../../jobs/handlers.ts';
import { setAndWake } from '../../triggers/at-time.ts';
import { byItself, processAt } from '../by-itself.ts';
import { stateOf } from '../driving/rows.ts';
import { heldRecords, later } from '../held-records.ts';
import { tasks, type ApprovalState, type Task } from '../machine/index.ts';
import { timeUp } from './due-times.ts';
import { timeoutKind, timeoutTimer, type TimeoutTimer } from './timers.ts';

interface Waiting {
  readonly timer: Timer;
  readonly is: TimeoutTimer;
  readonly approval: ApprovalRow;
  readonly process: ApprovalProcessModel;
  /** Milliseconds since 1970, by the calendar as it is now. */
  readonly due: number;
}

const taskIn = (process: ApprovalProcessModel, state: ApprovalState, { turn, fired }: Pick<Task, 'turn' | 'fired'>): Task | undefined =>
  tasks(process, state).find((task) => task.turn === turn && task.fired === fired);

/** Those whose tasks are still there, in the order in which they were due. */
async function waitingOf(session: WriteSession, timers: readonly Timer[]): Promise<readonly Waiting[]> {
  const given = timers.map((timer) => ({ timer, is: JSON.parse(timer.content) as TimeoutTimer }));
  const rows = await readApprovals(
    doorIn(session),
    given.map(({ is }) => is.approval),
  );
  const waiting: Waiting[] = [];
  for (const { timer, is } of given) {
    const approval = rows.get(is.approval);
    if (approval?.status !== 'running') continue;
    const process = await processAt(session, approval);
    const task = taskIn(process, stateOf(approval), is);
    const due = task && timeUp(session.model, process, task, is.from);
    if (due !== undefined) waiting.push({ timer, is, approval, process, due });
  }
  return waiting;
}

/** Where the person is still asked, only reminded, the next time-out counts from when this one was due, however late it is done. */
async function nextOf(session: WriteSession, { is, process, due }: Waiting): Promise<NewTimer | undefined> {
  const { approval, turn, fired } = is;
  const done = await byItself(session, { approval, action: { type: 'timeout', turn, fired } });
  const task = done && taskIn(process, done.state, { turn, fired: fired + 1 });
  return done && task && timeoutTimer(session, { approval: done.approval, process }, task, due);
}

const timeoutsDue: TimerHandler = async (session, timers) => {
  const waiting = await waitingOf(session, timers);
  const now = Date.parse(session.at);
  const up = waiting.filter(({ due }) => due <= now);
  const { busy } = await heldRecords(
    session,
    up.map(({ approval }) => approval),
  );
  const next: NewTimer[] = [];
  for (const one of waiting) {
    const { timer, due, approval } = one;
    if (due > now) next.push({ ...timer, dueAt: new Date(due).toISOString() });
    else if (busy.has(approval.recordId)) next.push({ ...timer, dueAt: later(session) });
    else next.push(...[await nextOf(session, one)].flatMap((each) => each ?? []));
  }
  await setAndWake(session, next);
};

export const timeoutTimers: Readonly<Record<string, TimerHandler>> = { [timeoutKind]: timeoutsDue };
