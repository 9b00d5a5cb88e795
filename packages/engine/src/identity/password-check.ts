// Whether somebody who gives a tenant, an email and a password is that person; no answer tells which of them was wrong.
import { fail } from '@tessera/kernel';
import { hashPassword, verifyPassword } from '@tessera/security';
import { findCredential, findUser, noteFailure, noteSuccess, requestOrigin, type Credential, type IdentityUser } from '@tessera/storage';
import type { EngineParts } from '../engine-parts.ts';
import type { RequestInfo } from '../request-info.ts';
import type { TenantRuntime } from '../tenant-runtimes.ts';
import { aboutUser, iso, note } from './audit.ts';
import { userObject } from './guards.ts';
import type { GivenPassword } from './shapes.ts';

/** Somebody whose password was right. */
export interface Recognised {
  readonly tenant: TenantRuntime;
  readonly user: IdentityUser;
  readonly credential: Credential;
}

/** Whoever signs in does not learn whether the tenant, the email or the password was wrong, or the account locked. */
export const refused = (cause?: unknown): Error => fail('AUTHENTICATION_FAILED', {}, {}, cause);

export class PasswordCheck {
  readonly #parts: EngineParts;
  /** Verified where there is no such person, so that the answer takes as long. */
  readonly #decoy: Promise<string>;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#decoy = hashPassword(parts.newId());
  }

  /** @throws AUTHENTICATION_FAILED */
  async recognise(given: GivenPassword, request: RequestInfo): Promise<Recognised> {
    const tenant = await this.#tenant(given);
    const { database } = tenant;
    const now = this.#parts.clock.now();
    const credential = await findCredential(database, given.email);
    const right = await verifyPassword(credential?.hash ?? (await this.#decoy), given.password);
    if (credential === undefined || credential.hash === null) return this.#refuse(tenant, request, 'unknown');
    const { userId } = credential;
    if (credential.lockedUntil !== null && credential.lockedUntil > now) return this.#refuse(tenant, request, 'locked', userId);
    if (!right) {
      const { failed, locked } = await noteFailure(database, userId, iso(now));
      if (locked) await note(database, requestOrigin(request, this.#parts.clock), aboutUser('account.locked', userId, { failed }));
      return this.#refuse(tenant, request, 'password', userId);
    }
    const user = await findUser(database, userObject(tenant), { id: userId });
    if (user?.active !== true) return this.#refuse(tenant, request, 'inactive', userId);
    return { tenant, user, credential };
  }

  /** Ends the count of wrong passwords. @throws AUTHENTICATION_FAILED where guesses made at the same time have locked the account */
  async accept({ tenant, user }: Recognised, request: RequestInfo): Promise<void> {
    if (!(await noteSuccess(tenant.database, user.id, iso(this.#parts.clock.now()))))
      await this.#refuse(tenant, request, 'locked', user.id);
  }

  async #tenant({ tenant, password }: GivenPassword): Promise<TenantRuntime> {
    try {
      return await this.#parts.runtimes.get(tenant);
    } catch (error) {
      await verifyPassword(await this.#decoy, password);
      throw refused(error);
    }
  }

  /** The reason is for administrators, in the audit trail; what was typed is not kept: it may be a password in the wrong place. */
  async #refuse({ database }: TenantRuntime, request: RequestInfo, reason: string, userId?: string): Promise<never> {
    const event =
      userId === undefined ? { action: 'session.refused', detail: { reason } } : aboutUser('session.refused', userId, { reason });
    await note(database, requestOrigin(request, this.#parts.clock), event);
    throw refused();
  }
}
