// A node's shares of the common buckets: tokens are leased ahead and spent here, so that a request costs no round trip.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@tessera/kernel';
import type { Cell } from '../cell/cell.ts';
import { leaseTokens, purgeBuckets, type RateRule } from './buckets.ts';
import { remaining, Share } from './share.ts';

export interface RateLeasesOptions {
  readonly cell: Cell;
  readonly log: Logger;
  /** Milliseconds; only spans of it count. */
  readonly now: () => number;
  /** Longest wait for the database, after which requests go through uncounted; default 500 ms. */
  readonly timeoutMs?: number;
}

/** Debts are paid together, after so long at the latest. */
const settleMs = 50;
/** Where the database does not answer everybody passes for so long, until it is asked again. */
const openMs = 1_000;
const purgeEveryMs = 60_000;
const logEveryMs = 10_000;
const mostKept = 50_000;

export class RateLeases {
  readonly #options: RateLeasesOptions;
  readonly #timeoutMs: number;
  readonly #shares = new Map<string, Share>();
  /** To be asked for with the next statement. */
  readonly #queue = new Map<string, Share>();
  /** One statement at a time: what comes meanwhile goes together with the next. */
  #flight: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Statements under way, among them those that nobody waits for any longer. */
  readonly #running = new Set<Promise<unknown>>();
  #openAt = -Infinity;
  #loggedAt = -Infinity;
  #purgedAt: number;
  #closed = false;

  constructor(options: RateLeasesOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 500;
    this.#purgedAt = options.now();
  }

  /**
   * Takes a token. 0: taken; otherwise the milliseconds until it is worth trying again. In any span of T seconds all nodes together let
   * through at most `burst + rate × (T + 1)` and a twentieth of `rate` (or one) per node; where the database does not answer, everything.
   * A promise only where the database has to be asked.
   */
  take(key: string, rule: RateRule): number | Promise<number> {
    const share = this.#share(key, rule);
    return this.#takeOf(key, share) ?? this.#wait(key, share);
  }

  /** Lets what is under way end; from now on everybody passes. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const { asked } of this.#queue.values()) asked?.resolve();
    this.#queue.clear();
    await this.#flight;
    await Promise.allSettled(this.#running);
  }

  /** What is known without asking the database; undefined where it has to be asked. */
  #takeOf(key: string, share: Share): number | undefined {
    const time = this.#options.now();
    if (this.#closed || remaining(this.#openAt, openMs, time) > 0) return 0;
    const refused = share.refusedFor(time);
    if (refused > 0) return refused;
    if (!share.spend(time)) return undefined;
    if (share.owesMuch) this.#askSoon(key, share);
    return 0;
  }

  async #wait(key: string, share: Share): Promise<number> {
    for (;;) {
      share.waiting += 1;
      await this.#ask(key, share);
      share.waiting -= 1;
      const taken = this.#takeOf(key, share);
      if (taken !== undefined) return taken;
    }
  }

  #share(key: string, rule: RateRule): Share {
    const kept = this.#shares.get(key);
    // Their order is of no use as long as none need be forgotten soon.
    if (kept !== undefined && this.#shares.size * 2 < mostKept) return kept;
    const share = kept ?? new Share(rule);
    // The one used last stands last; the one not used for longest is forgotten first, with what it owes.
    if (kept !== undefined) this.#shares.delete(key);
    else if (this.#shares.size >= mostKept) this.#forgetOldest();
    this.#shares.set(key, share);
    return share;
  }

  #forgetOldest(): void {
    for (const [key, { asked }] of this.#shares) {
      if (asked !== undefined) continue;
      this.#shares.delete(key);
      return;
    }
  }

  #enqueue(key: string, share: Share): Promise<void> {
    if (share.asked === undefined) {
      share.asked = Promise.withResolvers();
      this.#queue.set(key, share);
    }
    return share.asked.promise;
  }

  #ask(key: string, share: Share): Promise<void> {
    const answered = this.#enqueue(key, share);
    this.#fly();
    return answered;
  }

  #askSoon(key: string, share: Share): void {
    void this.#enqueue(key, share);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#fly();
    }, settleMs).unref();
  }

  #fly(): void {
    if (this.#closed || this.#flight !== undefined || this.#queue.size === 0) return;
    const asked = [...this.#queue];
    this.#queue.clear();
    this.#flight = this.#lease(asked).finally(() => {
      this.#flight = undefined;
      for (const [, share] of asked) {
        share.asked?.resolve();
        share.asked = undefined;
      }
      this.#fly();
    });
  }

  async #lease(asked: readonly (readonly [string, Share])[]): Promise<void> {
    const { cell, now } = this.#options;
    const askedAt = now();
    const asks = asked.map(([key, share]) => share.ask(key, askedAt));
    try {
      const leases = await this.#inTime(leaseTokens(cell, asks));
      const time = now();
      asked.forEach(([key, share], i) => {
        const [ask, lease] = [asks[i], leases.get(key)];
        if (ask !== undefined && lease !== undefined) share.receive(ask, lease, askedAt, time);
      });
      this.#purge(time);
    } catch (error) {
      this.#open(error);
    }
  }

  /** Rejects where the statement takes too long; it goes on nevertheless, and `close` waits for it. */
  async #inTime<T>(statement: Promise<T>): Promise<T> {
    this.#keep(statement);
    const over = new AbortController();
    const late = sleep(this.#timeoutMs, undefined, { signal: over.signal, ref: false }).then(() => {
      throw new TypeError(`no answer within ${this.#timeoutMs} ms`);
    });
    try {
      return await Promise.race([statement, late]);
    } finally {
      over.abort();
      late.catch(() => undefined);
    }
  }

  #keep(statement: Promise<unknown>): void {
    const kept = statement
      .catch(() => undefined)
      .finally(() => {
        this.#running.delete(kept);
      });
    this.#running.add(kept);
  }

  /** Better some too many requests than none at all: without the database few will find anything here. */
  #open(error: unknown): void {
    const { log, now } = this.#options;
    this.#openAt = now();
    if (remaining(this.#loggedAt, logEveryMs, this.#openAt) > 0) return;
    this.#loggedAt = this.#openAt;
    log.warn({ error }, 'budgets of requests cannot be had from the database: requests are not limited meanwhile');
  }

  #purge(time: number): void {
    const { cell, log } = this.#options;
    if (remaining(this.#purgedAt, purgeEveryMs, time) > 0) return;
    this.#purgedAt = time;
    const purged = purgeBuckets(cell).catch((error: unknown) => {
      log.warn({ error }, 'old budgets of requests could not be purged; this is tried again');
    });
    this.#keep(purged);
  }
}
