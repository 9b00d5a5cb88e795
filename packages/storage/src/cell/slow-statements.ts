// Statements of tenants that took long: a line of the log for each, and a count by operation. Nobody is told what they were bound to.
import { createHash } from 'node:crypto';
import type { Logger, Statement } from '@tessera/kernel';
import type { StatementOrigin } from '../database.ts';

/** Looks at how long statements took that were sent together. */
export interface Watch {
  readonly afterMs: number;
  /** Told of those that took at least so long, given up ones too. */
  slow(statements: readonly Statement[], ms: number): void;
}

const keyLength = 12;

/** A short name of a request's key, the same wherever and whenever the request is made. */
export function planKeyOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, keyLength);
}

const textOf = ({ text }: Statement): string => text;

/** What runs for no request: signing in, looking after tenants. */
const ownOperation = 'platform';

export class SlowStatements {
  readonly #log: Logger;
  readonly #afterMs: number;
  readonly #counts = new Map<string, number>();

  /** @param afterMs 0: nothing is slow */
  constructor(log: Logger, afterMs: number) {
    this.#log = log;
    this.#afterMs = afterMs;
  }

  /** Since the start, by operation. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  watch(tenant: string, origin?: StatementOrigin): Watch | undefined {
    if (this.#afterMs === 0) return undefined;
    return {
      afterMs: this.#afterMs,
      slow: (statements, ms) => {
        this.#note(tenant, origin, statements.map(textOf), ms);
      },
    };
  }

  #note(tenant: string, origin: StatementOrigin | undefined, statements: readonly string[], ms: number): void {
    const { operation, requestId, key } = { operation: ownOperation, requestId: undefined, key: undefined, ...origin };
    this.#counts.set(operation, (this.#counts.get(operation) ?? 0) + 1);
    const planKey = planKeyOf(key ?? statements.join(';\n'));
    this.#log.warn({ operation, planKey, tenant, requestId, ms: Math.round(ms * 10) / 10, statements }, 'slow statement');
  }
}
