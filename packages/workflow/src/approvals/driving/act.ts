// What is done to running approvals: decisions, what comes about by itself, an administrator's help. One at a time, under its locks.
import { fail, TesseraError } from '@tessera/kernel';
import type { ApprovalProcessModel, ObjectModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { saveApprovalsStatement, type ApprovalRow } from '@tessera/storage';
import { asPlatform } from '../../automations/sessions.ts';
import { advancing, type Advanced } from '../machine/advance.ts';
import type { Action, ApprovalState } from '../machine/index.ts';
import { processOf } from './definitions.ts';
import { edited } from './edits.ts';
import { LiveFacts } from './facts.ts';
import { finish } from './finish.ts';
import type { Deed } from './happened.ts';
import { holdApproval, type HeldApproval, type KnownApproval } from './hold.ts';
import { checkPeople } from './people.ts';
import { checkReminder } from './reminders.ts';
import { deedOf, refusal } from './refusals.ts';
import { changeOf, closed, stateOf, subjectOf } from './rows.ts';

type WithoutActor<A> = A extends unknown ? Omit<A, 'by'> : never;

/** An action of the machine; who acts is said beside it. `retry` of an approval that has failed names no step: its `path` is empty. */
export type ActorAction = WithoutActor<Action>;

export interface Act {
  readonly approval: string;
  /** The approval, where it has been read already. */
  readonly known?: KnownApproval | undefined;
  readonly action: ActorAction;
  /** Who acts; null: it comes about by itself (`timeout`, `left`, `standIns`, `automationEnded`; `cancel` where the record has gone). */
  readonly by: string | null;
  readonly comment?: string | undefined;
  readonly files?: readonly string[] | undefined;
  /** Values of fields that the step lets its approvers edit; with `resubmit` of any that the submitter may change. As a caller gives them. */
  readonly edits?: Readonly<Record<string, unknown>> | undefined;
}

export interface ActOutcome {
  /** As it is by now. */
  readonly approval: ApprovalRow;
  readonly state: ApprovalState;
}

/** An act with all that it needs. */
interface Acting {
  /** With the platform's rights, in the name of whoever acts. */
  readonly session: WriteSession;
  readonly held: HeldApproval;
  readonly facts: LiveFacts;
  readonly act: Act;
}

/** People whom an action names, as it is written: by the name of what names them. */
function namedBy(action: ActorAction): readonly (readonly [string, readonly string[]])[] {
  const given = action as { readonly to?: unknown; readonly chosen?: readonly string[] };
  const to = typeof given.to === 'string' ? [given.to] : Array.isArray(given.to) ? (given.to as readonly string[]) : [];
  return [
    ['to', to],
    ['chosen', given.chosen ?? []],
  ];
}

/** The action with its people checked, and with who acts. @throws APPROVAL_UNFIT */
async function wholeAction({ session, held: { object }, act: { action, by } }: Acting): Promise<Action> {
  let whole: Record<string, unknown> = { ...action };
  for (const [name, people] of namedBy(action)) {
    if (people.length === 0) continue;
    const ids = await checkPeople(session, object, people, `/${name}`);
    whole = { ...whole, [name]: Array.isArray(whole[name]) ? ids : ids[0] };
  }
  // What comes about by itself is nobody's, and the machine asks for nobody.
  return (by === null ? whole : { ...whole, by }) as unknown as Action;
}

function deedIn({ act: { action, by, comment, files, edits } }: Acting): Deed {
  const { turn, path } = action as { readonly turn?: string; readonly path?: string };
  const named = namedBy(action).flatMap(([, people]) => people);
  const to = 'person' in action ? [action.person] : named;
  const fields = Object.keys(edits ?? {});
  return {
    action: deedOf[action.type],
    by,
    turn,
    step: path === '' ? undefined : path,
    to: to.length === 0 ? undefined : to,
    comment,
    files,
    fields: fields.length === 0 ? undefined : fields,
  };
}

/** Writes the state down, and does what follows. */
async function settle(
  acting: Acting,
  row: ApprovalRow,
  process: ApprovalProcessModel,
  { state: after, effects }: Advanced,
): Promise<ActOutcome> {
  const { session, held } = acting;
  const { object, stored } = held;
  const change = changeOf(row, after, session.at);
  session.transaction.ahead(saveApprovalsStatement(session.target.schema, [change]));
  const subject = subjectOf(object, row, stored ?? { id: row.recordId });
  const acted = { approval: { ...row, ...change }, process, subject, before: stateOf(held.row), after, effects, deed: deedIn(acting) };
  const [approval = acted.approval] = await finish(session, [{ ...acted, gone: stored === undefined }]);
  return { approval, state: after };
}

/** A process of which nothing is known but its name. */
const unknownProcess = ({ process: name, definition: hash }: ApprovalRow, { name: object }: ObjectModel): ApprovalProcessModel => ({
  name,
  label: { en: name },
  object,
  on: [],
  priority: 0,
  entry: undefined,
  imports: 'skip',
  button: undefined,
  locks: undefined,
  steps: [],
  recall: 'never',
  takeBack: false,
  standIns: false,
  onSubmit: undefined,
  onApproved: undefined,
  onRejected: undefined,
  onRecalled: undefined,
  migrate: undefined,
  hash,
});

/** Ends it from outside of the machine: where the record has gone, the change could not be written, or the process no longer fits. */
function cancel(acting: Acting, process: ApprovalProcessModel): Promise<ActOutcome> {
  const { row } = acting.held;
  const [state, effects] = closed(stateOf(row), 'cancelled');
  return settle(acting, row, process, { ok: true, state, effects });
}

async function checkAdministrator({ facts, held: { row }, act: { by, action } }: Acting): Promise<void> {
  if (by === null || !(await facts.administrators()).includes(by)) throw refusal('notAdministrator', row, action.type);
}

/** Of one whose change could not be written. @throws APPROVAL_FAILED, APPROVAL_NOT_ADMINISTRATOR */
async function onFailed(acting: Acting, process: ApprovalProcessModel): Promise<ActOutcome> {
  const { held, act } = acting;
  if (act.action.type !== 'retry' && act.action.type !== 'cancel') throw fail('APPROVAL_FAILED');
  await checkAdministrator(acting);
  if (act.action.type === 'cancel') return cancel(acting, process);
  const state = stateOf(held.row);
  return settle(acting, held.row, process, { ok: true, state, effects: [{ kind: 'ended', outcome: 'approved' }] });
}

/**
 * Locks the record and the approval, does it, and all that follows.
 * @throws APPROVAL_NOT_FOUND, APPROVAL_OUTDATED, RECORD_NOT_FOUND, a code for each reason why the machine refuses (`refusals.ts`), and what
 * stands against what is edited; nothing but edits is written then
 */
export async function actOn(given: WriteSession, act: Act): Promise<ActOutcome> {
  const session = asPlatform(given, act.by);
  const held = await holdApproval(session, act.approval, act.known);
  const { row, object, stored } = held;
  const acting: Acting = { session, held, facts: new LiveFacts(session), act };
  const process = await processOf(session, row);
  const isOutdated = process instanceof TesseraError;
  if (act.action.type === 'cancel' && (act.by === null || isOutdated || stored === undefined)) {
    if (act.by !== null) await checkAdministrator(acting);
    return cancel(acting, isOutdated ? unknownProcess(row, object) : process);
  }
  if (process instanceof TesseraError) throw process;
  if (stored === undefined) throw fail('RECORD_NOT_FOUND', { object: object.name, id: row.recordId });
  if (row.status === 'failed') return onFailed(acting, process);
  const action = await wholeAction(acting);
  const by = act.by;
  const now = await edited(session, { row, object, stored }, process, { by, action: action.type, edits: act.edits });
  const before = stateOf(row);
  const asker = { process, subject: subjectOf(object, now.row, now.stored), chosen: before.chosen };
  const [result] = await acting.facts.drive([{ asker, work: advancing(process, before, action) }]);
  if (result === undefined) throw new TypeError('The machine has come to nothing.');
  if (!result.ok) throw refusal(result.reason, row, action.type);
  if (action.type === 'remind' && by !== null) await checkReminder(session, row);
  return settle({ ...acting, held: { ...held, stored: now.stored } }, now.row, process, result);
}
