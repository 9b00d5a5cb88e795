// What would happen if a record were written or submitted so: who would be asked, in which order. Nothing is begun by it.
import { fail, isUuid } from '@tessera/kernel';
import type { ApprovalEvent, ObjectModel } from '@tessera/metadata';
import { createRecords, sightOf, updateRecords, type RecordOutcome, type WriteSession } from '@tessera/records';
import type { RecordValues } from '@tessera/storage';
import { asPerson, asPlatform } from '../../automations/sessions.ts';
import type { ApprovalPlan } from '../machine/index.ts';
import { planning } from '../machine/plan.ts';
import { LiveFacts } from './facts.ts';
import type { ApprovalSubject } from './happened.ts';
import { forApproval, triedOut } from './held-change.ts';
import { lockRecord } from './hold.ts';
import { checkPeople } from './people.ts';
import { goneAs, isGoing } from './rows.ts';
import { entered } from './submit.ts';

export interface PlanQuestion {
  readonly object: ObjectModel;
  /** Undefined: a record that is not there yet. */
  readonly id?: string | undefined;
  /** What would be set of it, as a caller would give it. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** Undefined: the first whose entry would hold. */
  readonly process?: string | undefined;
  readonly submitter: string;
  readonly event: ApprovalEvent;
  /** Whom the submitter would choose as approvers. */
  readonly chosen?: readonly string[] | undefined;
}

export interface PlanAnswer extends ApprovalPlan {
  readonly process: string;
}

function idOf(outcomes: readonly RecordOutcome[]): string {
  const [first] = outcomes;
  if (first?.ok !== true) throw new TypeError('What is all or none is written.');
  return first.id;
}

/** The record as it would be, written for the while with the session's rights. */
async function proposed(session: WriteSession, { object, id: given, values, event, submitter }: PlanQuestion): Promise<ApprovalSubject> {
  const gone = (): Error => fail('RECORD_NOT_FOUND', { object: object.name, id: given });
  const find = async (id: string): Promise<RecordValues> => {
    const record = await lockRecord(session, object, id);
    if (record === undefined) throw gone();
    return record;
  };
  const subject = { object, event, submitter };
  if (given === undefined) {
    const id = idOf(await createRecords(session, object.name, [{ pointer: '/values', input: values ?? {} }], { allOrNone: true }));
    return { ...subject, id, values: await find(id), old: undefined };
  }
  const id = given.toLowerCase();
  const isSeen = session.access.policy.administrator || (isUuid(id) && (await sightOf(session, object.name, [id]))(id).readable);
  if (!isSeen || !isUuid(id)) throw gone();
  const old = await find(id);
  if (values !== undefined && Object.keys(values).length > 0) {
    const named = [{ pointer: '/values', id, input: values }];
    await updateRecords(forApproval(session, object, id), object.name, named, { allOrNone: true });
  }
  return { ...subject, id, values: goneAs(event, await find(id)), old: event === 'update' || isGoing({ event }) ? old : undefined };
}

/** The session of whoever would submit it. @throws APPROVAL_UNFIT */
async function inNameOf(session: WriteSession, submitter: string): Promise<WriteSession> {
  if (submitter === session.slots.user) return session;
  const access = isUuid(submitter) ? await session.accessOf(session, submitter) : undefined;
  if (access === undefined) throw fail('APPROVAL_UNFIT', {}, { pointer: '/submitter' });
  return asPerson(session, access, submitter);
}

/** @throws RECORD_NOT_FOUND, APPROVAL_UNFIT, APPROVAL_NONE, COMPONENT_UNKNOWN, and what is wrong with the values */
export function whatIf(given: WriteSession, question: PlanQuestion): Promise<PlanAnswer> {
  const { process: named, event, submitter } = question;
  return triedOut(given, async (session) => {
    const subject = await proposed(session, question);
    const process = await entered(await inNameOf(session, submitter), { process: named, byHand: event === 'submit' }, subject);
    const platform = asPlatform(session, submitter);
    const chosen = await checkPeople(platform, question.object, question.chosen ?? [], '/chosen');
    const asker = { process, subject, chosen: { submitter: chosen } };
    const [plan] = await new LiveFacts(platform).drive([{ asker, work: planning(process, { submitter, chosen }) }]);
    if (plan === undefined) throw new TypeError('The machine has come to nothing.');
    return { ...plan, process: process.name };
  });
}
