// Changes as they happen: the outbox reader makes jobs and notifies, and each subscriber's event is read again with its own rights.
import { fail, isUuid, type Context } from '@tessera/kernel';
import type { Policy } from '@tessera/security';
import { changesChannel, readOutbox, unpackChanges, wakesOf, type OutboxHandler, type RecordChange } from '@tessera/storage';
import type { Engine } from './types/engine.ts';
import type { EngineParts, Session } from './engine-parts.ts';
import type { JsonText, RecordEvent } from './types/operation.ts';
import { readRoots, resolving } from './operations/read.ts';
import { objectOf, resolveSelections } from './read/resolve.ts';
import { condition } from './read/rules.ts';

type Input = Parameters<Engine['events']>[1];
type Event = RecordEvent & { readonly record: JsonText | null };
type Listener = (change: RecordChange) => void;

/** Changes that wait for one slow subscriber; beyond it the stream ends, so that it does not seem complete when it is not. */
const mostWaiting = 10_000;
const changes: readonly string[] = ['created', 'updated', 'deleted', 'restored'];

/** A queue between the notifications and one reader. */
class Waiting {
  readonly #changes: RecordChange[] = [];
  #wake: (() => void) | undefined;
  overflow = false;

  push(change: RecordChange): void {
    if (this.#changes.length >= mostWaiting) this.overflow = true;
    else this.#changes.push(change);
    this.#wake?.();
  }

  async next(signal: AbortSignal): Promise<RecordChange | undefined> {
    while (this.#changes.length === 0 && !signal.aborted && !this.overflow) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const wake = (): void => {
        resolve(undefined);
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
      await promise;
      signal.removeEventListener('abort', wake);
    }
    return signal.aborted || this.overflow ? undefined : this.#changes.shift();
  }
}

function withBin(policy: Policy, object: string): Policy {
  const own = policy.objects[object];
  return own === undefined || own.seeDeleted
    ? policy
    : { ...policy, objects: { ...policy.objects, [object]: { ...own, seeDeleted: true } } };
}

/** Reads the record as the subscriber may see it; undefined where it is none of the subscriber's business. */
async function eventFor(session: Session, input: Input, change: RecordChange): Promise<Event | undefined> {
  const object = objectOf(session.view, input.object);
  const where =
    input.filter === undefined || input.filter === null ? undefined : condition(session.view, object.name, input.filter, '/filter');
  const selections = resolveSelections(resolving(session), object, input.selections);
  // Whoever saw a record hears that it went; the bin itself stays closed to those who may not look into it.
  const text = await readRoots({ ...session, policy: withBin(session.policy, object.name) }, [
    {
      kind: 'record',
      as: 'r',
      object: object.name,
      by: { id: change.id },
      deleted: 'with',
      selections: [{ kind: 'field', as: 'id', field: 'id' }],
      ...(where === undefined ? {} : { where }),
    },
    { kind: 'record', as: 'v', object: object.name, by: { id: change.id }, selections },
  ]);
  if (text.startsWith('{"r":null')) return undefined;
  const start = text.indexOf(',"v":') + 5;
  const record = text.slice(start, -1);
  return {
    object: change.object,
    id: change.id,
    change: change.change as Event['change'],
    version: change.version,
    record: record === 'null' ? null : record,
  };
}

/** How often a stream on which nothing happens looks whether its caller may still listen. */
const watchEveryMs = 10_000;
/** What is longer than this ends at once, in Node.js. */
const longestTimerMs = 2 ** 31 - 1;

interface CallerWatch {
  /** Aborted when the caller may not listen any more. */
  readonly signal: AbortSignal;
  readonly failure: Error | undefined;
  stop(): void;
}

/** What a stream has heard so far, and until when it hears. */
interface Heard {
  readonly waiting: Waiting;
  readonly caller: CallerWatch;
  readonly signal: AbortSignal;
  readonly end: () => void;
}

/** Ends a stream with its token, and soon after its session was revoked or its person left. */
function watchCaller(check: () => Promise<unknown>, { expiresAt, clock }: Context): CallerWatch {
  const over = new AbortController();
  const watch: { failure: Error | undefined } = { failure: undefined };
  const end = (error: unknown): void => {
    watch.failure ??= error instanceof Error ? error : new Error(String(error));
    over.abort();
  };
  const look = setInterval(() => {
    if (expiresAt !== undefined && expiresAt <= clock.now()) end(fail('TOKEN_INVALID'));
    else check().catch(end);
  }, watchEveryMs);
  const left = expiresAt === undefined ? undefined : Math.max(0, expiresAt - clock.now());
  const timer =
    left === undefined || left > longestTimerMs
      ? undefined
      : setTimeout(() => {
          end(fail('TOKEN_INVALID'));
        }, left);
  return {
    signal: over.signal,
    get failure() {
      return watch.failure;
    },
    stop: () => {
      clearInterval(look);
      clearTimeout(timer);
    },
  };
}

export interface Events {
  /** Hears from the moment of the call on, whenever the first event is asked for; until the signal aborts or the iteration ends. */
  subscribe(sessionOf: (fresh: boolean) => Promise<Session>, context: Context, input: Input, signal: AbortSignal): AsyncIterable<Event>;
  close(): Promise<void>;
}

/** Starts to read the outbox and to hear its notifications. */
export async function startEvents(parts: EngineParts): Promise<Events> {
  const listeners = new Map<string, Set<Listener>>();
  const closed = new AbortController();
  const listener = await parts.cell.listen(changesChannel, (payload) => {
    for (const change of unpackChanges(payload)) {
      if (!isUuid(change.id) || !changes.includes(change.change)) continue;
      for (const hear of listeners.get(`${change.tenant} ${change.object}`) ?? []) hear(change);
    }
  });
  const makeJobs: OutboxHandler = (events, transaction) => parts.jobs.enqueue(transaction, wakesOf(events));
  const reader = readOutbox(parts.cell, makeJobs, { log: parts.log });

  /** Gives the end of it. */
  const hearing = (key: string, hear: Listener): (() => void) => {
    let own = listeners.get(key);
    if (own === undefined) listeners.set(key, (own = new Set()));
    own.add(hear);
    return () => {
      own.delete(hear);
      if (own.size === 0 && listeners.get(key) === own) listeners.delete(key);
    };
  };

  async function* told(sessionOf: (fresh: boolean) => Promise<Session>, input: Input, heard: Heard): AsyncGenerator<Event> {
    const { waiting, caller, signal, end } = heard;
    const ended = AbortSignal.any([signal, caller.signal]);
    try {
      objectOf((await sessionOf(true)).view, input.object);
      for (;;) {
        const change = await waiting.next(ended);
        if (waiting.overflow) throw fail('UNAVAILABLE', { reason: 'changes came faster than the subscriber took them.' });
        if (caller.failure !== undefined) throw caller.failure;
        if (change === undefined) return;
        // Fresh: a session that was revoked, or a Model that has moved on, ends or changes what this stream may tell.
        const event = await eventFor(await sessionOf(true), input, change);
        if (event !== undefined) yield event;
      }
    } finally {
      end();
    }
  }

  const subscribe: Events['subscribe'] = (sessionOf, context, input, given) => {
    const signal = AbortSignal.any([given, closed.signal]);
    const caller = watchCaller(() => sessionOf(true), context);
    const waiting = new Waiting();
    const hush = hearing(`${context.tenant} ${input.object}`, (change) => {
      waiting.push(change);
    });
    const end = (): void => {
      signal.removeEventListener('abort', end);
      caller.stop();
      hush();
    };
    // Nothing else ends a stream that nobody asks for an event any more.
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    return told(sessionOf, input, { waiting, caller, signal, end });
  };

  return {
    subscribe,
    close: async () => {
      closed.abort();
      await reader.stop();
      await listener.close();
    },
  };
}
