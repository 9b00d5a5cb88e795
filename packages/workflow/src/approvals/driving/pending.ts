// Approvals that are not over, by their records; and what may be edited meanwhile, by whom.
import { TesseraError } from '@tessera/kernel';
import { isSettable, type ApprovalProcessModel } from '@tessera/metadata';
import { objectOf, type WriteSession } from '@tessera/records';
import { pendingApprovals, type ApprovalRow, type WorkflowDoor } from '@tessera/storage';
import { tasks } from '../machine/index.ts';
import { stepsOf } from '../process-steps.ts';
import { processOf } from './definitions.ts';
import { heldOf, isGoing, stateOf } from './rows.ts';

/** By the record's id. */
export const pendingOf = (door: WorkflowDoor, object: string, ids: readonly string[]): Promise<ReadonlyMap<string, ApprovalRow>> =>
  pendingApprovals(door, object, ids);

/** Fields of all steps on which somebody has an open turn; undefined where there is none. */
export function editableOnTurns(process: ApprovalProcessModel, row: ApprovalRow, user: string): readonly string[] | undefined {
  const own = tasks(process, stateOf(row)).filter(({ assignee, person }) => assignee === user || person === user);
  if (own.length === 0) return undefined;
  const paths = new Set(own.map(({ path }) => path));
  return [...new Set(stepsOf(process).flatMap((step) => (step.type === 'approval' && paths.has(step.path) ? step.editable : [])))];
}

/** What the submitter may correct of what came back: of a held change what it changes, else the record. */
function correctable({ model }: WriteSession, row: ApprovalRow): readonly string[] {
  const held = heldOf(row);
  if (held !== undefined) return Object.keys(held.changes);
  if (isGoing(row)) return [];
  const object = objectOf({ model }, row.object);
  return Object.values(object.fields).flatMap((field) => (isSettable(field) && field.readOnly !== true ? [field.name] : []));
}

/**
 * Fields that a person may edit just then: those of the steps on which he has an open turn, and of what came back to its submitter those that he
 * could change anyway. Where a change is held, its own fields are edited in it (`edits` of `actOn`), the others on the record.
 */
export async function editableBy(session: WriteSession, row: ApprovalRow, user: string): Promise<readonly string[]> {
  if (row.status === 'returned') return user === row.submitter ? correctable(session, row) : [];
  if (row.status !== 'running') return [];
  const process = await processOf(session, row);
  return process instanceof TesseraError ? [] : (editableOnTurns(process, row, user) ?? []);
}
