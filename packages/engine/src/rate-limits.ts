// Limits that hold over all nodes: requests of a tenant, of a caller and from an address; failures to sign in.
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, TesseraError, type Clock, type Context, type ErrorCode, type Logger } from '@tessera/kernel';
import { clientNetwork } from '@tessera/security';
import { beginAttempt, endAttempt, purgeAttempts, RateLeases, type AttemptOutcome, type AttemptRule, type Cell } from '@tessera/storage';

/** Requests per second; 0: no limit. */
export interface RateSettings {
  readonly tenant: number;
  /** Of one person or API key. */
  readonly actor: number;
  /** From one address by those who are not signed in. */
  readonly address: number;
  /** So many seconds' budget may be spent at once after a pause. */
  readonly burstSeconds: number;
  /** Longest wait for the database, after which requests go through uncounted, in milliseconds; 500 where left out. */
  readonly patienceMs?: number;
}

/** Without settings nothing is limited: commands and jobs wait for nobody. */
export const noRateLimits: RateSettings = { tenant: 0, actor: 0, address: 0, burstSeconds: 2 };

/** Failures in a window; 0: no limit. */
export interface LoginSettings {
  readonly account: number;
  readonly address: number;
  readonly windowSeconds: number;
}

export const defaultLoginLimits: LoginSettings = { account: 10, address: 100, windowSeconds: 900 };

const whom = { tenant: 'the tenant', actor: 'the caller', address: 'the address' } as const;

export interface LimitParts {
  readonly cell: Cell;
  readonly clock: Clock;
  readonly log: Logger;
}

export class RequestLimits {
  readonly #leases: RateLeases;
  readonly #settings: RateSettings;

  constructor({ cell, clock, log }: LimitParts, settings: RateSettings) {
    this.#settings = settings;
    const { patienceMs } = settings;
    this.#leases = new RateLeases({ cell, log, now: () => clock.now(), ...(patienceMs === undefined ? {} : { timeoutMs: patienceMs }) });
  }

  /** Counts a request of somebody who is signed in. The platform itself is not limited. @throws RATE_LIMITED */
  async admit({ tenant, actor }: Context): Promise<void> {
    if (actor.kind === 'system') return;
    const { apiKeyId, impersonatedBy, userId } = actor;
    // The caller first: one who is refused takes nothing from the others of the tenant.
    const own = this.#take('actor', `actor ${tenant} ${apiKeyId ?? impersonatedBy ?? userId ?? ''}`);
    if (own !== undefined) await own;
    const common = this.#take('tenant', `tenant ${tenant}`);
    if (common !== undefined) await common;
  }

  /** Counts a request of somebody who is not. @throws RATE_LIMITED */
  async admitAddress(address: string | undefined): Promise<void> {
    const network = address === undefined ? undefined : clientNetwork(address);
    if (network !== undefined) await this.#take('address', `address ${network}`);
  }

  close(): Promise<void> {
    return this.#leases.close();
  }

  /** Undefined where nobody need wait: nearly always there are tokens in hand. */
  #take(policy: keyof typeof whom, key: string): Promise<void> | undefined {
    const { [policy]: rate, burstSeconds } = this.#settings;
    if (rate === 0) return undefined;
    const refuse = (waitMs: number): void => {
      if (waitMs > 0) throw fail('RATE_LIMITED', { whom: whom[policy], limit: rate, policy, retryAfter: Math.ceil(waitMs / 1_000) });
    };
    const taken = this.#leases.take(key, { rate, burst: rate * burstSeconds });
    if (typeof taken !== 'number') return taken.then(refuse);
    refuse(taken);
    return undefined;
  }
}

/** Whoever somebody says to be; whether there is such an account makes no difference. */
export interface GivenAccount {
  readonly tenant: string;
  readonly email: string;
}

/** What shows that somebody guesses. */
const guesses: ReadonlySet<ErrorCode> = new Set([
  'AUTHENTICATION_FAILED',
  'SECOND_FACTOR_INVALID',
  'RESET_TOKEN_INVALID',
  'PROVIDER_LOGIN_REFUSED',
]);

/** Waits for attempts that are under way and may yet be right; all in all longer than it takes to verify a password. */
const pausesMs = [25, 50, 100, 200, 400, 800];
const purgeEveryMs = 3_600_000;

/**
 * Letters as the database folds them, one by one: whatever it takes for the same email must be the same here. Where one letter becomes
 * several, the first counts.
 */
function folded(email: string): string {
  return Array.from(email, (letter) => Array.from(letter.toLowerCase())[0] ?? '').join('');
}

export class LoginLimits {
  readonly #parts: LimitParts;
  readonly #settings: LoginSettings;
  readonly #key: Uint8Array;
  #purgedAt: number;

  /** @param key 32 bytes, derived for this purpose alone: what is stored tells nobody's email or address */
  constructor(parts: LimitParts, settings: LoginSettings, key: Uint8Array) {
    this.#parts = parts;
    this.#settings = settings;
    this.#key = key;
    this.#purgedAt = parts.clock.now();
  }

  /**
   * Notes an attempt before anything is looked at; tell its end by `failed`, `succeeded` or `undone`. What has no account or no address
   * is not limited by it.
   * @throws LOGIN_LIMITED
   */
  async check(account: GivenAccount | undefined, address: string | undefined): Promise<void> {
    const rules = this.#rules(account, address);
    if (rules.length === 0) return;
    for (const pause of pausesMs) {
      try {
        await beginAttempt(this.#parts.cell, rules);
        return;
      } catch (error) {
        if (!(error instanceof TesseraError) || error.params['final'] !== false) throw error;
      }
      await sleep(pause);
    }
    await beginAttempt(this.#parts.cell, rules);
  }

  failed(account: GivenAccount | undefined, address: string | undefined): Promise<void> {
    return this.#end(account, address, { account: 'failed', address: 'failed' });
  }

  /** Ends the count of the account; not that of the address, from which others may be guessed at. */
  succeeded(account: GivenAccount | undefined, address: string | undefined): Promise<void> {
    return this.#end(account, address, { account: 'forgiven', address: 'undone' });
  }

  /** Neither right nor wrong: a second factor is asked for, the new password is too weak, the database went away. */
  undone(account: GivenAccount | undefined, address: string | undefined): Promise<void> {
    return this.#end(account, address, { account: 'undone', address: 'undone' });
  }

  /**
   * Does what may be a guess, and tells its end.
   * @param complete false where somebody who succeeds in it has not signed in yet, so that the count goes on
   * @throws LOGIN_LIMITED, and what the work throws
   */
  async attempt<T>(account: GivenAccount | undefined, address: string | undefined, work: () => Promise<T>, complete = true): Promise<T> {
    await this.check(account, address);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      const guessed = error instanceof TesseraError && guesses.has(error.code);
      await (guessed ? this.failed(account, address) : this.undone(account, address));
      throw error;
    }
    await (complete ? this.succeeded(account, address) : this.undone(account, address));
    return result;
  }

  /** Counts what nobody may do often, right or wrong, such as asking for a reset's mail. @throws LOGIN_LIMITED */
  async count(account: GivenAccount, address: string | undefined): Promise<void> {
    // Of its own: asking for mails must not lock the account.
    const asked = { ...account, tenant: `${account.tenant} reset` };
    await this.check(asked, address);
    await this.failed(asked, address);
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }

  #keys(account: GivenAccount | undefined, address: string | undefined): { readonly account?: string; readonly address?: string } {
    const network = address === undefined ? undefined : clientNetwork(address);
    return {
      ...(account === undefined ? {} : { account: this.#hash(`account ${account.tenant}\0${folded(account.email)}`) }),
      ...(network === undefined ? {} : { address: this.#hash(`address ${network}`) }),
    };
  }

  #rules(account: GivenAccount | undefined, address: string | undefined): readonly AttemptRule[] {
    const { windowSeconds, ...limits } = this.#settings;
    return Object.entries(this.#keys(account, address)).flatMap(([kind, key]: [string, string]) => {
      const limit = kind === 'account' ? limits.account : limits.address;
      return limit === 0 ? [] : [{ key, limit, windowSeconds }];
    });
  }

  async #end(
    account: GivenAccount | undefined,
    address: string | undefined,
    outcomes: Readonly<Record<'account' | 'address', AttemptOutcome>>,
  ): Promise<void> {
    const keys = this.#keys(account, address);
    const ended = (['account', 'address'] as const).flatMap((kind) => {
      const key = keys[kind];
      return key === undefined || this.#settings[kind] === 0 ? [] : [{ key, outcome: outcomes[kind] }];
    });
    if (ended.length === 0) return;
    await endAttempt(this.#parts.cell, ended);
    await this.#purge();
  }

  async #purge(): Promise<void> {
    const { cell, clock, log } = this.#parts;
    const now = clock.now();
    if (now - this.#purgedAt < purgeEveryMs) return;
    this.#purgedAt = now;
    await purgeAttempts(cell).catch((error: unknown) => {
      log.warn({ error }, 'old counts of failures to sign in could not be purged; this is tried again');
    });
  }
}
