// One tenant's turn: due timers, then ready runs, as long as there are any or until the turn is over.
import { fail } from '@tessera/kernel';
import type { WriteSession } from '@tessera/records';
import { failTimer, saveRuns, takeDueTimers, takeReadyRuns, takeRuns, takeTimers, type Run, type Timer } from '@tessera/storage';
import { failureText, isRefusal } from '../failure.ts';
import { pauseAfter, type Retries } from '../retry.ts';
import { doBatch, type Batch } from './batch.ts';
import { doorIn, isoNow, type Desk, type Handlers, type RunHandler } from './handlers.ts';

export interface TurnLimits {
  /** Runs, timers or effects. */
  readonly items: number;
  readonly ms: number;
  /** Taken together. */
  readonly batch: number;
}

export interface Turn {
  readonly limits: TurnLimits;
  /** Something of this tenant may have ended its process before: each run is done alone, and counted before it is. */
  readonly careful?: boolean;
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

/** Writes down that a run has failed by itself: for good, or until it is tried again. */
async function failRun(
  desk: Desk,
  handler: RunHandler,
  session: WriteSession,
  run: Run,
  error: unknown,
  next: string | null,
): Promise<void> {
  const { id, position, variables, dueAt } = run;
  const end =
    next === null
      ? ({ state: 'failed', dueAt, endedAt: isoNow(desk) } as const)
      : ({ state: 'ready', dueAt: next, endedAt: null } as const);
  await saveRuns(doorIn(session), [{ id, position, variables, attempts: run.attempts + 1, error: failureText(error), ...end }]);
  if (next === null) await handler.failed(session, run, error);
}

function runBatch(desk: Desk, handlers: Handlers, size: number): Batch<Run> | undefined {
  const { runs: handler } = handlers;
  if (handler === undefined) return undefined;
  const giveUp = (session: WriteSession, run: Run, error: unknown): Promise<void> =>
    failRun(desk, handler, session, run, error, again(desk, run.attempts + 1, error));
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

/** Counts the next run that is ready as tried, and commits that; what has been tried too often has failed. Gives the run's id. */
async function countNext(desk: Desk, handler: RunHandler): Promise<string | undefined> {
  return desk.transact(async (session) => {
    const [run] = await takeReadyRuns(doorIn(session), isoNow(desk), 1);
    if (run === undefined) return undefined;
    const { id, position, variables, attempts, dueAt } = run;
    const tried = { id, state: 'ready', position, variables, attempts: attempts + 1, error: null, dueAt, endedAt: null } as const;
    if (attempts < retries.most) await saveRuns(doorIn(session), [tried]);
    else await failRun(desk, handler, session, run, fail('RUN_CRASHED', { attempts }), null);
    return id;
  });
}

/** One run alone; gives how many there were. */
async function doAlone(desk: Desk, batch: Batch<Run>, handler: RunHandler): Promise<number> {
  const id = await countNext(desk, handler);
  if (id === undefined) return 0;
  await doBatch(desk.transact, { ...batch, take: (door) => takeRuns(door, [id]) });
  return 1;
}

/** Does what is due of the tenant, one set after the other. */
export async function takeTurn(desk: Desk, handlers: Handlers, { limits, careful = false, signal, onFull }: Turn): Promise<TurnEnd> {
  const began = performance.now();
  const timers = timerBatch(desk, handlers, limits.batch);
  const runs = runBatch(desk, handlers, limits.batch);
  const { runs: handler } = handlers;
  const doRuns = async (): Promise<number> => {
    if (runs === undefined || handler === undefined) return 0;
    return careful ? doAlone(desk, runs, handler) : doBatch(desk.transact, runs);
  };
  let done = 0;
  let told = false;
  for (;;) {
    const some = timers === undefined ? 0 : await doBatch(desk.transact, timers);
    const others = await doRuns();
    if (some + others === 0) return { done, more: false };
    done += some + others;
    if (!told && Math.max(some, others) === limits.batch) {
      told = true;
      await onFull?.();
    }
    if (signal?.aborted === true || done >= limits.items || performance.now() - began >= limits.ms) return { done, more: true };
  }
}
