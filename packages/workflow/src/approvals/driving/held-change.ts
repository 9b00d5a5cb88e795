// The change that waits for an approval: written as its submitter's when everybody has approved, or tried out and taken back.
import { fail } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { commitChecks, heldInput, recordKey, updateRecords, type HeldChange, type WriteSession } from '@tessera/records';
import type { Value } from '@tessera/rules';
import { withoutTrace, type RecordValues } from '@tessera/storage';
import { asPerson } from '../../automations/sessions.ts';
import { lockRecord } from './hold.ts';

/**
 * The session in the submitter's name, with the rights of that person as of then, for what the approval of a record writes: neither its lock
 * nor a process stands against that, and a warning about duplicates, which nobody could answer, neither.
 * @throws APPROVAL_SUBMITTER_INACTIVE
 */
export async function asSubmitter(session: WriteSession, object: ObjectModel, id: string, submitter: string): Promise<WriteSession> {
  const access = await session.accessOf(session, submitter);
  if (access === undefined) throw fail('APPROVAL_SUBMITTER_INACTIVE');
  return { ...asPerson(forApproval(session, object, id), access, submitter), allowDuplicates: true };
}

/** The session for what the approval of a record writes, with the rights that it has. What is touched is checked by whoever writes. */
export function forApproval(session: WriteSession, object: ObjectModel, id: string): WriteSession {
  const approving = new Set([...(session.approving ?? []), recordKey(object.name, id)]);
  return { ...session, approving, hopeful: false, answering: undefined, touched: new Map() };
}

/** Writes it, and makes its commit checks. @param writing of `asSubmitter` */
export async function writeHeld(writing: WriteSession, object: ObjectModel, id: string, { input }: HeldChange): Promise<void> {
  await updateRecords(writing, object.name, [{ pointer: '', id, input: heldInput(object, input) }], { allOrNone: true });
  await commitChecks(writing);
}

/** Does work of which nothing stays: nothing happens by itself, and the session knows nothing of it. */
export const triedOut = <T>(session: WriteSession, work: (apart: WriteSession) => Promise<T>): Promise<T> =>
  withoutTrace(session.transaction, () =>
    work({
      ...session,
      hopeful: false,
      answering: undefined,
      moments: undefined,
      touched: new Map(),
      versions: new Map(),
      ownerNotes: new Map(),
      entering: new Set(),
      cause: { ...session.cause, spent: { ...session.cause.spent } },
    }),
  );

const shown = (object: ObjectModel, name: string, value: Value | undefined): Value =>
  object.fields[name]?.type === 'secret' ? null : (value ?? null);

/**
 * The held change with other values. It is written as the submitter's and taken back, so that what would stand against it is told at once.
 * Throws that.
 */
export async function withEdits(
  writing: WriteSession,
  { object, id, stored }: { readonly object: ObjectModel; readonly id: string; readonly stored: RecordValues },
  held: HeldChange,
  edits: Readonly<Record<string, unknown>>,
): Promise<HeldChange> {
  const secrets = Object.keys(edits).filter((name) => object.fields[name]?.type === 'secret');
  const input = { ...held.input, ...edits };
  const after = await triedOut(writing, async (apart) => {
    const asHeld = { ...heldInput(object, held.input), ...edits };
    await updateRecords(apart, object.name, [{ pointer: '', id, input: asHeld }], { allOrNone: true });
    return (await lockRecord(apart, object, id)) ?? stored;
  });
  const sealed = Object.fromEntries(secrets.map((name) => [name, after[name] ?? null]));
  const names = [...new Set([...Object.keys(held.changes), ...Object.keys(edits)])];
  const changes = names.map((name) => [name, { old: shown(object, name, stored[name]), new: shown(object, name, after[name]) }] as const);
  return { input: { ...input, ...sealed }, changes: Object.fromEntries(changes) };
}
