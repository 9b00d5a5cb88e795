// Jobs of a cell: wake-ups become jobs within the transaction that tells of them, and workers of any node take them.
import { sql, toStatement, type Logger } from '@tessera/kernel';
import type { JobInsert, PgBoss } from 'pg-boss';
import type { Login } from '../cell/login.ts';
import { isSandbox } from '../cell/names.ts';
import type { Transaction } from '../database.ts';
import { openBoss, type OpenedBoss } from './boss.ts';
import { deleteDead, listDead, readFigures, tenantQueues, type DeadJob, type JobFigures, type QueueFigures } from './dead.ts';
import { type Wake, type WakeKind, wakeKinds } from './wake.ts';
import { Worker, type WorkerOptions } from './worker.ts';

/** Nodes hear on this channel of which queue there are jobs to be done at once. */
const jobsChannel = 'tessera_jobs';

/** What of the cell the jobs work with. */
export interface JobsHost {
  /** As the owner of the control schema, which is the owner of pg-boss's too. */
  readonly login: Login;
  readonly log: Logger;
  control<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  listen(channel: string, onMessage: (payload: string) => void): Promise<{ close(): Promise<void> }>;
}

export interface JobsOptions {
  /** Whether this node does jobs, and so also looks for those of nodes that have died; default: it only makes them. */
  readonly works?: boolean;
}

const second = 1_000;

/** Milliseconds since 1970, as the clock shows by which jobs begin; not asked for where nothing is to be done later. */
async function databaseTime(transaction: Transaction, wakes: readonly Wake[]): Promise<number> {
  if (wakes.every(({ at }) => at === undefined)) return 0;
  const { rows } = await transaction.query(toStatement(sql`select (extract(epoch from now()) * 1000)::float8 as now`));
  return Number(rows[0]?.['now']);
}

/** Of those of the same kind and tenant the earliest: its job sees to the next. */
function earliest(wakes: readonly Wake[], now: number): readonly Wake[] {
  const kept = new Map<string, Wake>();
  const timeOf = ({ at }: Wake): number => (at === undefined ? now : Math.max(now, Date.parse(at)));
  for (const wake of wakes) {
    const key = `${wake.kind} ${wake.tenant}`;
    const known = kept.get(key);
    if (known === undefined || timeOf(wake) < timeOf(known)) kept.set(key, wake);
  }
  return [...kept.values()].map((wake) => {
    const time = timeOf(wake);
    // To the second, and never too early.
    return { ...wake, at: time <= now ? undefined : new Date(Math.ceil(time / second) * second).toISOString() };
  });
}

function jobOf({ tenant, at }: Wake): JobInsert {
  return {
    data: { tenant, ...(at === undefined ? {} : { at }) },
    singletonKey: at === undefined ? tenant : `${tenant} ${at}`,
    group: { id: tenant },
    ...(at === undefined ? {} : { startAfter: at }),
  };
}

/** Asks for nothing and opens nothing before something is wanted of it. Close it before the cell. */
export class Jobs {
  readonly #host: JobsHost;
  readonly #works: boolean;
  #opening: Promise<OpenedBoss> | undefined;
  #workers: readonly Worker[] = [];
  #listener: { close(): Promise<void> } | undefined;

  constructor(host: JobsHost, options: JobsOptions = {}) {
    this.#host = host;
    this.#works = options.works === true;
  }

  /**
   * Makes jobs in a control transaction: they are there if it commits. Of a tenant and kind at most one waits to be done at once, and
   * one more at any second to come; a later one is left out where an earlier one waits, since whoever does that makes the next.
   */
  async enqueue(transaction: Transaction, all: readonly Wake[]): Promise<void> {
    // Whoever has made a sandbox does its work himself, at a time of his own.
    const wakes = all.filter(({ tenant }) => !isSandbox(tenant));
    if (wakes.length === 0) return;
    const boss = await this.#boss();
    const wanted = earliest(wakes, await databaseTime(transaction, wakes));
    const db = {
      executeSql: async (text: string, values: unknown[] = []) => ({ rows: [...(await transaction.query({ text, values })).rows] }),
    };
    for (const kind of wakeKinds) {
      const ofKind = wanted.filter((wake) => wake.kind === kind);
      const later = await this.#notForeseen(
        transaction,
        kind,
        ofKind.filter(({ at }) => at !== undefined),
      );
      const atOnce = ofKind.filter(({ at }) => at === undefined);
      if (atOnce.length + later.length > 0) await boss.insert(kind, [...atOnce, ...later].map(jobOf), { db });
      if (atOnce.length > 0) await transaction.query(toStatement(sql`select pg_notify(${jobsChannel}, ${kind})`));
    }
  }

  /** Those before which no other job of the tenant waits. */
  async #notForeseen(transaction: Transaction, kind: WakeKind, wakes: readonly Wake[]): Promise<readonly Wake[]> {
    if (wakes.length === 0) return [];
    const { rows } = await transaction.query(
      toStatement(sql`
        select distinct j.group_id as tenant
        from json_to_recordset(${JSON.stringify(wakes)}::json) as w(tenant text, at timestamptz)
        join pgboss.job j on j.name = ${kind} and j.state = 'created' and j.group_id = w.tenant and j.start_after <= w.at`),
    );
    const foreseen = new Set(rows.map((row) => String(row['tenant'])));
    return wakes.filter(({ tenant }) => !foreseen.has(tenant));
  }

  /** Makes jobs in a transaction of their own. */
  async wake(wakes: readonly Wake[]): Promise<void> {
    if (wakes.length > 0) await this.#host.control((transaction) => this.enqueue(transaction, wakes));
  }

  /** Begins to do jobs. */
  async work(options: readonly WorkerOptions[]): Promise<void> {
    const boss = await this.#boss();
    this.#workers = options.map((each) => new Worker(boss, each, this.#host.log));
    this.#listener = await this.#host.listen(jobsChannel, (payload) => {
      options.forEach(({ kind }, i) => {
        if (kind === payload) this.#workers[i]?.poke();
      });
    });
  }

  /** Lets the jobs under way end, but not for longer than so many milliseconds: what is left then is other nodes' to do. */
  async stopWork(graceMs: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(graceMs)));
    this.#workers = [];
    await this.#listener?.close();
    this.#listener = undefined;
  }

  /** Jobs of a tenant whose retries are used up, the latest first. */
  async dead(tenant: string, first: number): Promise<readonly DeadJob[]> {
    await this.#boss();
    return this.#host.control((transaction) => listDead(transaction, tenant, first));
  }

  /** What of a tenant waits in the queues to be done now, and what is under way. */
  async queuesOf(tenant: string): Promise<readonly Pick<QueueFigures, 'kind' | 'waiting' | 'running'>[]> {
    await this.#boss();
    return this.#host.control((transaction) => tenantQueues(transaction, tenant));
  }

  /** Has a dead job done once more. False where there is none of the tenant with this id. */
  replay(tenant: string, id: string): Promise<boolean> {
    return this.#bury(tenant, id, (transaction, kind) => this.enqueue(transaction, [{ kind, tenant }]));
  }

  /** Removes a dead job. False where there is none of the tenant with this id. */
  remove(tenant: string, id: string): Promise<boolean> {
    return this.#bury(tenant, id, () => Promise.resolve());
  }

  figures(): Promise<JobFigures> {
    return this.#host.control(readFigures);
  }

  async close(): Promise<void> {
    await this.stopWork(0);
    const opening = this.#opening;
    this.#opening = undefined;
    const opened = await opening?.catch(() => undefined);
    await opened?.close();
  }

  async #bury(tenant: string, id: string, then: (transaction: Transaction, kind: WakeKind) => Promise<void>): Promise<boolean> {
    await this.#boss();
    return this.#host.control(async (transaction) => {
      const kind = await deleteDead(transaction, tenant, id);
      if (kind !== undefined) await then(transaction, kind);
      return kind !== undefined;
    });
  }

  async #boss(): Promise<PgBoss> {
    const { login, log } = this.#host;
    this.#opening ??= openBoss(login, log, this.#works).catch((error: unknown) => {
      // The database may be back when it is next wanted.
      this.#opening = undefined;
      throw error;
    });
    return (await this.#opening).boss;
  }
}
