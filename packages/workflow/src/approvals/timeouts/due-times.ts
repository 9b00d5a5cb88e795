// When the time of somebody who is asked is up: so long after being asked, or after the time-out before, in the working time of a calendar.
import type { ApprovalProcessModel, Model, TimeoutModel } from '@tessera/metadata';
import { moved } from '../../triggers/time-of.ts';
import type { Task } from '../machine/index.ts';
import { stepAt } from '../process-steps.ts';

function timeoutOf(process: ApprovalProcessModel, { path, fired }: Pick<Task, 'path' | 'fired'>): TimeoutModel | undefined {
  const step = stepAt(process, path);
  return step?.type === 'approval' ? step.timeouts[fired] : undefined;
}

/**
 * When the next time-out of a task comes, in milliseconds since 1970; undefined where none does.
 * @param from when the person was asked, or when the time-out before was due
 */
export function timeUp(model: Model, process: ApprovalProcessModel, task: Pick<Task, 'path' | 'fired'>, from: number): number | undefined {
  const timeout = timeoutOf(process, task);
  return timeout && moved(from, timeout.after, false, model);
}
