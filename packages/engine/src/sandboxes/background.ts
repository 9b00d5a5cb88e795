// Work that a request has begun and nobody waits for: one after the other, so that it leaves the node to those who wait.
import type { Logger } from '@tessera/kernel';

export class Background {
  readonly #log: Logger;
  readonly #running = new Set<Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Begins when all that came before has ended. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** What fails is the work's own to tell; here it is only logged. */
  follow(work: Promise<unknown>, about: Readonly<Record<string, unknown>>): void {
    const task = work
      .then(() => undefined)
      .catch((error: unknown) => {
        this.#log.warn({ ...about, error }, 'something that a request had begun has failed');
      })
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  /** Once nothing is left, but after so many milliseconds at the latest. */
  async settled(graceMs: number): Promise<void> {
    const over = Promise.withResolvers<undefined>();
    const timer = setTimeout(over.resolve, graceMs);
    await Promise.race([Promise.all(this.#running), over.promise]);
    clearTimeout(timer);
  }
}
