// Deactivating a person: no session and no key works any more, and what the person owned gets another owner.
import { fail, isUuid } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { recordKey, updateRecords, type RecordOutcome } from '@tessera/records';
import { bumpAccess, callerOrigin, doorOf, ownedRecords, revokeApiKeys, revokeSessions } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import { runWrite } from '../operations/write.ts';
import { aboutUser, note } from './audit.ts';
import { administered, userById } from './guards.ts';
import type { InputOf } from './operation-types.ts';
import type { Deactivated, HandedOver } from './shapes.ts';

/** Records of one transaction, so that none is long. */
const pageSize = 500;
const internal = { allOrNone: true, internal: true };

async function endAccess(session: Session, userId: string): Promise<Omit<Deactivated, 'handedOver'>> {
  return runWrite(session, async (write) => {
    const { transaction } = write;
    const door = doorOf(transaction, write.target.schema);
    // What is revoked waits for no approval.
    const past = { ...write, approving: new Set([recordKey('user', userId)]) };
    await updateRecords(past, 'user', [{ pointer: '', id: userId, input: { active: false } }], internal);
    const sessions = await revokeSessions(door, { userId }, write.at);
    const apiKeys = await revokeApiKeys(door, { userId }, write.at);
    await bumpAccess(transaction, door.schema);
    const counts = { sessions: sessions.length, apiKeys: apiKeys.length };
    await note(door, callerOrigin(session.context), aboutUser('user.deactivated', userId, counts));
    return counts;
  });
}

interface HandOver {
  readonly from: string;
  readonly to: string;
}

/** One page of an object's records; gives the id to go on behind, undefined at the end. */
async function handOverPage(
  session: Session,
  object: ObjectModel,
  { from, to }: HandOver,
  after: string | undefined,
): Promise<{ readonly outcomes: readonly RecordOutcome[]; readonly last: string | undefined }> {
  return runWrite(session, async (write) => {
    const door = doorOf(write.transaction, write.target.schema);
    const ids = await ownedRecords(door, object, { owner: from, after, first: pageSize });
    if (ids.length === 0) return { outcomes: [], last: undefined };
    // The person's own record stays the person's.
    const records = ids.filter((id) => id !== from).map((id) => ({ pointer: '', id, input: { owner: to } }));
    const outcomes = await updateRecords(write, object.name, records, { allOrNone: false, internal: true });
    return { outcomes, last: ids.length < pageSize ? undefined : ids.at(-1) };
  });
}

async function handOverObject(session: Session, object: ObjectModel, change: HandOver): Promise<HandedOver> {
  let [count, refused] = [0, 0];
  for (let after: string | undefined; ;) {
    // Ending the access has raised the access version, and between two pages others may.
    const { outcomes, last } = await handOverPage(await session.renew(), object, change, after);
    const written = outcomes.filter(({ ok }) => ok).length;
    count += written;
    refused += outcomes.length - written;
    if (last === undefined) return { object: object.name, count, refused };
    after = last;
  }
}

async function receiver(session: Session, from: string, to: string): Promise<string> {
  const user = isUuid(to) ? await userById(session, to).catch(() => undefined) : undefined;
  if (user?.active === true && user.id !== from) return user.id;
  throw fail('REQUEST_INVALID', { reason: '/handOverTo must be another person who is active.' }, { pointer: '/handOverTo' });
}

/**
 * Ends a person's access in one transaction, and then hands over page by page: what was broken off goes on when it is called again.
 * A rule of a record never keeps the person active; such a record keeps its owner and is counted.
 */
export async function deactivate(session: Session, { user: id, handOverTo }: InputOf<'users.deactivate'>): Promise<Deactivated> {
  const userId = administered(session, id, 'deactivate others');
  if (userId === session.context.actor.userId)
    throw fail('REQUEST_INVALID', { reason: 'nobody deactivates themselves: another administrator must.' }, { pointer: '/user' });
  await userById(session, userId);
  const to = handOverTo === undefined ? undefined : await receiver(session, userId, handOverTo);
  const counts = await endAccess(session, userId);
  session.parts.runtimes.forget(session.context.tenant);
  const handedOver: HandedOver[] = [];
  if (to !== undefined) {
    for (const object of Object.values(session.runtime.model.objects)) {
      const result = await handOverObject(session, object, { from: userId, to });
      if (result.count + result.refused > 0) handedOver.push(result);
    }
    const event = aboutUser('user.handedOver', userId, { to, handedOver });
    await note(session.database, callerOrigin(session.context), event);
  }
  return { ...counts, handedOver };
}
