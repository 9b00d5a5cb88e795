// One tenant's turn: due timers, then ready runs, as long as there are any or until the turn is over.
import type { WriteSession } from '@tessera/records';
import { failTimer, saveRuns, takeDueTimers, takeReadyRuns, takeRuns, takeTimers, type Run, type Timer } from '@tessera/storage';
import { failureText, isRefusal } from '../failure.ts';
import { pauseAfter, type Retries } from '../retry.ts';
import { doBatch, type Batch } from './batch.ts';
import { doorIn, isoNow, type Desk, type Handlers } from './handlers.ts';

export interface TurnLimits {
  /** Runs, timers or effects. */
  readonly items: number;
  readonly ms: number;
  /** Taken together. */
  readonly batch: number;
}

export interface Turn {
  readonly limits: TurnLimits;
  /** Ends the turn when what is under way is done. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, where there is more than is taken together: others may help. */
  readonly onFull?: (() => Promise<void>) | undefined;
}

export interface TurnEnd {
  readonly done: number;
  /** Whether the turn was over before the work was. */
  readonly more: boolean;
}

export const workLimits: TurnLimits = { items: 1_000, ms: 2_000, batch: 200 };

/** Faults of ours, and of what is behind us: what was refused is not tried again. */
const retries: Retries = { most: 6, firstMs: 2_000, factor: 4, mostMs: 3_600_000 };

/** When it is tried again, RFC 3339; null: no more. */
function again(desk: Desk, attempts: number, error: unknown): string | null {
  const pause = isRefusal(error) ? undefined : pauseAfter(attempts, retries);
  return pause === undefined ? null : new Date(desk.clock.now() + pause).toISOString();
}

function runBatch(desk: Desk, handlers: Handlers, size: number): Batch<Run> | undefined {
  const { runs: handler } = handlers;
  if (handler === undefined) return undefined;
  const giveUp = async (session: WriteSession, run: Run, error: unknown): Promise<void> => {
    const attempts = run.attempts + 1;
    const next = again(desk, attempts, error);
    const { id, position, variables, dueAt } = run;
    const end =
      next === null
        ? ({ state: 'failed', dueAt, endedAt: isoNow(desk) } as const)
        : ({ state: 'ready', dueAt: next, endedAt: null } as const);
    await saveRuns(doorIn(session), [{ id, position, variables, attempts, error: failureText(error), ...end }]);
    if (next === null) await handler.failed(session, run, error);
  };
  return {
    take: (door) => takeReadyRuns(door, isoNow(desk), size),
    retake: takeRuns,
    act: (session, runs) => handler.advance(session, runs),
    giveUp,
  };
}

function timerBatch(desk: Desk, { timers: handlers }: Handlers, size: number): Batch<Timer> | undefined {
  const kinds = Object.keys(handlers);
  if (kinds.length === 0) return undefined;
  return {
    take: (door) => takeDueTimers(door, kinds, isoNow(desk), size),
    retake: (door, ids) => takeTimers(door, ids, isoNow(desk)),
    act: async (session, timers) => {
      for (const [kind, handle] of Object.entries(handlers)) {
        const ofKind = timers.filter((timer) => timer.kind === kind);
        if (ofKind.length > 0) await handle(session, ofKind);
      }
    },
    giveUp: async (session, timer, error) => {
      const failure = { timer, error: failureText(error), again: again(desk, timer.attempts + 1, error) };
      await failTimer(doorIn(session), failure, isoNow(desk));
    },
  };
}

/** Does what is due of the tenant, one set after the other. */
export async function takeTurn(desk: Desk, handlers: Handlers, { limits, signal, onFull }: Turn): Promise<TurnEnd> {
  const began = performance.now();
  const timers = timerBatch(desk, handlers, limits.batch);
  const runs = runBatch(desk, handlers, limits.batch);
  let done = 0;
  let told = false;
  for (;;) {
    const some = timers === undefined ? 0 : await doBatch(desk.transact, timers);
    const others = runs === undefined ? 0 : await doBatch(desk.transact, runs);
    if (some + others === 0) return { done, more: false };
    done += some + others;
    if (!told && Math.max(some, others) === limits.batch) {
      told = true;
      await onFull?.();
    }
    if (signal?.aborted === true || done >= limits.items || performance.now() - began >= limits.ms) return { done, more: true };
  }
}
