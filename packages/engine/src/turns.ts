// Lines of work that others have overtaken again and again: in a line they no longer overtake each other.

/** Whoever is before may take long; after this, in milliseconds, one goes on beside them. */
const patienceMs = 1_000;

function within(ms: number, before: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  return Promise.race([before, patience]).finally(() => {
    clearTimeout(timer);
  });
}

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does the work when what came before it in the line of that name is over, or has taken too long. */
  async take<T>(line: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(line);
    const done = (before === undefined ? Promise.resolve() : within(patienceMs, before)).then(work);
    const over = done.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(line, over);
    try {
      return await done;
    } finally {
      if (this.#last.get(line) === over) this.#last.delete(line);
    }
  }
}
