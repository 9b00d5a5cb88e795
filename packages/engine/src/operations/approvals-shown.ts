// Approvals as whoever sees their records sees them: who is asked, what would be changed, what one may do, what was decided; and what if.
import { fail, isUuid, TesseraError, type Problem } from '@tessera/kernel';
import type { ApprovalProcessModel, FieldModel, ObjectModel } from '@tessera/metadata';
import { inLanguage, type HeldChange, type WriteSession } from '@tessera/records';
import { approvalTasksOf, doorOf, readRecord, type ApprovalRow, type ApprovalTaskRow } from '@tessera/storage';
import {
  approvalProcessOf,
  approvalTasks,
  editableBy,
  offeredProcesses,
  pendingOf,
  possibleActions,
  stepAt,
  turnsOf,
  whatIf,
} from '@tessera/workflow';
import type {
  ApprovalActionName,
  ApprovalOffer,
  ApprovedRecord,
  PlanInput,
  RecordApproval,
  ShownApproval,
  ShownDecision,
  ShownPlan,
  ShownTask,
} from '../types/approval.ts';
import { approvalActions } from '../types/approval.ts';
import type { Session } from '../engine-parts.ts';
import { objectOf } from '../read/resolve.ts';
import { stateOf } from './approval-actions.ts';
import { checkIds, mostPeople, seenApproval } from './approvals.ts';
import { readRecords } from './read.ts';
import { sightAt } from './sharing.ts';
import { runWrite } from './write.ts';

/** More than any approval has. */
const mostDecisions = 1_000;

const parsed = (text: string | null): unknown => (text === null ? undefined : JSON.parse(text));

/** What a process calls a step, in the reader's language. */
const stepLabel = ({ context }: WriteSession, process: ApprovalProcessModel, path: string): string => {
  const label = stepAt(process, path)?.label;
  return label === undefined ? (path.split('/').at(-1) ?? path) : inLanguage(label, context.languages);
};

function shownTasks(
  write: WriteSession,
  row: ApprovalRow,
  process: ApprovalProcessModel,
  given: readonly ApprovalTaskRow[],
): readonly ShownTask[] {
  const open = approvalTasks(process, stateOf(row));
  const times = new Map(given.flatMap(({ turn, askedAt, dueAt }) => (turn === null ? [] : [[turn, { askedAt, dueAt }] as const])));
  return open.map(({ turn, path, person, assignee, via }) => ({
    turn,
    step: path,
    label: stepLabel(write, process, path),
    assignee,
    inNameOf: person === assignee ? null : person,
    via,
    askedAt: times.get(turn)?.askedAt ?? null,
    dueAt: times.get(turn)?.dueAt ?? null,
  }));
}

/** As records show it: what is a number there is one here. */
const asShown = ({ wire }: FieldModel, value: unknown): unknown =>
  typeof value === 'string' && (wire === 'number' || wire === 'integer') ? Number(value) : value;

/** Only of fields that the reader may read. */
function shownChanges(object: ObjectModel | undefined, { held }: ApprovalRow): ShownApproval['changes'] {
  const change = parsed(held) as HeldChange | undefined;
  if (change === undefined) return null;
  return Object.entries(change.changes).flatMap(([field, { old, new: proposed }]) => {
    const seen = object !== undefined && Object.hasOwn(object.fields, field) ? object.fields[field] : undefined;
    if (seen === undefined || seen.masked === true || seen.wire === 'secret') return [];
    return [{ field, old: asShown(seen, old), new: asShown(seen, proposed) }];
  });
}

async function mayOf(
  write: WriteSession,
  row: ApprovalRow,
  process: ApprovalProcessModel | undefined,
  isAsked: boolean,
): Promise<ShownApproval['may']> {
  const person = write.context.actor.userId;
  if (row.endedAt !== null || person === null) return { actions: [], editable: [] };
  const administers = write.access.policy.administrator;
  const possible: Set<ApprovalActionName> = new Set(process === undefined ? [] : ['comment']);
  if (process !== undefined) {
    for (const action of possibleActions(process, stateOf(row), { person, administers })) possible.add(action);
    if (administers || person === row.submitter || turnsOf(process, stateOf(row), person).length > 0) possible.add('ask');
  }
  // What could not be written is done again or given up, whatever the machine says.
  if (row.status === 'failed' && administers) possible.add('retry');
  if (administers) possible.add('cancel');
  if (isAsked && process !== undefined) possible.add('answer');
  const editable = process === undefined ? [] : await editableBy(write, row, person);
  return { actions: approvalActions.filter((action) => possible.has(action)), editable };
}

interface DecisionRow extends Omit<ShownDecision, 'fields' | 'files'> {
  readonly changed?: readonly string[] | null;
  readonly files?: readonly string[] | null;
}

const decisionFields = ['id', 'person', 'inNameOf', 'action', 'because', 'step', 'to', 'at', 'comment', 'changed', 'files'];

/** As any other records: of fields that the reader may not read there is nothing. */
async function shownDecisions(session: Session, row: ApprovalRow): Promise<readonly ShownDecision[]> {
  const { objects } = session.view;
  const { object: name } = objects[row.object]?.relations['approvalDecisions'] ?? {};
  const history = name === undefined ? undefined : objects[name];
  if (name === undefined || history?.keptOf !== row.object) return [];
  const first = Math.min(mostDecisions, session.parts.limits.page);
  const fields = decisionFields.filter((field) => Object.hasOwn(history.fields, field));
  const text = await readRecords(session, {
    roots: [
      {
        kind: 'list',
        as: 'found',
        object: name,
        list: { filter: { '==': [{ var: 'approval' }, row.id] }, orderBy: [{ path: 'at' }, { path: 'id' }], page: { first } },
        parts: [{ kind: 'nodes', as: 'nodes', selections: fields.map((field) => ({ kind: 'field', as: field, field })) }],
      },
    ],
  });
  const { found } = JSON.parse(text) as { readonly found: { readonly nodes: readonly DecisionRow[] } };
  const nothing = { person: null, inNameOf: null, because: null, step: null, to: null, comment: null };
  return found.nodes.map(({ changed, files, ...row }) => ({ ...nothing, ...row, fields: changed ?? [], files: files ?? [] }));
}

type Undecided = Omit<ShownApproval, 'decisions'>;

async function shownRow(session: Session, write: WriteSession, row: ApprovalRow): Promise<Undecided> {
  const found = await approvalProcessOf(write, row);
  const process = found instanceof TesseraError ? undefined : found;
  const { userId } = session.context.actor;
  const reads = session.policy.administrator || userId === row.submitter;
  const given = row.endedAt === null ? await approvalTasksOf(write.transaction, write.target, [row.id]) : [];
  const isAsked = given.some(({ kind, state, assignee }) => kind === 'reply' && state === 'open' && assignee === userId);
  return {
    id: row.id,
    process: row.process,
    label: process === undefined ? row.process : inLanguage(process.label, session.context.languages),
    object: row.object,
    recordId: row.recordId,
    event: row.event,
    status: row.status,
    submitter: row.submitter,
    submittedAt: row.startedAt,
    endedAt: row.endedAt,
    comment: row.comment,
    tasks: process === undefined ? [] : shownTasks(write, row, process, given),
    changes: shownChanges(session.view.objects[row.object], row),
    problems: (reads ? (parsed(row.problems) as readonly Problem[] | undefined) : undefined) ?? [],
    may: await mayOf(write, row, process, isAsked),
  };
}

/** Also one that is over. @throws APPROVAL_NOT_FOUND */
export async function getApproval(session: Session, { approval }: { readonly approval: string }): Promise<ShownApproval> {
  const { row, shown } = await runWrite(session, async (write) => {
    const found = await seenApproval(write, approval);
    return { row: found, shown: await shownRow(session, write, found) };
  });
  return { ...shown, decisions: await shownDecisions(session, row) };
}

interface Seen {
  readonly object: ObjectModel;
  readonly editable: boolean;
}

/** The record's object, once it is known that the caller sees the record. @throws RECORD_NOT_FOUND */
async function seenRecord(session: Session, write: WriteSession, { object: given, id }: ApprovedRecord): Promise<Seen> {
  const { name } = objectOf(session.view, given);
  const object = session.runtime.model.objects[name];
  const { readable, editable } = await sightAt(write, name, id.toLowerCase());
  if (object === undefined || !readable) throw fail('RECORD_NOT_FOUND', { object: given, id });
  return { object, editable };
}

/** Of a record of which nothing is pending. Whoever may not change it hands nothing in. */
async function offersOf(write: WriteSession, { object, editable }: Seen, id: string): Promise<readonly ApprovalOffer[]> {
  const submitter = write.context.actor.userId;
  const values = editable && submitter !== null ? await readRecord(write.transaction, write.target, object, id) : undefined;
  if (values === undefined || submitter === null) return [];
  const offered = await offeredProcesses(write, { object, id, values, old: undefined, submitter });
  const { languages } = write.context;
  return offered.map(({ name, label, button }) => ({ process: name, label: inLanguage(button?.label ?? label, languages) }));
}

/** @throws RECORD_NOT_FOUND */
export async function pendingApproval(session: Session, input: ApprovedRecord): Promise<RecordApproval> {
  objectOf(session.view, input.object);
  const { pending, submits } = await runWrite(session, async (write) => {
    const seen = await seenRecord(session, write, input);
    const id = input.id.toLowerCase();
    const row = (await pendingOf(doorOf(write.transaction, write.target.schema), seen.object.name, [id])).get(id);
    if (row === undefined) return { pending: undefined, submits: await offersOf(write, seen, id) };
    return { pending: { row, shown: await shownRow(session, write, row) }, submits: [] };
  });
  const approval = pending === undefined ? null : { ...pending.shown, decisions: await shownDecisions(session, pending.row) };
  return { approval, submits };
}

/** Asked in a transaction that writes nothing. @throws RECORD_NOT_FOUND, PERMISSION_DENIED, APPROVAL_NONE */
export async function planOf(session: Session, input: PlanInput): Promise<ShownPlan> {
  objectOf(session.view, input.object);
  const { userId } = session.context.actor;
  const submitter = (input.submitter ?? userId ?? '').toLowerCase();
  if (submitter !== userId && !session.policy.administrator)
    throw fail('PERMISSION_DENIED', { action: 'ask what would be asked of others' });
  if (!isUuid(submitter)) throw fail('RECORD_NOT_FOUND', { object: 'user', id: submitter });
  const { values, process } = input;
  const chosen = checkIds('chosen', input.chosen, mostPeople);
  return runWrite(session, async (write) => {
    const { object } = await seenRecord(session, write, input);
    const event = input.event ?? (values === undefined ? 'submit' : 'update');
    const answer = await whatIf(write, { object, id: input.id.toLowerCase(), values, process, submitter, event, chosen });
    const model = session.runtime.model.approvalProcesses[answer.process];
    const labelled = (path: string): string => (model === undefined ? path : stepLabel(write, model, path));
    const lines = answer.lines.map((line): ShownPlan['lines'][number] => {
      const none = { assignee: null, inNameOf: null, via: null, why: null };
      if (line.kind === 'passed') return { ...none, kind: line.kind, step: line.path, label: labelled(line.path), why: line.why };
      if (line.kind !== 'asked') return { ...none, kind: line.kind, step: line.path, label: labelled(line.path) };
      const { path, assignee, person, via } = line.task;
      return { kind: 'asked', step: path, label: labelled(path), assignee, inNameOf: person === assignee ? null : person, via, why: null };
    });
    return { process: answer.process, outcome: answer.outcome, lines };
  });
}
