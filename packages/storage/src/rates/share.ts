// What one node holds of one bucket: tokens that it has leased, and what it has spent ahead of a lease.
import type { Lease, LeaseAsk, RateRule } from './buckets.ts';

/** What was leased is spent within this time or lost, so that no node saves up what others could have used. */
const leaseMs = 1_000;
/** A lease is meant to last so long at the node's present pace … */
const paceMs = 200;
/** … which is measured over no less than this, so that a sudden crowd is met by leases that grow fourfold. */
const shortestPaceMs = 50;
/** A lease is at most this part of a second's budget. */
const mostLeased = 1 / 10;
/** And this part may be spent ahead of one. */
const mostOwed = 1 / 20;
/** However empty the bucket, it is looked at again after so long: others may have left something. */
const longestRefusalMs = 1_000;

/** Milliseconds of a span that are left; none where the clock was set back before its begin. */
export function remaining(begin: number, length: number, time: number): number {
  return time < begin ? 0 : Math.max(0, begin + length - time);
}

export class Share {
  readonly rule: RateRule;
  /** Those who wait for a lease. */
  waiting = 0;
  /** Settled by the answer to the question that is under way. */
  asked: PromiseWithResolvers<void> | undefined;
  #tokens = 0;
  #leasedAt = -Infinity;
  /** Since `leasedAt`. */
  #spent = 0;
  #debt = 0;
  #refusedAt = -Infinity;
  #refusedMs = 0;
  /** The bucket was empty when last seen: nothing may be spent ahead until it was seen otherwise. */
  #poor = false;

  constructor(rule: RateRule) {
    this.rule = rule;
  }

  /** Milliseconds for which nobody passes. */
  refusedFor(time: number): number {
    return remaining(this.#refusedAt, this.#refusedMs, time);
  }

  /** Spends a token in hand, or one ahead of the next lease; false where neither may be. */
  spend(time: number): boolean {
    const leased = this.#tokens > 0 && remaining(this.#leasedAt, leaseMs, time) > 0;
    if (!leased && (this.#poor || this.#debt >= this.#credit)) return false;
    if (leased) this.#tokens -= 1;
    else this.#debt += 1;
    this.#spent += 1;
    return true;
  }

  /** Whether it is time to pay, so that nobody will have to wait for that. */
  get owesMuch(): boolean {
    return this.#debt * 2 >= this.#credit;
  }

  /** The question to the database. */
  ask(key: string, time: number): LeaseAsk {
    const { rate, burst } = this.rule;
    const elapsed = Math.max(shortestPaceMs, time - this.#leasedAt);
    const pace = Math.ceil((this.#spent / elapsed) * paceMs);
    const want = Math.min(Math.max(pace, this.waiting, 1), Math.max(1, Math.floor(rate * mostLeased)));
    const debt = Math.min(this.#debt, burst);
    return { key, rate, burst, debt, want: Math.max(0, Math.min(want, Math.floor(burst - debt))) };
  }

  /** The answer. Tokens count from when they were asked for: that was before the database gave them. */
  receive({ debt }: LeaseAsk, { granted, waitMs }: Lease, askedAt: number, time: number): void {
    this.#debt -= debt;
    this.#tokens = granted;
    this.#leasedAt = askedAt;
    this.#spent = 0;
    this.#poor = granted === 0 && waitMs > 0;
    if (!this.#poor) return;
    this.#refusedAt = time;
    this.#refusedMs = Math.min(longestRefusalMs, Math.max(1, waitMs));
  }

  get #credit(): number {
    return Math.max(1, Math.floor(this.rule.rate * mostOwed));
  }
}
