// Takes jobs of one queue, so many at once, for as long as it is let: each by one node, and by another where this one dies.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@tessera/kernel';
import type { Job, PgBoss } from 'pg-boss';
import { heartbeatSeconds } from './boss.ts';
import type { WakeKind } from './wake.ts';

/** What a job is for. */
export interface JobCall {
  readonly tenant: string;
  /** RFC 3339: the time that it was to be done at, which this node's clock may not show yet; undefined: at once. */
  readonly at: string | undefined;
  /** How often it was begun before, and was not ended: by a failure, or since its process was gone. */
  readonly retries: number;
  /** Aborted when the node is stopping, or when another has taken the job over. */
  readonly signal: AbortSignal;
}

/** What it throws is noted, and the job is tried again later. */
export type JobHandler = (call: JobCall) => Promise<void>;

export interface WorkerOptions {
  readonly kind: WakeKind;
  /** Jobs at once on this node. */
  readonly atOnce: number;
  /** Jobs at once of one tenant, on all nodes. */
  readonly atOncePerTenant: number;
  readonly handle: JobHandler;
}

interface WakeData {
  readonly tenant: string;
  readonly at?: string;
}

interface Running {
  readonly job: Job<WakeData>;
  readonly lost: AbortController;
  readonly done: Promise<void>;
}

/** Jobs whose time comes are found so often; those to be done at once are told of. */
const pollMs = 1_000;
const touchMs = (heartbeatSeconds * 1_000) / 3;
const longestFailurePauseMs = 5_000;

export class Worker {
  readonly #boss: PgBoss;
  readonly #options: WorkerOptions;
  readonly #log: Logger;
  readonly #running = new Map<string, Running>();
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;
  readonly #pulse: NodeJS.Timeout;
  #wake: (() => void) | undefined;
  #woken = false;

  constructor(boss: PgBoss, options: WorkerOptions, log: Logger) {
    this.#boss = boss;
    this.#options = options;
    this.#log = log;
    this.#pulse = setInterval(() => void this.#touch(), touchMs);
    this.#loop = this.#take();
  }

  /** There is something, or a place is free: look at once. */
  poke(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Takes no more jobs and lets those under way end, which are told to; what has not ended after so long is left to other nodes. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.poke();
    await this.#loop;
    const given = new AbortController();
    const patience = sleep(graceMs, undefined, { signal: given.signal }).catch(() => undefined);
    await Promise.race([Promise.all([...this.#running.values()].map(({ done }) => done)), patience]);
    given.abort();
    clearInterval(this.#pulse);
    const left = [...this.#running.values()].map(({ job }) => job);
    if (left.length > 0) await this.#boss.fail(this.#options.kind, left, { message: 'the node was stopped' }).catch(() => undefined);
  }

  async #take(): Promise<void> {
    const { kind, atOnce, atOncePerTenant } = this.#options;
    let pause = pollMs;
    while (!this.#stopping.signal.aborted) {
      this.#woken = false;
      const free = atOnce - this.#running.size;
      try {
        const fetched = free === 0 ? [] : await this.#boss.fetch<WakeData>(kind, { batchSize: free, groupConcurrency: atOncePerTenant });
        for (const job of fetched) this.#start(job);
        pause = pollMs;
        // A tenant that has its share already hides those behind it from one look, not from the next.
        if (fetched.length > 0) continue;
      } catch (error) {
        pause = Math.min(longestFailurePauseMs, pause * 2);
        this.#log.warn({ error, kind, pause }, 'jobs could not be asked for; it is tried again');
      }
      await this.#pause(pause);
    }
  }

  async #pause(ms: number): Promise<void> {
    if (this.#woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #start(job: Job<WakeData>): void {
    const lost = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, lost.signal]);
    const done = this.#run(job, signal).finally(() => {
      this.#running.delete(job.id);
      this.poke();
    });
    this.#running.set(job.id, { job, lost, done });
  }

  async #run(job: Job<WakeData>, signal: AbortSignal): Promise<void> {
    const { kind, handle } = this.#options;
    const { tenant, at } = job.data;
    try {
      await handle({ tenant, at, retries: job.retryCount, signal });
    } catch (error) {
      this.#log.warn({ error, kind, tenant, retries: job.retryCount }, 'a job has failed');
      await this.#settle(() => this.#boss.fail(kind, [job], error as object), job);
      return;
    }
    await this.#settle(() => this.#boss.complete(kind, [job]), job);
  }

  /** What cannot be written down now is found out by the missing heartbeat. */
  async #settle(write: () => Promise<unknown>, { data: { tenant } }: Job<WakeData>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#log.warn({ error, tenant }, 'the end of a job could not be written down; it is done once more');
    }
  }

  async #touch(): Promise<void> {
    const held = [...this.#running.values()];
    if (held.length === 0) return;
    try {
      const { settled } = (await this.#boss.touch(
        this.#options.kind,
        held.map(({ job }) => job),
      )) as { readonly settled?: readonly string[] };
      if (settled === undefined) return;
      for (const { job, lost } of held) if (!settled.includes(job.id)) lost.abort();
    } catch (error) {
      this.#log.warn({ error }, 'a sign of life of running jobs could not be given');
    }
  }
}
