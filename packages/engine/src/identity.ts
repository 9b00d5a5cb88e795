// Signing in and out, and the caller behind a token.
import { fail, type Actor, type Context } from '@tessera/kernel';
import { isApiKey } from '@tessera/security';
import { findUser, liveApiKey, sessionUser, touchSession } from '@tessera/storage';
import type { EngineParts } from './engine-parts.ts';
import { ApiKeyCheck } from './identity/api-keys.ts';
import { iso } from './identity/audit.ts';
import { isAdministrator, userObject } from './identity/guards.ts';
import { enrolAtLogIn, logIn } from './identity/log-in.ts';
import { askReset, changePassword, resetPassword } from './identity/new-passwords.ts';
import type { OpenIdentity } from './identity/open-identity.ts';
import { PasswordCheck } from './identity/password-check.ts';
import { contextFor } from './identity/platform-session.ts';
import { beginProviderLogin, endProviderLogin, exchangeProviderCode, providerNames } from './identity/providers.ts';
import { endOwnSession, refreshSession } from './identity/sessions.ts';
import type { LogIn } from './identity/shapes.ts';
import type { TokenPair } from './types/operation.ts';
import type { RequestInfo } from './request-info.ts';
import type { TenantRuntime } from './tenant-runtimes.ts';

/** Whose permissions count. */
export interface Caller {
  readonly userId: string;
  /** Of an API key: beside what the person may, it takes one of these permission sets that grants it. Undefined: no such limit. */
  readonly permissionSets: readonly string[] | undefined;
}

export class Identity {
  readonly #parts: EngineParts;
  readonly #passwords: PasswordCheck;
  readonly #apiKeys: ApiKeyCheck;
  /** Work that nobody waits for, such as mails. */
  readonly #behind = new Set<Promise<void>>();
  /** For those who are not signed in. */
  readonly open: OpenIdentity;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#passwords = new PasswordCheck(parts);
    this.#apiKeys = new ApiKeyCheck(parts);
    const { logins } = parts;
    this.open = {
      changePassword: (input, request) =>
        logins.attempt(input, request.address, () => changePassword(parts, this.#passwords, input, request)),
      askReset: async (input, request) => {
        await logins.count(input, request.address);
        this.#doBehind(askReset(parts, input, request));
      },
      resetPassword: (input, request) => logins.attempt(undefined, request.address, () => resetPassword(parts, input, request)),
      enrol: (input, request) => logins.attempt(input, request.address, () => enrolAtLogIn(parts, this.#passwords, input, request), false),
      providers: (tenant) => providerNames(parts, tenant),
      beginProviderLogin: (input) => beginProviderLogin(parts, input),
      endProviderLogin: (input, request) => logins.attempt(undefined, request.address, () => endProviderLogin(parts, input, request)),
      exchangeProviderCode: (code, request) => logins.attempt(undefined, request.address, () => exchangeProviderCode(parts, code, request)),
    };
  }

  login(input: LogIn, request: RequestInfo): Promise<TokenPair> {
    return this.#parts.logins.attempt(input, request.address, () => logIn(this.#parts, this.#passwords, input, request));
  }

  refresh(refreshToken: string, request: RequestInfo): Promise<TokenPair> {
    return refreshSession(this.#parts, refreshToken, request);
  }

  logout(context: Context): Promise<void> {
    return endOwnSession(this.#parts, context);
  }

  /** The caller behind an access token or API key. Throws TOKEN_INVALID. */
  async authenticate(token: string, request: RequestInfo): Promise<Context> {
    if (isApiKey(token)) {
      const { tenant, actor, expiresAt } = await this.#apiKeys.recognise(token, request);
      return { ...this.contextOf(tenant, actor, request), expiresAt };
    }
    const { tenant, actor, expiresAt } = await this.#parts.signer.verify(token);
    return { ...this.contextOf(tenant, actor, request), expiresAt };
  }

  contextOf(tenant: string, actor: Actor, request: RequestInfo): Context {
    return contextFor(this.#parts, tenant, actor, request);
  }

  /** Who calls, as of the tenant's present access version. Throws TOKEN_INVALID where the session or key has ended, or the person left. */
  async caller(tenant: TenantRuntime, actor: Actor): Promise<Caller> {
    const at = iso(this.#parts.clock.now());
    const userTable = userObject(tenant).table;
    const { apiKeyId, sessionId, userId } = actor;
    const { database } = tenant;
    if (apiKeyId !== undefined) {
      const key = await liveApiKey(database, { id: apiKeyId, at, userTable });
      if (key === undefined || key.userId !== userId) throw fail('TOKEN_INVALID');
      return key;
    }
    const session = sessionId === undefined ? undefined : await sessionUser(database, { id: sessionId, at, userTable });
    if (sessionId === undefined || session === undefined || session.userId !== userId) throw fail('TOKEN_INVALID');
    if (session.impersonator !== (actor.impersonatedBy ?? null)) throw fail('TOKEN_INVALID');
    if (session.impersonator !== null && !(await this.#mayImpersonate(tenant, session.impersonator))) throw fail('TOKEN_INVALID');
    await touchSession(database, sessionId, at);
    return { userId: session.userId, permissionSets: undefined };
  }

  /** Whoever acts as another must still be allowed to. */
  async #mayImpersonate(tenant: TenantRuntime, id: string): Promise<boolean> {
    if (!tenant.runtime.model.settings.impersonation) return false;
    const user = await findUser(tenant.database, userObject(tenant), { id });
    return user !== undefined && isAdministrator(tenant, user);
  }

  #doBehind(work: Promise<void>): void {
    const task = work
      .catch((error: unknown) => {
        this.#parts.log.warn({ error }, 'something that a request had asked for could not be done');
      })
      .finally(() => this.#behind.delete(task));
    this.#behind.add(task);
  }

  /** Once nothing is left that nobody waits for. */
  async settled(): Promise<void> {
    await Promise.all(this.#behind);
  }
}
