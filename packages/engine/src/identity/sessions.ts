// Sessions: begun by a log-in, carried on by refresh tokens that are good once, listed and ended.
import { fail, isUuid, type Context } from '@tessera/kernel';
import { newTenantToken, tenantOfToken, tokenHash } from '@tessera/security';
import {
  bumpAccess,
  callerOrigin,
  createSession,
  doorOf,
  findSession,
  findUser,
  requestOrigin,
  revokeSessions,
  rotateSession,
  sessionOfSpent,
  sessionsOfUser,
  type AuditOrigin,
  type WhichSessions,
} from '@tessera/storage';
import type { EngineParts, Session } from '../engine-parts.ts';
import type { TokenPair } from '../types/operation.ts';
import type { RequestInfo } from '../request-info.ts';
import type { TenantRuntime } from '../tenant-runtimes.ts';
import { aboutUser, iso, note } from './audit.ts';
import { administered, personally, userObject } from './guards.ts';
import type { InputOf } from './operation-types.ts';
import type { ShownSession } from './shapes.ts';

const sessionDays = 30;
const dayMs = 86_400_000;

/** Begins a session for somebody who has shown who they are. */
export async function beginSession(
  parts: EngineParts,
  { database }: Pick<TenantRuntime, 'database'>,
  userId: string,
  request: RequestInfo,
  how: Readonly<Record<string, unknown>>,
): Promise<TokenPair> {
  const { clock, signer, newId } = parts;
  const { tenant } = database;
  const [id, now, refreshToken] = [newId(), clock.now(), newTenantToken(tenant)];
  await database.transaction(async (transaction) => {
    const door = doorOf(transaction, database.schema);
    await createSession(door, {
      id,
      userId,
      refreshHash: tokenHash(refreshToken),
      userAgent: request.userAgent ?? null,
      address: request.address ?? null,
      at: iso(now),
      expiresAt: iso(now + sessionDays * dayMs),
      impersonator: null,
    });
    await note(door, requestOrigin(request, clock, userId), aboutUser('session.started', userId, { session: id, ...how }));
  });
  return { accessToken: await signer.sign({ tenant, userId, sessionId: id }), refreshToken, expiresIn: signer.lifetime };
}

/** Ends sessions, at once on every node. Gives whose they were. */
export async function endSessions(
  parts: EngineParts,
  { database }: Pick<TenantRuntime, 'database'>,
  which: WhichSessions,
  origin: AuditOrigin,
  action: string,
): Promise<readonly string[]> {
  const ended = await database.transaction(async (transaction) => {
    const door = doorOf(transaction, database.schema);
    const users = await revokeSessions(door, which, origin.at);
    const [user] = users;
    if (user === undefined) return users;
    await bumpAccess(transaction, database.schema);
    await note(door, origin, aboutUser(action, user, 'id' in which ? { session: which.id } : { sessions: users.length }));
    return users;
  });
  if (ended.length > 0) parts.runtimes.forget(database.tenant);
  return ended;
}

/**
 * A new pair for a refresh token. A token that was exchanged before ends the whole session: either the one who shows it now or the one
 * who did before has stolen it. There is no grace for an answer that was lost on its way: that person signs in again.
 * @throws TOKEN_INVALID
 */
export async function refreshSession(parts: EngineParts, refreshToken: string, request: RequestInfo): Promise<TokenPair> {
  const tenant = tenantOfToken(refreshToken);
  const next = newTenantToken(tenant);
  const runtime = await parts.runtimes.get(tenant).catch((error: unknown) => {
    throw fail('TOKEN_INVALID', {}, {}, error);
  });
  const { database } = runtime;
  const spent = tokenHash(refreshToken);
  const at = iso(parts.clock.now());
  const session = await rotateSession(database, { spent, next: tokenHash(next), at });
  if (session === undefined) {
    const stolen = await sessionOfSpent(database, spent);
    if (stolen !== undefined)
      await endSessions(parts, runtime, { id: stolen.id }, requestOrigin(request, parts.clock), 'session.refreshReused');
    throw fail('TOKEN_INVALID');
  }
  const user = await findUser(database, userObject(runtime), { id: session.userId });
  if (user?.active !== true) throw fail('TOKEN_INVALID');
  const { signer } = parts;
  const accessToken = await signer.sign({ tenant, userId: session.userId, sessionId: session.id });
  return { accessToken, refreshToken: next, expiresIn: signer.lifetime };
}

export async function endOwnSession(parts: EngineParts, context: Context): Promise<void> {
  const { sessionId } = context.actor;
  if (sessionId === undefined) return;
  await endSessions(parts, await parts.runtimes.get(context.tenant), { id: sessionId }, callerOrigin(context), 'session.ended');
}

/** Sessions of the caller, or of anybody for an administrator. */
export async function listSessions(session: Session, { user }: InputOf<'sessions.list'>): Promise<readonly ShownSession[]> {
  const { context, database } = session;
  const userId = user === undefined ? personally(session) : administered(session, user, 'see the sessions of others');
  const found = await sessionsOfUser(database, userId, iso(context.clock.now()));
  return found.map(({ impersonator, ...each }) => ({
    ...each,
    current: each.id === context.actor.sessionId,
    impersonatedBy: impersonator,
  }));
}

/** Ends a session of the caller, or anybody's for an administrator. @throws SESSION_NOT_FOUND */
export async function revokeSession(session: Session, { id }: InputOf<'sessions.revoke'>): Promise<Readonly<Record<string, never>>> {
  const { context, database, parts, policy } = session;
  const own = personally(session);
  const found = isUuid(id) ? await findSession(database, id, iso(context.clock.now())) : undefined;
  // Whose session it is, is nobody's business but an administrator's.
  if (found === undefined || (found.userId !== own && !policy.administrator)) throw fail('SESSION_NOT_FOUND', { id });
  await endSessions(parts, session, { id: found.id }, callerOrigin(context), 'session.revoked');
  return {};
}

/** Ends all other sessions of the caller; for an administrator all sessions of somebody. */
export async function revokeOtherSessions(
  session: Session,
  { user }: InputOf<'sessions.revokeOthers'>,
): Promise<{ readonly revoked: number }> {
  const { context, parts } = session;
  const userId = user === undefined ? personally(session) : administered(session, user, 'end the sessions of others');
  const which = { userId, except: context.actor.sessionId };
  return { revoked: (await endSessions(parts, session, which, callerOrigin(context), 'session.revoked')).length };
}
