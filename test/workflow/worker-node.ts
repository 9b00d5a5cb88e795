// A node in a process of its own that does nothing but work: runs of three steps, each with a row and a webhook, that may be killed anywhere.
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, outwardFetch, outwardPolicy, type Handlers } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { insertEffects, openCell, saveRuns, wakeStatement, type NewEffect, type Run } from '@tessera/storage';
import { at, changeOf, doorIn, newId } from './work-scene.ts';

const steps = ['first', 'second', 'third'] as const;

/** What the process is told: `node worker-node.ts '{"url": …}'`. */
export interface WorkerOrder {
  /** Of its connections. */
  readonly name: string;
  readonly url: string;
  /** Where webhooks go. */
  readonly hook: string;
  /** How long each step takes, in milliseconds. */
  readonly stepMs: number;
}

/** Table beside the tenant's own: one row for each step that was committed. */
export const traceTable = 'trace';

const effectOf = (run: Run, hook: string): NewEffect => ({
  id: newId(),
  key: `${run.id}/${run.position}`,
  kind: 'webhook',
  address: hook,
  content: JSON.stringify({ endpoint: 'trace', body: JSON.stringify({ run: run.id, step: run.position }) }),
  runId: run.id,
  object: null,
  recordId: null,
  dueAt: at(),
});

function handlersOf({ hook, stepMs }: WorkerOrder): Handlers {
  return {
    runs: {
      advance: async (session, runs) => {
        const door = doorIn(session);
        const ids = runs.map(({ id }) => id);
        await door.query({
          text: `insert into ${door.schema}.${traceTable} (run_id, step) select unnest($1::uuid[]), $2`,
          values: [ids, runs[0]?.position],
        });
        await insertEffects(
          door,
          runs.map((run) => effectOf(run, hook)),
          at(),
        );
        await door.query(wakeStatement(['send']));
        await sleep(stepMs);
        const next = steps[steps.findIndex((step) => step === runs[0]?.position) + 1];
        await saveRuns(
          door,
          runs.map((run) =>
            next === undefined ? changeOf(run) : changeOf(run, { state: 'ready', position: next, endedAt: null, dueAt: at() }),
          ),
        );
      },
      failed: () => Promise.resolve(),
    },
    timers: {},
  };
}

async function main(order: WorkerOrder): Promise<void> {
  const cell = await openCell({ url: order.url, log: silentLogger, poolSize: 8, applicationName: order.name });
  const policy = outwardPolicy({ allow: ['127.0.0.1'], ports: [Number(new URL(order.hook).port)] });
  const engine = await createEngine({
    cell,
    log: silentLogger,
    secret: 'a secret that all workers share',
    clock: { now: () => Date.now() },
    outward: { fetch: outwardFetch(policy), allowHttp: true },
    workers: 4,
    handlers: handlersOf(order),
  });
  process.on('SIGTERM', () => {
    void engine
      .close()
      .then(() => cell.close())
      .then(() => process.exit(0));
  });
  process.stdout.write('working\n');
}

const [, script, order] = process.argv;
if (order !== undefined && script?.endsWith('worker-node.ts') === true) await main(JSON.parse(order) as WorkerOrder);
