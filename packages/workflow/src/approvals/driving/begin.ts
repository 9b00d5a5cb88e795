// Begins approvals of records that a write has changed, or that somebody hands in: all of a set together.
import { problem, type Problem } from '@tessera/kernel';
import type { ApprovalProcessModel } from '@tessera/metadata';
import type { HeldChange, WriteSession } from '@tessera/records';
import { insertApprovals, keepDefinitions, type ApprovalRow, type ApprovalStatus } from '@tessera/storage';
import { asPlatform } from '../../automations/sessions.ts';
import { doorIn } from '../../jobs/handlers.ts';
import { beginning, type Advanced, type Refused } from '../machine/advance.ts';
import { definitionOf } from './definitions.ts';
import { LiveFacts } from './facts.ts';
import { finish, type Acted } from './finish.ts';
import type { ApprovalSubject } from './happened.ts';
import { changeOf } from './rows.ts';

/** The record is locked by the transaction, and carries its mark already: `lockedBy`, and with `create` and `submit` `lifeStatus`. */
export interface ApprovalStart extends ApprovalSubject {
  readonly process: ApprovalProcessModel;
  /** With `update`. */
  readonly held: HeldChange | undefined;
  /** With `submit`: the record's life status before. */
  readonly former?: 'normal' | 'draft' | undefined;
  /** Whom the submitter chose as approvers. */
  readonly chosen?: readonly string[] | undefined;
  readonly comment?: string | undefined;
  readonly files?: readonly string[] | undefined;
}

export interface Begun {
  readonly approval: string;
  /** It may be over at once, where nobody need be asked. */
  readonly status: ApprovalStatus;
}

function rowOf(session: WriteSession, start: ApprovalStart, { state }: Advanced): ApprovalRow {
  const { process, object, id: recordId, event, submitter, held, former, comment } = start;
  const row = { id: session.context.newId(), definition: process.hash, held: held === undefined ? null : JSON.stringify(held) };
  return {
    ...changeOf(row, state, session.at),
    process: process.name,
    object: object.name,
    recordId,
    event,
    submitter,
    // What was not in force before comes into force by its approval only.
    former: event === 'create' ? 'draft' : event === 'submit' ? (former ?? 'normal') : null,
    comment: comment ?? null,
    startedAt: session.at,
  };
}

const subjectOf = ({ object, id, values, old, event, submitter }: ApprovalStart): ApprovalSubject => ({
  object,
  id,
  values,
  old,
  event,
  submitter,
});

function actedOf(start: ApprovalStart, approval: ApprovalRow, { state, effects }: Advanced): Acted {
  const { process, submitter: by, chosen: to, comment, files } = start;
  const deed = { action: 'submitted', by, to, comment, files } as const;
  return { approval, process, subject: subjectOf(start), before: undefined, after: state, effects, deed };
}

function against({ process, object, id }: ApprovalStart, begun: Advanced | Refused | undefined): Problem {
  if (begun?.ok === false) return problem('APPROVAL_NOBODY', { process: process.name });
  return problem('APPROVAL_PENDING', { object: object.name, id });
}

/** For each start, in their order: what was begun, or why it does not begin (APPROVAL_NOBODY, APPROVAL_PENDING): of that record nothing is written. */
export async function beginApprovals(given: WriteSession, starts: readonly ApprovalStart[]): Promise<readonly (Begun | Problem)[]> {
  if (starts.length === 0) return [];
  const session = asPlatform(given);
  const door = doorIn(session);
  const works = starts.map((start) => {
    const { process, submitter, chosen = [] } = start;
    const asker = { process, subject: start, chosen: { submitter: chosen } };
    return { asker, work: beginning(process, { submitter, chosen }) };
  });
  const begun = await new LiveFacts(session).drive(works);
  const processes = [...new Set(starts.map(({ process }) => process))];
  await keepDefinitions(
    door,
    processes.map((process) => definitionOf(session.model, process)),
    session.at,
  );
  const acted = starts.map((start, i) => {
    const found = begun[i];
    return found?.ok === true ? actedOf(start, rowOf(session, start, found), found) : undefined;
  });
  const rows = acted.flatMap((one) => one?.approval ?? []);
  const inserted = await insertApprovals(door, rows, session.at);
  const done = await finish(
    session,
    acted.flatMap((one) => (one !== undefined && inserted.has(one.approval.id) ? [one] : [])),
  );
  const byId = new Map(done.map((row) => [row.id, row]));
  return starts.map((start, i): Begun | Problem => {
    const row = byId.get(acted[i]?.approval.id ?? '');
    return row === undefined ? against(start, begun[i]) : { approval: row.id, status: row.status };
  });
}
