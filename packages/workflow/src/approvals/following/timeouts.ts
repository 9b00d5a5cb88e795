// What a time-out did, and by when somebody is to decide.
import type { ApprovalProcessModel, ApprovalStepModel, Model, TimeoutModel } from '@tessera/metadata';
import { tasks, type ApprovalState, type Task } from '../machine/index.ts';
import { stepAt } from '../process-steps.ts';
import { timeUp } from '../timeouts/due-times.ts';

export type Timed = TimeoutModel['do'];

/** The approval step at a path. */
export function approvalAt(process: ApprovalProcessModel, path: string): ApprovalStepModel | undefined {
  const step = stepAt(process, path);
  return step?.type === 'approval' ? step : undefined;
}

/** What somebody had to do, by its turn. */
export const taskOf = (process: ApprovalProcessModel, before: ApprovalState | undefined, turn: string): Task | undefined =>
  before && tasks(process, before).find((each) => each.turn === turn);

/** What the time-out of a turn that was due is for. */
export function timeoutOf(process: ApprovalProcessModel, before: ApprovalState | undefined, turn: string): Timed | undefined {
  const task = taskOf(process, before, turn);
  return task && approvalAt(process, task.path)?.timeouts[task.fired]?.do;
}

/**
 * By when somebody is to have decided (RFC 3339): when the first time-out that is more than a reminder comes, else the first reminder. Null where
 * nothing is done with those who do not.
 */
export function dueOf(process: ApprovalProcessModel, { path, fired }: Task, model: Model, at: string): string | null {
  let instant: number | undefined = Date.parse(at);
  let first: number | undefined;
  for (const [n, timeout] of (approvalAt(process, path)?.timeouts.slice(fired) ?? []).entries()) {
    instant = timeUp(model, process, { path, fired: fired + n }, instant);
    if (instant === undefined) break;
    first ??= instant;
    if (timeout.do !== 'remind') return new Date(instant).toISOString();
  }
  return first === undefined ? null : new Date(first).toISOString();
}
