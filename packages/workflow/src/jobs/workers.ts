// The workers of a node: each job is a turn of one tenant, and whoever ends a turn sees to the next.
import type { Clock, Logger } from '@tessera/kernel';
import { TesseraError } from '@tessera/kernel';
import { nextDue, type JobCall, type Jobs, type Wake, type WakeKind } from '@tessera/storage';
import { sendLimits, takeSendTurn, type Sending } from '../effects/send.ts';
import type { Desk, Handlers } from './handlers.ts';
import { takeTurn, workLimits, type Turn, type TurnEnd } from './work.ts';

export interface WorkersOptions {
  readonly jobs: Jobs;
  /** Jobs of each kind at once on this node. */
  readonly atOnce: number;
  readonly handlers: Handlers;
  readonly sending: Sending;
  readonly clock: Clock;
  readonly log: Logger;
  /** @param clock by which it is worked there */
  readonly desk: (tenant: string, clock: Clock) => Desk;
  readonly tenants: () => Promise<readonly string[]>;
}

/** Jobs of each kind that one tenant has at once, on all nodes. */
const atOncePerTenant = 2;
/** What is due and in other hands is looked after so soon again. */
const otherHandsMs = 1_000;
/** Wake-ups that were lost are made good so often: a queue that was emptied, a tenant that was restored. */
const sweepEveryMs = 300_000;

/** The time by which a job is done: this node's, but never before the one that the job was for. */
function clockOf(clock: Clock, at: string | undefined): Clock {
  const least = at === undefined ? 0 : Date.parse(at);
  return { now: () => Math.max(least, clock.now()) };
}

const isGone = (error: unknown): boolean => error instanceof TesseraError && error.code === 'TENANT_NOT_FOUND';

export class Workers {
  readonly #options: WorkersOptions;
  readonly #sweeps: NodeJS.Timeout;
  readonly #stopping = new AbortController();
  #sweeping: Promise<void>;

  private constructor(options: WorkersOptions) {
    this.#options = options;
    this.#sweeping = this.#sweep();
    this.#sweeps = setInterval(() => {
      this.#sweeping = this.#sweep();
    }, sweepEveryMs);
    this.#sweeps.unref();
  }

  static async start(options: WorkersOptions): Promise<Workers> {
    const workers = new Workers(options);
    const { jobs, atOnce } = options;
    const { handlers, sending } = options;
    const worker = (kind: WakeKind, turn: (desk: Desk, turn: Turn) => Promise<TurnEnd>, limits: Turn['limits']) => ({
      kind,
      atOnce,
      atOncePerTenant,
      handle: (call: JobCall) => workers.#do(kind, call, (desk, given) => turn(desk, { ...given, limits })),
    });
    await jobs.work([
      worker('work', (desk, turn) => takeTurn(desk, handlers, turn), workLimits),
      worker('send', (desk, turn) => takeSendTurn(desk, sending, turn), sendLimits),
    ]);
    return workers;
  }

  /** Lets turns under way end after what they are at, within so long. */
  async stop(graceMs: number): Promise<void> {
    clearInterval(this.#sweeps);
    this.#stopping.abort();
    await this.#sweeping;
    await this.#options.jobs.stopWork(graceMs);
  }

  async #do(kind: WakeKind, call: JobCall, turn: (desk: Desk, turn: Omit<Turn, 'limits'>) => Promise<TurnEnd>): Promise<void> {
    const { tenant, at, retries, signal } = call;
    const { jobs } = this.#options;
    const clock = clockOf(this.#options.clock, at);
    const desk = this.#options.desk(tenant, clock);
    try {
      const end = await turn(desk, { signal, careful: retries > 0, onFull: () => jobs.wake([{ kind, tenant }]) });
      const next = end.more ? { kind, tenant } : await this.#next(desk, kind, clock.now());
      if (next !== undefined) await jobs.wake([next]);
    } catch (error) {
      // It was dropped, and its work with it.
      if (!isGone(error)) throw error;
    }
  }

  /** The wake-up for what is left of a tenant. */
  async #next(desk: Desk, kind: WakeKind, now: number): Promise<Wake | undefined> {
    const due = (await nextDue(desk.database))[kind];
    if (due === null) return undefined;
    const soonest = now + otherHandsMs;
    return { kind, tenant: desk.database.tenant, at: new Date(Math.max(soonest, Date.parse(due))).toISOString() };
  }

  async #sweep(): Promise<void> {
    const { tenants, desk, clock, jobs, log } = this.#options;
    try {
      const wakes: Wake[] = [];
      for (const tenant of await tenants()) {
        if (this.#stopping.signal.aborted) return;
        wakes.push(...(await this.#wanted(desk(tenant, clock))));
      }
      await jobs.wake(wakes);
    } catch (error) {
      log.warn({ error }, 'what tenants have to do could not be looked for; it is tried again');
    }
  }

  async #wanted({ database }: Desk): Promise<readonly Wake[]> {
    const { tenant } = database;
    try {
      const { work, send } = await nextDue(database);
      const wakes: readonly (readonly [WakeKind, string | null])[] = [
        ['work', work],
        ['send', send],
      ];
      return wakes.flatMap(([kind, at]): Wake[] => (at === null ? [] : [{ kind, tenant, at }]));
    } catch (error) {
      if (!isGone(error)) this.#options.log.warn({ error, tenant }, 'what the tenant has to do could not be looked for');
      return [];
    }
  }
}
