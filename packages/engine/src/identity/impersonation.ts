// Acting as another person: an administrator's, for a quarter of an hour, seen in every log.
import { fail } from '@tessera/kernel';
import { newTenantToken, tokenHash } from '@tessera/security';
import { callerOrigin, createSession, doorOf } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import { aboutUser, iso, note } from './audit.ts';
import { administered, isAdministrator, userById } from './guards.ts';
import type { InputOf } from './operation-types.ts';

const minutes = 15;

/** @throws IMPERSONATION_REFUSED, PERMISSION_DENIED, RECORD_NOT_FOUND */
export async function impersonate(
  session: Session,
  { user: id }: InputOf<'users.impersonate'>,
): Promise<{ readonly accessToken: string; readonly expiresIn: number }> {
  const { parts, context, database, runtime } = session;
  const userId = administered(session, id, 'act as others');
  if (!runtime.model.settings.impersonation) throw fail('IMPERSONATION_REFUSED', { reason: 'this tenant does not allow it.' });
  const user = await userById(session, userId);
  if (isAdministrator(session, user)) throw fail('IMPERSONATION_REFUSED', { reason: 'administrators act as themselves only.' });
  if (!user.active) throw fail('IMPERSONATION_REFUSED', { reason: 'the person is not active.' });
  const impersonator = context.actor.userId ?? '';
  const [sessionId, now] = [context.newId(), context.clock.now()];
  await database.transaction(async (transaction) => {
    const door = doorOf(transaction, database.schema);
    await createSession(door, {
      id: sessionId,
      userId: user.id,
      // Of a token that nobody has: such a session is not carried on.
      refreshHash: tokenHash(newTenantToken(context.tenant)),
      userAgent: null,
      address: context.address ?? null,
      at: iso(now),
      expiresAt: iso(now + minutes * 60_000),
      impersonator,
    });
    await note(door, callerOrigin(context), aboutUser('user.impersonated', user.id, { session: sessionId }));
  });
  const accessToken = await parts.signer.sign({ tenant: context.tenant, userId: user.id, sessionId, impersonatedBy: impersonator });
  return { accessToken, expiresIn: minutes * 60 };
}
