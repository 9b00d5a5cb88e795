// What runs and timers do is given from outside: the interfaces of those who do it, and of what they do it with.
import type { Clock } from '@tessera/kernel';
import type { WriteSession } from '@tessera/records';
import type { Run, TenantDatabase, Timer, WorkflowDoor } from '@tessera/storage';

/** Moves runs on. */
export interface RunHandler {
  /**
   * Does a step for runs that stand at the same step of the same definition. The session's transaction holds their rows; with it what
   * the step writes and where the runs then stand (`saveRuns`) are committed together. A run that is left as it is comes back at once.
   * What it throws takes all of that back: the runs are then done by halves, until those that fail stand alone. It may be called
   * again for the same runs, and must bear that.
   */
  advance(session: WriteSession, runs: readonly Run[]): Promise<void>;
  /** Notes, in a transaction of its own, what made a run fail for good; the run's row has been written. */
  failed(session: WriteSession, run: Run, error: unknown): Promise<void>;
}

/** Does what timers of one kind are for. They have been taken away; one that is to come again is set again. As with `advance`. */
export type TimerHandler = (session: WriteSession, timers: readonly Timer[]) => Promise<void>;

export interface Handlers {
  /** Without it runs stay as they are. */
  readonly runs?: RunHandler | undefined;
  /** By kind; timers of other kinds are left to nodes that know them. */
  readonly timers: Readonly<Record<string, TimerHandler>>;
}

/** A tenant to be worked for. */
export interface Desk {
  readonly database: TenantDatabase;
  readonly clock: Clock;
  /** A write of the platform itself, on the Model that is in force. */
  readonly transact: <T>(work: (session: WriteSession) => Promise<T>) => Promise<T>;
}

export const isoNow = ({ clock }: Pick<Desk, 'clock'>): string => new Date(clock.now()).toISOString();

export const doorIn = ({ transaction, target }: WriteSession): WorkflowDoor => ({
  schema: target.schema,
  query: (statement) => transaction.query(statement),
});
