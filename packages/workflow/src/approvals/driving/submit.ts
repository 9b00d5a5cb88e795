// Hands a record in for approval: by its button, by the API, or by a step of an automation.
import { fail, isUuid } from '@tessera/kernel';
import type { ApprovalProcessModel, Model, ObjectModel } from '@tessera/metadata';
import { markRecords, recordKey, sightOf, updateRecords, type WriteSession } from '@tessera/records';
import type { RecordValues } from '@tessera/storage';
import { asPlatform } from '../../automations/sessions.ts';
import { doorIn } from '../../jobs/handlers.ts';
import { firstEntered, processesFor } from '../entering/choose.ts';
import { dueProcess, shownProcesses } from '../entering/offered.ts';
import { beginApprovals, type Begun } from './begin.ts';
import type { ApprovalSubject } from './happened.ts';
import { lockRecord } from './hold.ts';
import { checkPeople } from './people.ts';
import { pendingOf } from './pending.ts';

export interface Submission {
  readonly object: ObjectModel;
  readonly id: string;
  /** Undefined: the first whose entry holds. */
  readonly process?: string | undefined;
  readonly chosen?: readonly string[] | undefined;
  readonly comment?: string | undefined;
  readonly files?: readonly string[] | undefined;
  /** A person does it, who is offered only what shows itself. */
  readonly byHand?: boolean | undefined;
}

const knownAmong = (open: readonly ApprovalProcessModel[]): string =>
  open.length === 0 ? '' : `There are: ${open.map(({ name }) => name).join(', ')}.`;

interface Entering {
  /** Undefined: the first whose entry holds. */
  readonly process: string | undefined;
  readonly byHand: boolean;
}

/** What to name instead. */
function knownFor(
  { approvalProcesses }: Model,
  { object, event }: Pick<ApprovalSubject, 'object' | 'event'>,
  named: string,
): string | undefined {
  const process = Object.hasOwn(approvalProcesses, named) ? approvalProcesses[named] : undefined;
  if (process?.object !== object.name || process.on.includes(event)) return undefined;
  return `The one of this name has the events ${process.on.join(', ')}, and not ${event}.`;
}

/**
 * The process that a record enters; a draft the one that is due.
 * @throws COMPONENT_UNKNOWN, APPROVAL_NONE
 */
export async function entered(
  session: WriteSession,
  { process: named, byHand }: Entering,
  subject: ApprovalSubject,
): Promise<ApprovalProcessModel> {
  const { object, id, old, values, event } = subject;
  const { model } = session;
  const due = event === 'submit' ? await dueProcess(session, subject) : undefined;
  const open = due === undefined ? processesFor(model, object, event) : [due];
  const wanted = open.filter(({ name }) => named === undefined || name === named);
  if (named !== undefined && wanted.length === 0) {
    const known = knownFor(model, subject, named) ?? knownAmong(open);
    throw fail('COMPONENT_UNKNOWN', { kind: 'approval process', name: named, known }, { pointer: '/process' });
  }
  const asked = byHand ? await shownProcesses(session, wanted, subject) : wanted;
  // What is void counts for nothing, and comes to count by no approval.
  const isVoid = event === 'submit' && values['lifeStatus'] === 'void';
  const first = due === undefined ? (await firstEntered(session, object, asked, [{ id, old, values }])).get(id) : asked[0];
  const process = isVoid ? undefined : first;
  if (process === undefined) throw fail('APPROVAL_NONE', { object: object.name, id, known: knownAmong(asked) });
  return process;
}

/** Locks a record that the session's person may change. @throws RECORD_NOT_FOUND, APPROVAL_PENDING, and why it may not be changed */
async function held(session: WriteSession, object: ObjectModel, given: string): Promise<RecordValues> {
  const id = given.toLowerCase();
  const record = isUuid(id) ? await lockRecord(session, object, id) : undefined;
  const isSeen = session.access.policy.administrator || (await sightOf(session, object.name, [id]))(id).readable;
  if (record === undefined || !isSeen) throw fail('RECORD_NOT_FOUND', { object: object.name, id: given });
  if ((await pendingOf(doorIn(session), object.name, [id])).has(id)) throw fail('APPROVAL_PENDING', { object: object.name, id });
  // A change of nothing is refused to whom any other would be.
  const approving = new Set([...(session.approving ?? []), recordKey(object.name, id)]);
  await updateRecords({ ...session, approving, hopeful: false }, object.name, [{ pointer: '', id, input: {} }], { allOrNone: true });
  return record;
}

/**
 * The session's person submits, and must be able to change the record.
 * @throws PERMISSION_DENIED, RECORD_NOT_FOUND, RECORD_READ_ONLY, APPROVAL_PENDING, APPROVAL_NONE, APPROVAL_NOBODY, COMPONENT_UNKNOWN, APPROVAL_UNFIT
 */
export async function submitRecord(given: WriteSession, submission: Submission): Promise<Begun> {
  const { object, process: named, comment, files } = submission;
  const submitter = given.slots.user;
  if (submitter === null) throw fail('PERMISSION_DENIED', { action: 'submit a record where nobody acts' });
  const record = await held(given, object, submission.id);
  const id = submission.id.toLowerCase();
  const platform = asPlatform(given, submitter);
  const chosen = await checkPeople(platform, object, submission.chosen ?? [], '/chosen');
  const lifeStatus = record['lifeStatus'] === 'draft' ? 'draft' : 'normal';
  const subject = { object, id, old: undefined, values: record, event: 'submit', submitter } as const;
  const process = await entered(given, { process: named, byHand: submission.byHand ?? false }, subject);
  await markRecords(platform, object, [{ id, lockedBy: submitter, lifeStatus: 'inApproval' }]);
  const values = (await lockRecord(platform, object, id)) ?? record;
  const start = { process, event: 'submit', object, id, values, old: undefined, held: undefined, submitter, former: lifeStatus } as const;
  const [begun] = await beginApprovals(platform, [{ ...start, chosen, comment, files }]);
  if (begun === undefined) throw new TypeError('Nothing has begun.');
  if ('code' in begun) throw fail(begun.code, begun.params);
  return begun;
}
