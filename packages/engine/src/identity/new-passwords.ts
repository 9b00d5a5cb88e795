// New passwords: chosen by the person with the present one or a reset's token, or given by an administrator.
import { fail } from '@tessera/kernel';
import { checkNotRemembered, checkPassword, hashPassword, linkTo, newTenantToken, tenantOfToken, tokenHash } from '@tessera/security';
import {
  bumpAccess,
  callerOrigin,
  doorOf,
  dropOnceTokens,
  findUser,
  hasOnceTokenSince,
  isCopy,
  keepOnceToken,
  lockUser,
  peekOnceToken,
  rememberedPasswords,
  requestOrigin,
  revokeSessions,
  setCredential,
  useOnceToken,
  type AuditOrigin,
  type IdentityDoor,
  type IdentityUser,
} from '@tessera/storage';
import type { EngineParts, Session } from '../engine-parts.ts';
import type { TokenPair } from '../types/operation.ts';
import type { RequestInfo } from '../request-info.ts';
import type { TenantRuntime } from '../tenant-runtimes.ts';
import { aboutUser, iso, note } from './audit.ts';
import { administered, userById, userObject } from './guards.ts';
import { finishLogIn } from './log-in.ts';
import { resetMail } from './mail.ts';
import type { InputOf } from './operation-types.ts';
import type { PasswordCheck } from './password-check.ts';
import type { LogIn } from './shapes.ts';

const resetMinutes = 30;
/** Nobody's mailbox is filled by others' asking. */
const resetEveryMs = 60_000;

interface NewPassword {
  readonly user: IdentityUser;
  readonly password: string;
  readonly origin: AuditOrigin;
  readonly action: string;
  readonly mustChange?: boolean;
  /** Runs first in the transaction; throws where the change must not be. */
  readonly first?: (door: IdentityDoor) => Promise<void>;
}

/** @throws PASSWORD_TOO_WEAK */
async function checkNew({ database, runtime }: TenantRuntime, user: IdentityUser, password: string): Promise<void> {
  const policy = runtime.model.settings.passwords;
  checkPassword(password, policy, user);
  await checkNotRemembered(password, await rememberedPasswords(database, user.id, policy.remember));
}

/** Sets a password that was checked, and ends whatever the person has signed in. */
async function change(parts: EngineParts, tenant: TenantRuntime, next: NewPassword): Promise<void> {
  const { user, password, origin, action, mustChange = false, first } = next;
  const { database } = tenant;
  const hash = await hashPassword(password);
  await database.transaction(async (transaction) => {
    const door = doorOf(transaction, database.schema);
    await first?.(door);
    const { id: userId, email } = user;
    await setCredential(door, { userId, email, hash, at: origin.at, mustChange, formerId: parts.newId() });
    await dropOnceTokens(door, userId, 'reset');
    await revokeSessions(door, { userId }, origin.at);
    await bumpAccess(transaction, database.schema);
    await note(door, origin, aboutUser(action, userId, mustChange ? { mustChange } : undefined));
  });
  parts.runtimes.forget(database.tenant);
}

/** Changes a password with the present one, and signs in; all other sessions end. @throws what logging in throws, PASSWORD_TOO_WEAK */
export async function changePassword(
  parts: EngineParts,
  check: PasswordCheck,
  input: LogIn & { readonly newPassword: string },
  request: RequestInfo,
): Promise<TokenPair> {
  const recognised = await check.recognise(input, request);
  const { tenant, user } = recognised;
  const { newPassword: password } = input;
  // What is wrong with it is told before a code is spent.
  await checkNew(tenant, user, password);
  const origin = requestOrigin(request, parts.clock, user.id);
  return finishLogIn(parts, check, recognised, input.code, request, () =>
    change(parts, tenant, { user, password, origin, action: 'password.changed' }),
  );
}

interface ResetToken {
  readonly token: string;
  readonly expiresAt: string;
}

/** Makes a token for a reset; the one before it no longer counts. Undefined where that one is younger than `sparedMs`. */
async function makeResetToken(
  parts: EngineParts,
  tenant: TenantRuntime,
  userId: string,
  sparedMs: number,
): Promise<ResetToken | undefined> {
  const { database } = tenant;
  const now = parts.clock.now();
  const token = newTenantToken(database.tenant);
  const expiresAt = iso(now + resetMinutes * 60_000);
  return database.transaction(async (transaction) => {
    const door = doorOf(transaction, database.schema);
    // Lock first: two requests at once would both find none.
    await lockUser(door, userObject(tenant), userId);
    if (await hasOnceTokenSince(door, { userId, purpose: 'reset', since: iso(now - sparedMs) })) return undefined;
    await dropOnceTokens(door, userId, 'reset');
    await keepOnceToken(door, { hash: tokenHash(token), purpose: 'reset', userId, content: null, at: iso(now), expiresAt });
    return { token, expiresAt };
  });
}

/** The page that takes the new password. */
function resetLink({ publicUrl }: EngineParts, token: string): string | undefined {
  return publicUrl === undefined ? undefined : linkTo(publicUrl, ['reset-password'], {}, { token });
}

/** Sends a reset's mail where there is such a person; whoever asks is told nothing of it. */
export async function askReset(
  parts: EngineParts,
  input: { readonly tenant: string; readonly email: string },
  request: RequestInfo,
): Promise<void> {
  const { mailer, runtimes, clock, publicUrl } = parts;
  if (mailer === undefined || publicUrl === undefined) {
    parts.log.warn({}, 'somebody asks for a new password, and no mail can be sent: SMTP_URL is not set');
    return;
  }
  // From a copy nothing goes out; an administrator may hand a link over.
  if (isCopy(input.tenant)) return;
  const tenant = await runtimes.get(input.tenant);
  const user = await findUser(tenant.database, userObject(tenant), { email: input.email });
  if (user?.active !== true) return;
  const made = await makeResetToken(parts, tenant, user.id, resetEveryMs);
  if (made === undefined) return;
  await note(tenant.database, requestOrigin(request, clock), aboutUser('password.resetAsked', user.id));
  const [language = 'en'] = tenant.runtime.model.settings.languages;
  await mailer.send(resetMail(user, resetLink(parts, made.token) ?? '', { minutes: resetMinutes, language }));
}

const invalidToken = (cause?: unknown): Error => fail('RESET_TOKEN_INVALID', {}, {}, cause);

/** Sets the password that a reset's token is for. @throws RESET_TOKEN_INVALID, PASSWORD_TOO_WEAK */
export async function resetPassword(
  parts: EngineParts,
  input: { readonly token: string; readonly password: string },
  request: RequestInfo,
): Promise<void> {
  const { token, password } = input;
  const tenant = await parts.runtimes.get(tenantOfToken(token)).catch((error: unknown) => {
    throw invalidToken(error);
  });
  const asked = { hash: tokenHash(token), purpose: 'reset', at: iso(parts.clock.now()) } as const;
  const userId = (await peekOnceToken(tenant.database, asked))?.userId;
  const user = typeof userId === 'string' ? await findUser(tenant.database, userObject(tenant), { id: userId }) : undefined;
  if (user?.active !== true) throw invalidToken();
  await checkNew(tenant, user, password);
  const origin = requestOrigin(request, parts.clock, user.id);
  const first = async (door: IdentityDoor): Promise<void> => {
    if ((await useOnceToken(door, asked)) === undefined) throw invalidToken();
  };
  await change(parts, tenant, { user, password, origin, action: 'password.reset', first });
}

/** A reset's token for an administrator to hand over where no mail can be sent. */
export async function giveResetToken(
  session: Session,
  input: InputOf<'users.resetToken'>,
): Promise<{ readonly token: string; readonly link: string | null; readonly expiresAt: string }> {
  const { parts, context, database } = session;
  const user = await userById(session, administered(session, input.user, 'reset the passwords of others'));
  // Sparing nothing: an administrator's replaces whatever there is.
  const made = await makeResetToken(parts, session, user.id, 0);
  if (made === undefined) throw fail('UNAVAILABLE', { reason: 'another reset was asked for just now.' });
  const { token, expiresAt } = made;
  await note(database, callerOrigin(context), aboutUser('password.resetTokenGiven', user.id));
  return { token, link: resetLink(parts, token) ?? null, expiresAt };
}

/** A password that an administrator gives; unless told otherwise it must be changed at the next log-in. @throws PASSWORD_TOO_WEAK */
export async function givePassword(
  session: Session,
  { user: id, password, mustChange = true }: InputOf<'users.setPassword'>,
): Promise<Readonly<Record<string, never>>> {
  const { parts, context } = session;
  const user = await userById(session, administered(session, id, 'set the passwords of others'));
  await checkNew(session, user, password);
  await change(parts, session, { user, password, origin: callerOrigin(context), action: 'password.set', mustChange });
  return {};
}
