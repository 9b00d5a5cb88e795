// Approvals: submitted, decided, talked about; each act in one transaction, which may be asked for twice under one key.
import { fail, isUuid, TesseraError, type Problem } from '@tessera/kernel';
import type { WriteSession } from '@tessera/records';
import { appendAudit, approvalTasksOf, auditEntry, doorOf, readApprovals, type ApprovalRow } from '@tessera/storage';
import { actOn, noteOn, submitRecord } from '@tessera/workflow';
import type { ActInput, ApprovalActionName, ApprovalDone, BatchInput, BatchResult, SubmitInput } from '../types/approval.ts';
import type { Session } from '../engine-parts.ts';
import { objectOf } from '../read/resolve.ts';
import { actionOf } from './approval-actions.ts';
import { idempotent } from './idempotency.ts';
import { sightAt } from './sharing.ts';
import { runWrite } from './write.ts';

/** Each is a transaction. */
const mostInBatch = 200;
/** Characters of one comment, as its history says. */
const longestComment = 20_000;
/** Of one comment, and people whom one act names. */
const mostFiles = 50;
export const mostPeople = 50;

/** What each takes beside a comment and files. */
const taken: Readonly<Record<ApprovalActionName, readonly (keyof ActInput)[]>> = {
  approve: ['turn', 'edits', 'chosen'],
  reject: ['turn', 'edits'],
  return: ['turn', 'edits', 'step', 'then'],
  transfer: ['turn', 'edits', 'to'],
  addSigner: ['turn', 'edits', 'to', 'place'],
  takeBack: ['turn'],
  recall: [],
  resubmit: ['edits', 'chosen'],
  remind: [],
  comment: [],
  ask: ['to'],
  answer: [],
  reassign: ['turn', 'to'],
  skip: ['step'],
  retry: ['step'],
  cancel: [],
};

/** What administrators do in the place of others. */
const interventions: Partial<Readonly<Record<ApprovalActionName, string>>> = {
  reassign: 'approval.reassigned',
  skip: 'approval.skipped',
  retry: 'approval.retried',
  cancel: 'approval.cancelled',
};

async function findApproval({ transaction, target }: WriteSession, given: string): Promise<ApprovalRow> {
  const id = given.toLowerCase();
  const row = isUuid(id) ? (await readApprovals(doorOf(transaction, target.schema), [id])).get(id) : undefined;
  if (row === undefined) throw fail('APPROVAL_NOT_FOUND', { approval: given });
  return row;
}

const isSeen = async (write: WriteSession, { object, recordId }: ApprovalRow): Promise<boolean> =>
  write.access.policy.administrator || (await sightAt(write, object, recordId)).readable;

/** Whoever does not see the record sees no approval of it. @throws APPROVAL_NOT_FOUND */
export async function seenApproval(write: WriteSession, given: string): Promise<ApprovalRow> {
  const row = await findApproval(write, given);
  if (!(await isSeen(write, row))) throw fail('APPROVAL_NOT_FOUND', { approval: given });
  return row;
}

/** Whoever was asked knows of it: that somebody else came first, and the record is out of sight with that, is told. @throws APPROVAL_NOT_FOUND */
async function knownApproval(write: WriteSession, given: string): Promise<ApprovalRow> {
  const row = await findApproval(write, given);
  const { userId } = write.context.actor;
  const wasAsked = async (): Promise<boolean> =>
    userId !== null &&
    (await approvalTasksOf(write.transaction, write.target, [row.id])).some((task) => [task.assignee, task.inNameOf].includes(userId));
  if (!(await isSeen(write, row)) && !(await wasAsked())) throw fail('APPROVAL_NOT_FOUND', { approval: given });
  return row;
}

/** Whoever is nobody (a key of no person) has nothing to decide. @throws PERMISSION_DENIED */
export function personOf({ context }: Pick<WriteSession, 'context'>): string {
  const { userId } = context.actor;
  if (userId === null) throw fail('PERMISSION_DENIED', { action: 'take part in approvals' });
  return userId;
}

/** @throws RECORDS_TOO_MANY, REQUEST_INVALID */
export function checkIds(name: string, ids: readonly string[] | undefined, most: number): readonly string[] | undefined {
  if (ids !== undefined && ids.length > most) throw fail('RECORDS_TOO_MANY', { limit: most, count: ids.length }, { pointer: `/${name}` });
  return ids?.map((id, i) => {
    if (isUuid(id)) return id.toLowerCase();
    throw fail('REQUEST_INVALID', { reason: `${JSON.stringify(id)} is no id.` }, { pointer: `/${name}/${String(i)}` });
  });
}

/** @throws VALUE_TOO_LONG */
function checkComment({ comment = '' }: { readonly comment?: string | undefined }): void {
  const { length } = comment;
  const limit = longestComment;
  if (length > limit) throw fail('VALUE_TOO_LONG', { field: 'comment', limit, length, unit: 'characters' }, { pointer: '/comment' });
}

export function submit(session: Session, input: SubmitInput): Promise<ApprovalDone> {
  checkComment(input);
  const { name } = objectOf(session.view, input.object);
  const object = session.runtime.model.objects[name];
  const { id, process, comment } = input;
  if (object === undefined || !isUuid(id)) throw fail('RECORD_NOT_FOUND', { object: name, id });
  const [chosen, files] = [checkIds('chosen', input.chosen, mostPeople), checkIds('files', input.files, mostFiles)];
  return runWrite(session, (write) => {
    personOf(write);
    return idempotent(write, 'approvals.submit', input, () =>
      submitRecord(write, { object, id: id.toLowerCase(), process, chosen, comment, files, byHand: true }),
    );
  });
}

function checkTaken(input: ActInput): ActInput {
  checkComment(input);
  const known: readonly string[] = ['approval', 'action', 'comment', 'files', ...taken[input.action]];
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined && !known.includes(name))
      throw fail('REQUEST_INVALID', { reason: `${input.action} takes no ${JSON.stringify(name)}.` }, { pointer: `/${name}` });
  }
  return { ...input, to: checkIds('to', input.to, mostPeople), chosen: checkIds('chosen', input.chosen, mostPeople) };
}

const isNote = (action: ApprovalActionName): action is 'comment' | 'ask' | 'answer' => ['comment', 'ask', 'answer'].includes(action);

async function noted(
  write: WriteSession,
  row: ApprovalRow,
  input: ActInput & { readonly action: 'comment' | 'ask' | 'answer' },
): Promise<void> {
  const { action: kind, to, comment = '', files } = input;
  if (comment.trim() === '') throw fail('REQUEST_INVALID', { reason: 'say something: `comment` is missing.' }, { pointer: '/comment' });
  if (kind === 'ask' && (to === undefined || to.length === 0))
    throw fail('REQUEST_INVALID', { reason: 'say whom to ask: `to` is missing.' }, { pointer: '/to' });
  await noteOn(write, { approval: row.id, by: personOf(write), kind, to, comment, files });
}

/** In a transaction that is under way. */
export async function actWithin(write: WriteSession, given: ActInput): Promise<ApprovalDone> {
  const input = { ...checkTaken(given), files: checkIds('files', given.files, mostFiles) };
  const row = await knownApproval(write, input.approval);
  const { action, comment, files, edits } = input;
  if (isNote(action)) {
    await noted(write, row, { ...input, action });
    return { approval: row.id, status: row.status };
  }
  const by = personOf(write);
  const meant = { approval: row.id, known: row, action: await actionOf(write, row, input, by) };
  const { approval } = await actOn(write, { ...meant, by, comment, files, edits });
  const audited = interventions[action];
  if (audited !== undefined) {
    const detail = { approval: row.id, process: row.process, turn: input.turn ?? null, step: input.step ?? null };
    const entry = auditEntry(write.context, audited, { object: row.object, recordId: row.recordId, detail });
    await appendAudit(doorOf(write.transaction, write.target.schema), [entry]);
  }
  return { approval: approval.id, status: approval.status };
}

export function act(session: Session, input: ActInput): Promise<ApprovalDone> {
  return runWrite(session, (write) => idempotent(write, `approvals.${input.action}`, input, () => actWithin(write, input)));
}

/** What stands against one of many; what nobody has foreseen is no answer. */
function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof TesseraError) || error.code === 'INTERNAL') throw error;
  const { code, message, params, pointer } = error;
  return error.problems.length > 0 ? error.problems : [{ code, message, params, ...(pointer === undefined ? {} : { pointer }) }];
}

const isOutdated = (error: unknown): boolean => error instanceof TesseraError && error.code === 'MODEL_CHANGED';

/** The key of the whole belongs to each of its acts by the approval that it is about. */
const keyed = (session: Session, { approval, turn = '' }: BatchInput['items'][number]): Session => {
  const { idempotencyKey } = session.context;
  if (idempotencyKey === undefined) return session;
  return { ...session, context: { ...session.context, idempotencyKey: `${idempotencyKey} ${approval.toLowerCase()} ${turn}` } };
};

/** One after the other, each in a transaction of its own: what is refused holds up no other. */
export async function batch(session: Session, { action, items, comment }: BatchInput): Promise<readonly BatchResult[]> {
  if (items.length > mostInBatch) throw fail('RECORDS_TOO_MANY', { limit: mostInBatch, count: items.length });
  let now = session;
  const results: BatchResult[] = [];
  for (const item of items) {
    const one = (): Promise<ApprovalDone> => act(keyed(now, item), { action, ...item, comment });
    try {
      const done = await one().catch(async (error: unknown) => {
        if (!isOutdated(error)) throw error;
        now = await now.renew();
        return one();
      });
      results.push({ ok: true, ...done });
    } catch (error) {
      results.push({ ok: false, approval: item.approval, problems: problemsOf(error) });
    }
  }
  return results;
}
