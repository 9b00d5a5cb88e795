// Timers of time-outs: one for each task that has one to come, set, moved and cancelled with what is to be done.
import type { WriteSession } from '@tessera/records';
import { cancelTimersStatement, type NewTimer } from '@tessera/storage';
import { setAndWake } from '../../triggers/at-time.ts';
import type { Follower, Happened } from '../driving/happened.ts';
import { tasks, type ApprovalState, type Task } from '../machine/index.ts';
import { openSteps } from '../machine/state.ts';
import { allTurns } from '../machine/turns.ts';
import { timeUp } from './due-times.ts';

export const timeoutKind = 'approval';

/** What a timer is for. */
export interface TimeoutTimer {
  readonly approval: string;
  readonly turn: string;
  /** Which time-out of the turn. */
  readonly fired: number;
  /** Since when its time counts, in milliseconds since 1970: when it is due, a calendar may say otherwise by then. */
  readonly from: number;
}

type Counted = Pick<Task, 'turn' | 'fired'>;

const keyOf = (approval: string, { turn, fired }: Counted): string => `${timeoutKind}/${approval}/${turn}/${String(fired)}`;

/** The timer of a task whose time counts from so many milliseconds since 1970; undefined where it has no time-out to come. */
export function timeoutTimer(
  session: WriteSession,
  { approval, process }: Pick<Happened, 'approval' | 'process'>,
  task: Task,
  from: number,
): NewTimer | undefined {
  const due = timeUp(session.model, process, task, from);
  if (due === undefined) return undefined;
  const { id, object, recordId } = approval;
  const { turn, fired } = task;
  const content: TimeoutTimer = { approval: id, turn, fired, from };
  return {
    id: session.context.newId(),
    key: keyOf(id, content),
    kind: timeoutKind,
    dueAt: new Date(due).toISOString(),
    runId: null,
    object,
    recordId,
    content: JSON.stringify(content),
  };
}

/** By their keys, in the order of the steps. */
const tasksBy = ({ process, approval }: Happened, state: ApprovalState | undefined): ReadonlyMap<string, Task> =>
  new Map(state?.status === 'running' ? tasks(process, state).map((task) => [keyOf(approval.id, task), task]) : []);

/** The timers of all who are asked, as if they were asked just then. */
export const timersOf = (session: WriteSession, one: Happened): readonly NewTimer[] =>
  tasks(one.process, one.after).flatMap((task) => timeoutTimer(session, one, task, Date.parse(session.at)) ?? []);

/** Keys of all timers that there can be: told by the state alone, whatever the process says by now. */
function keysIn(approval: string, { tree }: ApprovalState): readonly string[] {
  const open = tree === null ? [] : openSteps(tree);
  const turns = open.flatMap((step) => (step.kind === 'approval' ? allTurns(step) : []));
  return turns.flatMap(({ key: turn, fired, vote }) => (vote === null ? [keyOf(approval, { turn, fired })] : []));
}

/** Those who are asked just then have their time from just then on. */
function changesOf(session: WriteSession, one: Happened): { readonly set: readonly NewTimer[]; readonly gone: readonly string[] } {
  const { approval, before, after } = one;
  const has = tasksBy(one, after);
  const had = has.size === 0 ? has : tasksBy(one, before);
  const fresh = [...has].filter(([key]) => !had.has(key));
  const set = fresh.flatMap(([, task]) => timeoutTimer(session, one, task, Date.parse(session.at)) ?? []);
  return { set, gone: before === undefined ? [] : keysIn(approval.id, before).filter((key) => !has.has(key)) };
}

export const followTimeouts: Follower = async (session, happened) => {
  const changes = happened.filter(({ before, after }) => before?.version !== after.version).map((one) => changesOf(session, one));
  const gone = changes.flatMap((change) => change.gone);
  if (gone.length > 0) session.transaction.ahead(cancelTimersStatement(session.target.schema, gone));
  await setAndWake(
    session,
    changes.flatMap((change) => change.set),
  );
};
