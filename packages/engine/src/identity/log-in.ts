// Logging in with a password: the password, what is due before anything else, the second factor, the session.
import { fail } from '@tessera/kernel';
import { findSecondFactor, requestOrigin } from '@tessera/storage';
import type { EngineParts } from '../engine-parts.ts';
import type { TokenPair } from '../types/operation.ts';
import type { RequestInfo } from '../request-info.ts';
import { iso } from './audit.ts';
import type { PasswordCheck, Recognised } from './password-check.ts';
import { beginEnrolment, confirmEnrolment, takeSecondFactor } from './second-factor.ts';
import { beginSession } from './sessions.ts';
import type { Enrolment, GivenPassword, LogIn } from './shapes.ts';

const dayMs = 86_400_000;

function isPasswordDue({ tenant, credential }: Recognised, now: number): boolean {
  const { maxAgeDays } = tenant.runtime.model.settings.passwords;
  return credential.mustChange || (maxAgeDays !== undefined && credential.changedAt + maxAgeDays * dayMs <= now);
}

/**
 * Asks for the second factor where there is one, or where the tenant wants one. Gives recovery codes where the code has confirmed an
 * enrolment.
 */
async function checkSecondFactor(
  parts: EngineParts,
  { tenant, user }: Recognised,
  code: string | undefined,
  request: RequestInfo,
): Promise<{ readonly factor: boolean; readonly recoveryCodes?: readonly string[] }> {
  const origin = requestOrigin(request, parts.clock, user.id);
  const factor = await findSecondFactor(tenant.database, user.id, origin.at);
  if (factor?.confirmed !== true) {
    if (tenant.runtime.model.settings.secondFactor !== 'required') return { factor: false };
    if (factor === undefined || code === undefined) throw fail('SECOND_FACTOR_ENROLMENT_REQUIRED');
    const recoveryCodes = await confirmEnrolment(parts, tenant, user.id, code, origin);
    if (recoveryCodes === undefined) throw fail('SECOND_FACTOR_INVALID', {}, { pointer: '/code' });
    return { factor: true, recoveryCodes };
  }
  if (code === undefined) throw fail('SECOND_FACTOR_REQUIRED');
  if (!(await takeSecondFactor(parts, tenant, user.id, code, origin))) throw fail('SECOND_FACTOR_INVALID', {}, { pointer: '/code' });
  return { factor: true };
}

/** Signs in somebody whose password was right. */
export async function finishLogIn(
  parts: EngineParts,
  check: PasswordCheck,
  recognised: Recognised,
  code: string | undefined,
  request: RequestInfo,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<TokenPair> {
  const { factor, ...more } = await checkSecondFactor(parts, recognised, code, request);
  await check.accept(recognised, request);
  await before();
  const how = { by: 'password', secondFactor: factor };
  return { ...(await beginSession(parts, recognised.tenant, recognised.user.id, request, how)), ...more };
}

/** @throws AUTHENTICATION_FAILED, PASSWORD_CHANGE_REQUIRED, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_ENROLMENT_REQUIRED, SECOND_FACTOR_INVALID */
export async function logIn(parts: EngineParts, check: PasswordCheck, input: LogIn, request: RequestInfo): Promise<TokenPair> {
  const recognised = await check.recognise(input, request);
  // Before the code, which would be spent in vain.
  if (isPasswordDue(recognised, parts.clock.now())) throw fail('PASSWORD_CHANGE_REQUIRED');
  return finishLogIn(parts, check, recognised, input.code, request);
}

/** Enrols somebody who cannot sign in without; only where the tenant wants a second factor. */
export async function enrolAtLogIn(
  parts: EngineParts,
  check: PasswordCheck,
  input: GivenPassword,
  request: RequestInfo,
): Promise<Enrolment> {
  const recognised = await check.recognise(input, request);
  const { tenant, user } = recognised;
  const factor = await findSecondFactor(tenant.database, user.id, iso(parts.clock.now()));
  if (factor?.confirmed === true) throw fail('SECOND_FACTOR_EXISTS');
  if (tenant.runtime.model.settings.secondFactor !== 'required')
    throw fail('PERMISSION_DENIED', { action: 'enrol here before you are signed in' });
  return beginEnrolment(parts, tenant, user);
}
