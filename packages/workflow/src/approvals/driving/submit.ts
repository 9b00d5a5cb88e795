// Hands a record in for approval: by its button, by the API, or by a step of an automation.
import { fail, isUuid } from '@tessera/kernel';
import type { ApprovalEvent, ApprovalProcessModel, ObjectModel } from '@tessera/metadata';
import { markRecords, recordKey, sightOf, updateRecords, type WriteSession } from '@tessera/records';
import type { RecordValues } from '@tessera/storage';
import { asPlatform } from '../../automations/sessions.ts';
import { doorIn } from '../../jobs/handlers.ts';
import { firstEntered, processesFor } from '../entering/choose.ts';
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
}

const knownAmong = (open: readonly ApprovalProcessModel[]): string =>
  open.length === 0 ? '' : `There are: ${open.map(({ name }) => name).join(', ')}.`;

interface Entering {
  readonly event: ApprovalEvent;
  readonly lifeStatus: unknown;
  /** Undefined: the first whose entry holds. */
  readonly process: string | undefined;
}

/**
 * The process that a record enters. What is not in force yet enters what it would have to as a new record, if there is such a process: it does
 * not come into force by an easier one.
 * @throws COMPONENT_UNKNOWN, APPROVAL_NONE
 */
export async function entered(
  session: WriteSession,
  { event, lifeStatus, process: named }: Entering,
  { object, id, old, values }: Pick<ApprovalSubject, 'object' | 'id' | 'old' | 'values'>,
): Promise<ApprovalProcessModel> {
  const first = async (open: readonly ApprovalProcessModel[]): Promise<ApprovalProcessModel | undefined> =>
    (await firstEntered(session, object, open, [{ id, old, values }])).get(id);
  const { model } = session;
  const due = event === 'submit' && lifeStatus === 'draft' ? await first(processesFor(model, object, 'create')) : undefined;
  const open = due === undefined ? processesFor(model, object, event) : [due];
  const asked = open.filter(({ name }) => named === undefined || name === named);
  if (named !== undefined && asked.length === 0)
    throw fail('COMPONENT_UNKNOWN', { kind: 'approval process', name: named, known: knownAmong(open) }, { pointer: '/process' });
  // What is void counts for nothing, and comes to count by no approval.
  const process = event === 'submit' && lifeStatus === 'void' ? undefined : (due ?? (await first(asked)));
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
  const chosen = await checkPeople(platform, submission.chosen ?? [], '/chosen');
  const lifeStatus = record['lifeStatus'] === 'draft' ? 'draft' : 'normal';
  const entering = { event: 'submit', lifeStatus: record['lifeStatus'], process: named } as const;
  const process = await entered(given, entering, { object, id, old: undefined, values: record });
  await markRecords(platform, object, [{ id, lockedBy: submitter, lifeStatus: 'inApproval' }]);
  const values = (await lockRecord(platform, object, id)) ?? record;
  const start = { process, event: 'submit', object, id, values, old: undefined, held: undefined, submitter, former: lifeStatus } as const;
  const [begun] = await beginApprovals(platform, [{ ...start, chosen, comment, files }]);
  if (begun === undefined) throw new TypeError('Nothing has begun.');
  if ('code' in begun) throw fail(begun.code, begun.params);
  return begun;
}
