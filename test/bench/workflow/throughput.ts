// Runs a second of one node and of two, from the moment that they are all due, beside empty jobs of pg-boss alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { tenantSchema } from '@tessera/storage';
import type pg from 'pg';
import { PgBoss } from 'pg-boss';
import { connected } from '../../support/postgres.ts';
import type { Place } from '../growth/place.ts';
import { answerOf } from '../growth/server.ts';
import type { PeerProcess } from '../peers/process.ts';
import { objectName, runningPack } from './packs.ts';

export interface Speed {
  readonly name: string;
  readonly perSecond: number;
}

/** Two nodes have something to share: of one tenant they do two jobs at once. */
const tenants = 4;
const atOnce = 4;
const bulk = 500;
const longestSeconds = 300;

/** A tenant that makes runs of so many steps each. */
interface Source {
  readonly tenant: string;
  readonly token: string;
}

async function sourcesOf(place: Place, steps: number): Promise<readonly Source[]> {
  const made: Source[] = [];
  for (let i = 0; i < tenants; i += 1) {
    const tenant = `runs${String(steps)}of${String(i)}`;
    made.push({ tenant, token: await place.hands.token(tenant, await place.hands.make(tenant, runningPack(steps))) });
  }
  return made;
}

const each = (sources: readonly Source[], statement: (schema: string, tenant: string) => string): string =>
  sources.map(({ tenant }) => statement(tenantSchema(tenant), tenant)).join(';\n');

/** Runs that are not due yet, so many of all tenants together. */
async function startRuns(client: pg.Client, server: PeerProcess, sources: readonly Source[], runs: number): Promise<void> {
  for (const { token } of sources) {
    for (let left = runs / sources.length; left > 0; left -= bulk) {
      const records = Array.from({ length: Math.min(bulk, left) }, (_, n) => ({ name: 'Thing', amount: n }));
      await answerOf(server, token, { method: 'POST', path: `/api/v1/records/${objectName}/bulk`, body: { action: 'create', records } });
    }
  }
  await client.query(each(sources, (schema) => `update ${schema}._run set due_at = now() + interval '1 day' where state = 'ready'`));
}

/** Lets all be due, and gives the seconds until the last is done. */
async function release(client: pg.Client, sources: readonly Source[], since: string): Promise<number> {
  await client.query(
    each(
      sources,
      (schema, tenant) => `update ${schema}._run set due_at = now() where state = 'ready';
        insert into tessera.outbox (tenant, payload) select role, '{"wake": ["work"]}' from tessera.tenant where name = '${tenant}'`,
    ),
  );
  const began = performance.now();
  const left = sources.map(({ tenant }) => `(select count(*) from ${tenantSchema(tenant)}._run where state = 'ready')`).join(' + ');
  const failed = sources.map(({ tenant }) => `(select count(*) from ${tenantSchema(tenant)}._run where state = 'failed')`).join(' + ');
  for (;;) {
    const [found] = (await client.query<{ readonly left: string; readonly failed: string }>(`select ${left} as left, ${failed} as failed`))
      .rows;
    if (Number(found?.failed) > 0) throw new Error(`Runs of ${since} have failed.`);
    const seconds = (performance.now() - began) / 1_000;
    if (Number(found?.left) === 0) return seconds;
    if (seconds > longestSeconds) throw new Error(`Runs of ${since} take too long.`);
    await sleep(20);
  }
}

async function nodesSpeed(
  place: Place,
  client: pg.Client,
  nodes: number,
  of: { readonly steps: number; readonly sources: readonly Source[]; readonly runs: number },
): Promise<Speed> {
  const { steps, sources, runs } = of;
  const name = `${String(nodes)} ${nodes === 1 ? 'node' : 'nodes'}, ${String(steps)} ${steps === 1 ? 'step' : 'steps'}`;
  const writer = await place.start({ settings: { WORKERS: 'off' } });
  await startRuns(client, writer, sources, runs);
  await writer.stop();
  const servers: PeerProcess[] = [];
  try {
    for (let i = 0; i < nodes; i += 1) servers.push(await place.start({ settings: { WORKERS: String(atOnce) } }));
    return { name, perSecond: runs / (await release(client, sources, name)) };
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** Takes and ends empty jobs, so many at a time in as many loops as a node has. */
async function bossSpeed(url: string, jobs: number, batchSize: number): Promise<Speed> {
  const boss = new PgBoss({ connectionString: url, schema: 'bare', max: atOnce, schedule: false, supervise: false });
  boss.on('error', () => undefined);
  await boss.start();
  try {
    const queue = `empty${String(batchSize)}`;
    await boss.createQueue(queue);
    for (let left = jobs; left > 0; left -= bulk)
      await boss.insert(
        queue,
        Array.from({ length: Math.min(bulk, left) }, () => ({ data: {} })),
      );
    const began = performance.now();
    const loop = async (): Promise<void> => {
      for (let taken = await boss.fetch(queue, { batchSize }); taken.length > 0; taken = await boss.fetch(queue, { batchSize }))
        await boss.complete(
          queue,
          taken.map(({ id }) => id),
        );
    };
    await Promise.all(Array.from({ length: atOnce }, loop));
    const perSecond = (jobs * 1_000) / (performance.now() - began);
    return { name: `pg-boss alone, empty jobs, ${batchSize === 1 ? 'one' : String(batchSize)} at a time`, perSecond };
  } finally {
    await boss.stop({ graceful: false });
  }
}

/** @param runs a multiple of the number of tenants */
export async function speeds(place: Place, runs: number, tell: (line: string) => void): Promise<readonly Speed[]> {
  const found: Speed[] = [];
  const note = (speed: Speed): void => {
    found.push(speed);
    tell(`${speed.name}: ${speed.perSecond.toFixed(0)} a second`);
  };
  for (const batchSize of [1, 200]) note(await bossSpeed(place.cluster.url, runs, batchSize));
  await connected(place.cluster.url, async (client) => {
    for (const steps of [1, 5]) {
      const sources = await sourcesOf(place, steps);
      for (const nodes of [1, 2]) note(await nodesSpeed(place, client, nodes, { steps, sources, runs }));
    }
  });
  return found;
}
