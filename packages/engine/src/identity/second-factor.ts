// Second factors: enrolling an authenticator app, taking its codes once each, recovery codes, removal.
import { fail } from '@tessera/kernel';
import { newRecoveryCodes, newTotpSecret, provisioningUri, recoveryHash, stepOfCode } from '@tessera/security';
import {
  beginSecondFactor,
  callerOrigin,
  confirmSecondFactor,
  doorOf,
  findSecondFactor,
  noteWrongCode,
  removeSecondFactor,
  setRecoveryCodes,
  takeStep,
  useRecoveryCode,
  type AuditOrigin,
  type IdentityDoor,
  type IdentityUser,
} from '@tessera/storage';
import type { EngineParts, Session } from '../engine-parts.ts';
import type { TenantRuntime } from '../tenant-runtimes.ts';
import { aboutUser, iso, note } from './audit.ts';
import { administered, personally, userById } from './guards.ts';
import type { InputOf } from './operation-types.ts';
import type { Enrolment } from './shapes.ts';

/** Begins an enrolment, which the first code confirms. @throws SECOND_FACTOR_EXISTS */
export async function beginEnrolment(parts: EngineParts, { database }: TenantRuntime, user: IdentityUser): Promise<Enrolment> {
  const secret = newTotpSecret();
  if (!(await beginSecondFactor(database, user.id, parts.sealer.seal(secret)))) throw fail('SECOND_FACTOR_EXISTS');
  return { secret, uri: provisioningUri(secret, { label: user.email, issuer: `Tessera ${database.tenant}` }) };
}

/** Whether this is a code of the app that was not taken before; it is taken by this. */
async function takesCode(parts: EngineParts, door: IdentityDoor, userId: string, sealed: string, code: string): Promise<boolean> {
  const step = stepOfCode(parts.sealer.open(sealed), code, parts.clock.now());
  return step !== undefined && takeStep(door, userId, step);
}

/** Six digits can be guessed: after five wrong ones nobody may try for a while. */
async function noteGuess(door: IdentityDoor, userId: string, origin: AuditOrigin): Promise<void> {
  if (await noteWrongCode(door, userId, origin.at)) await note(door, origin, aboutUser('secondFactor.locked', userId));
}

/** Confirms an enrolment by its first code; gives the recovery codes, which are shown once. Undefined where the code is wrong. */
export async function confirmEnrolment(
  parts: EngineParts,
  { database }: TenantRuntime,
  userId: string,
  code: string,
  origin: AuditOrigin,
): Promise<readonly string[] | undefined> {
  return database.transaction(async (transaction) => {
    const door = doorOf(transaction, database.schema);
    const factor = await findSecondFactor(door, userId, origin.at);
    if (factor === undefined) throw fail('SECOND_FACTOR_MISSING');
    if (factor.confirmed) throw fail('SECOND_FACTOR_EXISTS');
    if (!(await takesCode(parts, door, userId, factor.secret, code))) return undefined;
    if (!(await confirmSecondFactor(door, userId, origin.at))) throw fail('SECOND_FACTOR_EXISTS');
    const codes = newRecoveryCodes();
    await setRecoveryCodes(door, userId, codes.map(recoveryHash));
    await note(door, origin, aboutUser('secondFactor.enrolled', userId));
    return codes;
  });
}

/** Takes a code of the app, or a recovery code; each is good once. */
export async function takeSecondFactor(
  parts: EngineParts,
  { database }: Pick<TenantRuntime, 'database'>,
  userId: string,
  code: string,
  origin: AuditOrigin,
): Promise<boolean> {
  const factor = await findSecondFactor(database, userId, origin.at);
  if (factor?.confirmed !== true || factor.locked) return false;
  if (await takesCode(parts, database, userId, factor.secret, code)) return true;
  const left = await useRecoveryCode(database, userId, recoveryHash(code));
  if (left === undefined) {
    await noteGuess(database, userId, origin);
    return false;
  }
  await note(database, origin, aboutUser('secondFactor.recoveryCodeUsed', userId, { left }));
  return true;
}

export async function enrol(session: Session): Promise<Enrolment> {
  return beginEnrolment(session.parts, session, await userById(session, personally(session)));
}

/** @throws SECOND_FACTOR_INVALID, SECOND_FACTOR_MISSING, SECOND_FACTOR_EXISTS */
export async function confirmEnrol(
  session: Session,
  { code }: InputOf<'secondFactor.confirm'>,
): Promise<{ readonly recoveryCodes: readonly string[] }> {
  const { parts, context } = session;
  const recoveryCodes = await confirmEnrolment(parts, session, personally(session), code, callerOrigin(context));
  if (recoveryCodes === undefined) throw fail('SECOND_FACTOR_INVALID', {}, { pointer: '/code' });
  return { recoveryCodes };
}

/** By the person with a code, or by an administrator for somebody who has lost the app. */
export async function removeFactor(
  session: Session,
  { code, user }: InputOf<'secondFactor.remove'>,
): Promise<Readonly<Record<string, never>>> {
  const { parts, context, database } = session;
  const origin = callerOrigin(context);
  const own = personally(session);
  const userId = user === undefined ? own : administered(session, user, 'remove the second factor of others');
  const factor = await findSecondFactor(database, userId, origin.at);
  if (factor === undefined) throw fail('SECOND_FACTOR_MISSING');
  // Whoever finds a browser signed in must not be able to take the lock off.
  if (userId === own && factor.confirmed && !(await takeSecondFactor(parts, session, userId, code ?? '', origin)))
    throw fail('SECOND_FACTOR_INVALID', {}, { pointer: '/code' });
  await removeSecondFactor(database, userId);
  await note(database, origin, aboutUser('secondFactor.removed', userId));
  return {};
}

/** Whether the caller has one, and whether the tenant asks for it. */
export async function factorStatus(session: Session): Promise<{ readonly enrolled: boolean; readonly required: boolean }> {
  const factor = await findSecondFactor(session.database, personally(session), iso(session.context.clock.now()));
  return { enrolled: factor?.confirmed === true, required: session.runtime.model.settings.secondFactor === 'required' };
}
