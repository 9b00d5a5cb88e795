// Signing in and out, and the caller behind a token.
import { fail, type Actor, type Context } from '@tessera/kernel';
import { administratorPolicy, hashPassword, newRefreshToken, refreshHash, verifyPassword, type Policy } from '@tessera/security';
import {
  bumpAccess,
  createSession,
  findCredential,
  noteFailure,
  noteSuccess,
  revokeSession,
  rotateSession,
  sessionUser,
} from '@tessera/storage';
import type { RequestInfo } from './engine-types.ts';
import type { EngineParts } from './engine-parts.ts';
import type { TokenPair } from './operation-types.ts';
import type { TenantRuntime } from './tenant-runtimes.ts';

const sessionDays = 30;

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Whoever signs in does not learn whether the tenant, the email or the password was wrong. */
const refused = (cause?: unknown): Error => fail('AUTHENTICATION_FAILED', {}, {}, cause);

export class Identity {
  readonly #parts: EngineParts;
  /** Verified where there is no such person, so that the answer takes as long. */
  readonly #decoy: Promise<string>;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#decoy = hashPassword(parts.newId());
  }

  async login(
    input: { readonly tenant: string; readonly email: string; readonly password: string },
    request: RequestInfo,
  ): Promise<TokenPair> {
    const { runtimes, clock } = this.#parts;
    let tenant: TenantRuntime;
    try {
      tenant = await runtimes.get(input.tenant);
    } catch (error) {
      await verifyPassword(await this.#decoy, input.password);
      throw refused(error);
    }
    const { database } = tenant;
    const now = clock.now();
    const credential = await findCredential(database, input.email);
    const right = await verifyPassword(credential?.hash ?? (await this.#decoy), input.password);
    if (credential === undefined || credential.hash === null) throw refused();
    if (credential.lockedUntil !== null && credential.lockedUntil > now) throw refused();
    if (!right) {
      await noteFailure(database, credential.userId, iso(now));
      throw refused();
    }
    await noteSuccess(database, credential.userId);
    const id = this.#parts.newId();
    const refreshToken = newRefreshToken(input.tenant);
    await createSession(database, {
      id,
      userId: credential.userId,
      refreshHash: refreshHash(refreshToken),
      userAgent: request.userAgent ?? null,
      expiresAt: iso(now + sessionDays * 86_400_000),
    });
    if ((await this.#liveUser(tenant, id)) === undefined) throw refused();
    return this.#pair(input.tenant, credential.userId, id, refreshToken);
  }

  async refresh(refreshToken: string): Promise<TokenPair> {
    const [tenant = ''] = refreshToken.split('.');
    const next = newRefreshToken(tenant);
    const session = await this.#rotate(tenant, refreshToken, next);
    if (session === undefined) throw fail('TOKEN_INVALID');
    return this.#pair(tenant, session.userId, session.id, next);
  }

  async #rotate(tenant: string, spent: string, next: string): Promise<{ readonly id: string; readonly userId: string } | undefined> {
    try {
      const { database } = await this.#parts.runtimes.get(tenant);
      return await rotateSession(database, { spent: refreshHash(spent), next: refreshHash(next), at: iso(this.#parts.clock.now()) });
    } catch (error) {
      throw fail('TOKEN_INVALID', {}, {}, error);
    }
  }

  async logout(context: Context): Promise<void> {
    const { sessionId } = context.actor;
    if (sessionId === undefined) return;
    const { database } = await this.#parts.runtimes.get(context.tenant);
    await database.transaction(async (transaction) => {
      await revokeSession(
        { schema: database.schema, query: (statement) => transaction.query(statement) },
        sessionId,
        iso(this.#parts.clock.now()),
      );
      await bumpAccess(transaction, database.schema);
    });
    this.#parts.runtimes.forget(context.tenant);
  }

  async authenticate(accessToken: string, request: RequestInfo): Promise<Context> {
    const { tenant, userId, sessionId } = await this.#parts.signer.verify(accessToken);
    const actor: Actor = { kind: 'user', userId, sessionId };
    return this.contextOf(tenant, actor, request);
  }

  contextOf(tenant: string, actor: Actor, request: RequestInfo): Context {
    const { clock, newId, log } = this.#parts;
    return {
      tenant,
      actor,
      clock,
      newId,
      log: log.child({ tenant, requestId: request.requestId }),
      languages: request.languages,
      requestId: request.requestId,
      ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    };
  }

  async #liveUser({ database, runtime }: TenantRuntime, sessionId: string): Promise<string | undefined> {
    const user = runtime.model.objects['user'];
    if (user === undefined) return undefined;
    return sessionUser(database, { id: sessionId, at: iso(this.#parts.clock.now()), userTable: user.table });
  }

  /** What a caller may do, as of the tenant's present access version. Throws TOKEN_INVALID where the session has ended. */
  async policy(tenant: TenantRuntime, actor: Actor): Promise<Policy> {
    if (actor.kind === 'system') return administratorPolicy(null);
    const user = actor.sessionId === undefined ? undefined : await this.#liveUser(tenant, actor.sessionId);
    if (user === undefined || user !== actor.userId) throw fail('TOKEN_INVALID');
    return administratorPolicy(user);
  }

  async #pair(tenant: string, userId: string, sessionId: string, refreshToken: string): Promise<TokenPair> {
    const { signer } = this.#parts;
    return { accessToken: await signer.sign({ tenant, userId, sessionId }), refreshToken, expiresIn: signer.lifetime };
  }
}
