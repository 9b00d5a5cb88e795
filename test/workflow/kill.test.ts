// `kill -9` of nodes at work, and a database that drops everybody: each step is committed once, each webhook comes, another node takes over.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../storage/cell-support.ts';
import type { TestTenant } from '../support/engine.ts';
import { random } from '../support/random.ts';
import { webhookReceiver, type WebhookReceiver } from './receivers.ts';
import { noTimers, workScene, type WorkScene } from './work-scene.ts';
import { traceTable, type WorkerOrder } from './worker-node.ts';

const chance = random();
const names = ['acme', 'beta', 'gamma'] as const;
const children = new Set<ChildProcess>();

let hook: WebhookReceiver;
let scene: WorkScene;
let tenants: readonly TestTenant[];

beforeAll(async () => {
  hook = await webhookReceiver();
  scene = await workScene({ timers: noTimers });
  tenants = await Promise.all(names.map((name) => scene.engine.tenant(name, [])));
  // The tables of the jobs are made when they are first asked for.
  await tenants[0]?.run('jobs.list', {});
  for (const { schema } of tenants) {
    // Without a key: what is done twice is there twice.
    await scene.engine.sql(`create table ${schema}.${traceTable} (run_id uuid, step text)`);
    await scene.engine.sql(`grant insert on ${schema}.${traceTable} to public`);
  }
});

beforeEach(async () => {
  hook.received.length = 0;
  hook.accepted.length = 0;
  // Of nodes that were killed before.
  await scene.engine.sql("delete from pgboss.job where state <= 'active'");
  for (const { schema } of tenants)
    for (const table of ['_run', '_effect', traceTable]) await scene.engine.sql(`delete from ${schema}.${table}`);
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill(signal);
  await gone;
  children.delete(child);
}

afterEach(async () => {
  for (const child of children) await end(child, 'SIGTERM');
});

afterAll(async () => {
  await scene.close();
  await hook.close();
});

async function start(stepMs: number, name = 'tessera'): Promise<ChildProcess> {
  const order: WorkerOrder = { name, url: scene.engine.database.url, hook: hook.url, stepMs };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker-node.ts'), JSON.stringify(order)], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  await once(child.stdout, 'data');
  return child;
}

/** Runs and effects that are still to be done. */
async function left(): Promise<number> {
  const counts = tenants.map(
    ({ schema }) =>
      `select (select count(*) from ${schema}._run where state = 'ready') + (select count(*) from ${schema}._effect where state = 'ready') as n`,
  );
  const [row] = await scene.engine.sql(`select sum(n)::int as n from (${counts.join(' union all ')}) c`);
  return Number(row?.['n']);
}

async function expectEachOnce(runs: number): Promise<void> {
  for (const { schema } of tenants) {
    const twice = await scene.engine.sql(`select run_id, step from ${schema}.${traceTable} group by run_id, step having count(*) <> 1`);
    expect(twice).toEqual([]);
    const [done] = await scene.engine.sql(
      `select (select count(*)::int from ${schema}.${traceTable}) as steps, (select count(*)::int from ${schema}._run where state = 'done') as runs,
        (select count(*)::int from ${schema}._effect where state = 'sent') as effects`,
    );
    expect(done).toEqual({ steps: 3 * runs, runs, effects: 3 * runs });
  }
  expect(new Set(hook.received.map(({ id }) => id)).size).toBe(3 * runs * tenants.length);
}

/** Nodes that are in the middle of a step: they have written, and sleep. */
async function atStep(): Promise<readonly unknown[]> {
  const asked = `select substr(application_name, 9) as node from pg_stat_activity
    where datname = current_database() and state = 'idle in transaction' and application_name in ('tessera left', 'tessera right')
      and query like '%tessera.outbox%'`;
  let rows: readonly Readonly<Record<string, unknown>>[] = [];
  await until('a step to be under way', async () => (rows = await scene.engine.sql(asked)).length > 0, 40_000);
  return rows.map(({ node }) => node);
}

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

describe('a node that is killed', () => {
  it('in the middle of a step leaves it to another, which does it once', async () => {
    const nodes = { left: await start(3_000, 'tessera left'), right: await start(3_000, 'tessera right') };
    const [acme] = tenants;
    if (acme === undefined) throw new Error('There is no tenant.');
    // What they have looked for at their beginning is found by now.
    await sleep(500);
    const [id = ''] = await scene.write(acme, { runs: [{}] });
    const [node] = await atStep();
    await end(node === 'left' ? nodes.left : nodes.right, 'SIGKILL');
    const killed = performance.now();
    await until('the other', async () => (await atStep()).some((each) => each !== node), 100_000);
    const seconds = (performance.now() - killed) / 1000;
    say(`takeover of the one run of a killed node: ${seconds.toFixed(1)} s`);
    // A heartbeat of 10 s, a look every 2 s, and a first pause of up to 2 s; a look at all tenants would come after minutes.
    expect(seconds).toBeLessThan(60);
    await until('the end', async () => (await left()) === 0);
    // Whoever takes over a job that broke off counts each run before it is done.
    expect(await scene.rows(acme, '_run', 'id, state, attempts')).toEqual([{ id, state: 'done', attempts: 1 }]);
    expect(await scene.engine.sql(`select step from ${acme.schema}.${traceTable} order by step`)).toEqual([
      { step: 'first' },
      { step: 'second' },
      { step: 'third' },
    ]);
    expect(hook.received.map((each) => each.id).sort()).toEqual(['first', 'second', 'third'].map((step) => `${id}/${step}`));
  }, 400_000);

  it(`over and over, and a database that cuts everybody off, lose nothing and do nothing twice (seed ${chance.seed})`, async () => {
    const runs = 60;
    const nodes = [await start(30), await start(30)];
    hook.answer = async () => {
      await sleep(chance.below(40));
      return { status: chance.below(10) === 0 ? 503 : 200 };
    };
    const began = performance.now();
    for (const tenant of tenants)
      for (let i = 0; i < runs; i += 10) await scene.write(tenant, { runs: Array.from({ length: 10 }, () => ({})) });
    let kills = 0;
    for (; kills < 5; kills += 1) {
      await sleep(100 + chance.below(400));
      const at = chance.below(2);
      const node = nodes[at];
      if (node !== undefined) await end(node, 'SIGKILL');
      nodes[at] = await start(30);
      if (kills !== 2) continue;
      await scene.engine.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'tessera%'",
      );
    }
    hook.answer = () => ({ status: 200 });
    await until('all to be done', async () => (await left()) === 0, 200_000);
    await expectEachOnce(runs);
    // Whoever was killed after the answer and before it was written down sends it again: that is what the key is for.
    const twice = hook.accepted.length - new Set(hook.accepted).size;
    say(
      `${String(kills)} kills: all was done after ${((performance.now() - began) / 1000).toFixed(1)} s; webhooks taken more than once: ${String(twice)}`,
    );
  }, 400_000);
});

describe('a node that is told to stop', () => {
  it('ends what it is at, and leaves the rest for the next', async () => {
    const first = await start(100);
    const runs = 30;
    for (const tenant of tenants) await scene.write(tenant, { runs: Array.from({ length: runs }, () => ({})) });
    await until('something to be done', () => hook.received.length > 0);
    const stopped = performance.now();
    await end(first, 'SIGTERM');
    expect(performance.now() - stopped).toBeLessThan(20_000);
    expect(first.exitCode).toBe(0);
    expect(await scene.engine.sql("select from pgboss.job where state = 'active'")).toEqual([]);
    await start(1);
    await until('the rest', async () => (await left()) === 0, 40_000);
    await expectEachOnce(runs);
  }, 400_000);
});
