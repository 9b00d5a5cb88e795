// Figures for Prometheus: requests by route and status, the pools of connections, the process.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CellStats, JobFigures, QueueFigures } from '@tessera/storage';

/** One answered request. */
export interface AnsweredRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Metrics {
  readonly contentType: string;
  answered(request: AnsweredRequest): void;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function databaseFigures(registers: Registry[], stats: () => CellStats): void {
  const pools = (): readonly (readonly [string, CellStats['tenants']])[] => {
    const { tenants, administration } = stats();
    return [
      ['tenants', tenants],
      ['administration', administration],
    ];
  };
  const gauge = (name: string, help: string, value: (pool: CellStats['tenants']) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['pool'],
      registers,
      collect() {
        for (const [pool, figures] of pools()) this.set({ pool }, value(figures));
      },
    });
  };
  gauge('tessera_pool_connections', 'Open connections to the database.', ({ connections }) => connections);
  gauge('tessera_pool_idle', 'Connections that nobody uses.', ({ idle }) => idle);
  gauge('tessera_pool_waiting', 'Requests that wait for a connection.', ({ waiting }) => waiting);
  gauge('tessera_pool_opened', 'Connections opened since the start.', ({ opened }) => opened);
  gauge('tessera_pool_retired', 'Connections replaced since the start.', ({ retired }) => retired);
  gauge('tessera_pool_role_switches', 'Changes of tenant on a connection since the start.', ({ roleSwitches }) => roleSwitches);
  new Gauge({
    name: 'tessera_transaction_retries',
    help: 'Transactions run again after a deadlock or a serialisation failure, since the start.',
    registers,
    collect() {
      this.set(stats().retries);
    },
  });
  new Counter({
    name: 'tessera_slow_statements_total',
    help: 'Statements of tenants that were logged as slow.',
    labelNames: ['operation'],
    registers,
    collect() {
      this.reset();
      for (const [operation, count] of stats().slowStatements) this.inc({ operation }, count);
    },
  });
}

/** Each look asks the database once, whichever of the gauges comes first. */
function jobGauges(registers: Registry[], figures: () => Promise<JobFigures>): void {
  let asked: Promise<JobFigures> | undefined;
  const latest = (): Promise<JobFigures> => {
    asked ??= figures().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  const gauge = (name: string, help: string, labelNames: readonly string[], set: (of: Gauge, now: JobFigures) => void): void => {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      async collect() {
        this.reset();
        // A database that is away is told by the pools; the other figures are to be had none the less.
        const now = await latest().catch(() => undefined);
        if (now !== undefined) set(this, now);
      },
    });
  };
  const byQueue = (value: (queue: QueueFigures) => number) => (of: Gauge, now: JobFigures) => {
    for (const queue of now.queues) of.set({ queue: queue.kind }, value(queue));
  };
  const queues = ['queue'];
  gauge(
    'tessera_jobs_lag_seconds',
    'How long the oldest job has waited that could be done.',
    queues,
    byQueue(({ lagSeconds }) => lagSeconds),
  );
  gauge(
    'tessera_jobs_waiting',
    'Jobs that could be done.',
    queues,
    byQueue(({ waiting }) => waiting),
  );
  gauge(
    'tessera_jobs_running',
    'Jobs under way.',
    queues,
    byQueue(({ running }) => running),
  );
  gauge('tessera_jobs_dead', 'Jobs whose retries are used up.', [], (of, { dead }) => {
    of.set(dead);
  });
  gauge('tessera_outbox_lag_seconds', 'Age of the oldest entry of the outbox.', [], (of, { outbox }) => {
    of.set(outbox.lagSeconds);
  });
  gauge('tessera_outbox_waiting', 'Entries of the outbox that nobody has taken.', [], (of, { outbox }) => {
    of.set(outbox.waiting);
  });
}

/**
 * @param stats of the database's pools, asked whenever somebody looks
 * @param jobs of the queues of all tenants, likewise
 */
export function createMetrics(stats?: () => CellStats, jobs?: () => Promise<JobFigures>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'tessera_http_request_duration_seconds',
    help: 'Time from the request to the end of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const failures = new Counter({
    name: 'tessera_http_failures_total',
    help: 'Answers with status 500 and above.',
    labelNames: ['route'],
    registers,
  });
  if (stats !== undefined) databaseFigures(registers, stats);
  if (jobs !== undefined) jobGauges(registers, jobs);
  return {
    contentType: registry.contentType,
    answered: ({ method, route, status, seconds }) => {
      // Callers choose the method's name: an unknown one must not become a series of its own.
      durations.observe({ method: knownMethods.has(method) ? method : 'other', route, status: String(status) }, seconds);
      if (status >= 500) failures.inc({ route });
    },
    text: () => registry.metrics(),
  };
}
