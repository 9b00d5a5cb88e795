// A stream that ends at once when its reader goes: an async generator could not, while it waits for the next event.

interface EventStream<E, R> {
  readonly open: (signal: AbortSignal) => AsyncIterable<E>;
  readonly render: (event: E) => R;
  /** What is sent last where the source fails. */
  readonly failed: (error: unknown) => R;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal | undefined;
}

export function eventStream<E, R>({ open, render, failed, signal }: EventStream<E, R>): AsyncIterable<R> {
  const controller = new AbortController();
  const source = open(signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]))[Symbol.asyncIterator]();
  let done = false;
  const end = (): IteratorReturnResult<undefined> => {
    done = true;
    controller.abort();
    return { done: true, value: undefined };
  };
  const iterator: AsyncIterator<R, undefined> = {
    next: async () => {
      if (done) return end();
      try {
        const event = await source.next();
        return event.done === true ? end() : { done: false, value: render(event.value) };
      } catch (error) {
        // Aborting is how it ends, and no failure.
        if (controller.signal.aborted || signal?.aborted === true) return end();
        end();
        return { done: false, value: failed(error) };
      }
    },
    return: () => {
      const ended = end();
      // Not awaited: a source that waits for an event answers only after it.
      source.return?.().catch(() => undefined);
      return Promise.resolve(ended);
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
