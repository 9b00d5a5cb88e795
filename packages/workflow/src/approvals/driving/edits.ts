// What approvers, and the submitter of what came back, change by the way: of a held change its values, of anything else the record.
import { fail, failAll, isUuid, TesseraError, type Problem } from '@tessera/kernel';
import type { ApprovalProcessModel, ObjectModel } from '@tessera/metadata';
import { asCaller, commitChecks, referenceTo, sightOf, updateRecords, type HeldChange, type WriteSession } from '@tessera/records';
import type { ApprovalRow, RecordValues } from '@tessera/storage';
import { asSubmitter, forApproval, withEdits } from './held-change.ts';
import { lockRecord } from './hold.ts';
import { editableOnTurns } from './pending.ts';
import { refusal } from './refusals.ts';
import { heldOf, isGoing } from './rows.ts';

/** An approval whose record is there. */
export interface Editing {
  readonly row: ApprovalRow;
  readonly object: ObjectModel;
  readonly stored: RecordValues;
}

type Edits = Readonly<Record<string, unknown>>;

export interface Editor {
  readonly by: string;
  readonly action: 'approve' | 'reject' | 'return' | 'transfer' | 'addSigner' | 'resubmit';
}

const isEditing = (action: string): action is Editor['action'] =>
  ['approve', 'reject', 'return', 'transfer', 'addSigner', 'resubmit'].includes(action);

/** @throws APPROVAL_NOT_EDITABLE, APPROVAL_NOT_ASKED */
function checkFields(process: ApprovalProcessModel, row: ApprovalRow, { by, action }: Editor, names: readonly string[]): void {
  if (action === 'resubmit' && !isGoing(row)) return;
  const fields = action === 'resubmit' ? [] : editableOnTurns(process, row, by);
  if (fields === undefined) throw refusal('notAsked', row, action);
  const other = names.find((name) => !fields.includes(name));
  if (other === undefined) return;
  const known = fields.length === 0 ? 'No field of the record is to be edited here.' : `Fields: ${fields.join(', ')}.`;
  throw fail('APPROVAL_NOT_EDITABLE', { field: other, known }, { pointer: `/edits/${other}` });
}

/** What stands against it, at what was edited. What the submitter may see of others that do is not the approver's to know. */
function told(edits: Edits, { details, ...problem }: Problem, isTheirs: boolean): Problem {
  const { pointer = '' } = problem;
  const isEdited = Object.hasOwn(edits, pointer.split('/')[1] ?? '');
  return { ...problem, pointer: isEdited ? `/edits${pointer}` : pointer, ...(isTheirs && details !== undefined ? { details } : {}) };
}

/**
 * Fields of the change that waits are edited in it, so that they are written with it, and in its submitter's name.
 * @param all also what is edited of the record
 */
async function editHeld(
  session: WriteSession,
  editing: Editing,
  { by }: Editor,
  held: HeldChange,
  edits: Edits,
  all: Edits,
): Promise<Editing> {
  const { row, object, stored } = editing;
  const writing = await asSubmitter(session, object, row.recordId, row.submitter);
  try {
    const changed = await withEdits(writing, { object, id: row.recordId, stored }, held, edits);
    return { ...editing, row: { ...row, held: JSON.stringify(changed) } };
  } catch (error) {
    if (!(error instanceof TesseraError) || error.problems.length === 0) throw error;
    throw failAll(
      error.code,
      error.problems.map((problem) => told(all, problem, by === row.submitter)),
    );
  }
}

/** The step gives the right to the field, not to what it could lead to. @throws LOOKUP_NOT_FOUND */
async function checkSeen(session: WriteSession, { object, stored }: Editing, edits: Edits): Promise<void> {
  const reader = asCaller(session);
  if (reader.access.policy.administrator) return;
  for (const name of Object.keys(edits)) {
    const field = Object.hasOwn(object.fields, name) ? object.fields[name] : undefined;
    for (const target of field?.lookup?.to ?? []) {
      const id = referenceTo(field, target, edits as RecordValues)?.toLowerCase();
      if (!isUuid(id) || id === referenceTo(field, target, stored)) continue;
      if ((await sightOf(reader, target, [id]))(id).readable) continue;
      const told = Object.hasOwn(reader.access.view.objects, target) ? target : 'another object';
      throw fail('LOOKUP_NOT_FOUND', { field: name, object: told }, { pointer: `/edits/${name}` });
    }
  }
}

/** In the name of whoever edits: an approver has the right by the step; the submitter has his own. Nobody could answer warnings. */
async function editRecord(session: WriteSession, editing: Editing, { action }: Editor, edits: Edits): Promise<Editing> {
  const { row, object, stored } = editing;
  const { recordId: id, submitter } = row;
  if (action !== 'resubmit') await checkSeen(session, editing, edits);
  const approver = { ...forApproval(session, object, id), allowDuplicates: true };
  const writing = action === 'resubmit' ? await asSubmitter(session, object, id, submitter) : approver;
  await updateRecords(writing, object.name, [{ pointer: '/edits', id, input: edits }], { allOrNone: true });
  await commitChecks(writing);
  return { ...editing, stored: (await lockRecord(session, object, id)) ?? stored };
}

/**
 * The approval with what is edited. The session is the platform's, in the name of whoever edits.
 * @throws APPROVAL_NOT_EDITABLE, APPROVAL_NOT_ASKED, APPROVAL_NOT_SUBMITTER, and what stands against the values
 */
export async function edited(
  session: WriteSession,
  editing: Editing,
  process: ApprovalProcessModel,
  { by, action, edits }: { readonly by: string | null; readonly action: string; readonly edits: Edits | undefined },
): Promise<Editing> {
  const names = Object.keys(edits ?? {});
  if (edits === undefined || names.length === 0) return editing;
  const { row } = editing;
  if (by === null || !isEditing(action))
    throw fail('REQUEST_INVALID', { reason: 'with this action nothing is edited.' }, { pointer: '/edits' });
  if (action === 'resubmit' && (by !== row.submitter || row.status !== 'returned'))
    throw refusal(by === row.submitter ? 'stale' : 'notSubmitter', row, action);
  const editor: Editor = { by, action };
  checkFields(process, row, editor, names);
  const held = heldOf(row);
  const isHeld = (name: string): boolean => held !== undefined && (action === 'resubmit' || Object.hasOwn(held.changes, name));
  const [inHeld, onRecord] = [names.filter(isHeld), names.filter((name) => !isHeld(name))];
  const pick = (some: readonly string[]): Edits => Object.fromEntries(some.map((name) => [name, edits[name]]));
  const first = onRecord.length === 0 ? editing : await editRecord(session, editing, editor, pick(onRecord));
  // What is edited beside it may stand against what is held, too; who refuses that need not make it possible.
  const isTried = inHeld.length > 0 || (action !== 'reject' && action !== 'return');
  return held === undefined || !isTried ? first : editHeld(session, first, editor, held, pick(inHeld), edits);
}
