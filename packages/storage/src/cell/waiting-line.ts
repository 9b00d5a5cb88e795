// Those who wait for a connection: first come, first served within a role, and the roles take turns.
import { fail } from '@tessera/kernel';
import type { Connection } from './connection.ts';

export interface Waiter {
  readonly role: string;
  resolve(connection: Connection): void;
  reject(error: unknown): void;
}

export class WaitingLine {
  readonly #waitMs: number;
  /** In the order of turns: a role that has had its turn goes to the end. */
  readonly #roles = new Map<string, Set<Waiter>>();
  #length = 0;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  get length(): number {
    return this.#length;
  }

  /** @throws POOL_EXHAUSTED after the wait, REQUEST_CANCELLED when the signal comes first */
  join(role: string, signal: AbortSignal | undefined): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const waiter: Waiter = {
        role,
        resolve: (connection) => {
          stop();
          resolve(connection);
        },
        reject: (error) => {
          stop();
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is the error of an open that failed
          reject(error);
        },
      };
      const giveUp = (error: Error): void => {
        this.leave(waiter);
        waiter.reject(error);
      };
      const abort = (): void => {
        giveUp(fail('REQUEST_CANCELLED', {}, {}, signal?.reason));
      };
      const timer = setTimeout(() => {
        giveUp(fail('POOL_EXHAUSTED', { limit: this.#waitMs }));
      }, this.#waitMs);
      signal?.addEventListener('abort', abort, { once: true });
      const group = this.#roles.get(role);
      if (group === undefined) this.#roles.set(role, new Set([waiter]));
      else group.add(waiter);
      this.#length += 1;
    });
  }

  /** Whose turn it is. */
  first(): Waiter | undefined {
    for (const group of this.#roles.values()) for (const waiter of group) return waiter;
    return undefined;
  }

  /** Who of a role has waited longest. */
  firstOf(role: string): Waiter | undefined {
    for (const waiter of this.#roles.get(role) ?? []) return waiter;
    return undefined;
  }

  leave(waiter: Waiter): void {
    const group = this.#roles.get(waiter.role);
    if (group?.delete(waiter) !== true) return;
    this.#length -= 1;
    this.#roles.delete(waiter.role);
    if (group.size > 0) this.#roles.set(waiter.role, group);
  }

  rejectFirst(error: unknown): void {
    const waiter = this.first();
    if (waiter === undefined) return;
    this.leave(waiter);
    waiter.reject(error);
  }

  rejectAll(error: unknown): void {
    while (this.#length > 0) this.rejectFirst(error);
  }
}
