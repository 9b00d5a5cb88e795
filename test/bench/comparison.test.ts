// The benchmark at a tiny scale: every server starts, and all peers give the same answers for every workload. Nothing is timed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { compareAnswers, type Asked } from './compare.ts';
import { askedOf } from './comparison.part.ts';
import { requestBytes } from './load/http-wire.ts';
import { load } from './load/loader.ts';
import { peers, startServers, stopServers, type Servers } from './peers/peers.ts';
import { loadScene } from './scene/scene.ts';
import { choosingFrom } from './scene/sight.ts';
import { workloadsAt } from './workloads/index.ts';

// PostGraphile plans each of many records by itself, which takes it seconds.
const workloads = workloadsAt(40);

let database: TestDatabase;
let dataDir: string;
let servers: Servers = new Map();
let asked: readonly Asked[];

beforeAll(async () => {
  database = await testDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'tessera-bench-'));
  await loadScene(database.url, 0.002);
  servers = await startServers(peers, { url: database.url, dataDir });
  asked = await askedOf(peers, servers);
});

afterAll(async () => {
  await stopServers(servers);
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('peers', () => {
  it.each(workloads.map((workload) => [workload.name, workload] as const))('give the same answers: %s', async (_name, workload) => {
    await connected(database.url, async (client) => {
      const from = await choosingFrom(client);
      const prepared = await workload.prepare(from);
      await compareAnswers(from, prepared, asked);
      expect(asked.filter(({ peer }) => prepared.requests(peer.kind) !== undefined).length).toBeGreaterThanOrEqual(4);
    });
  });

  it('are told apart where a restricted person gets more than the person sees', async () => {
    await connected(database.url, async (client) => {
      const from = await choosingFrom(client);
      const list = await workloads.find(({ name }) => name === 'sums')?.prepare(from);
      const manager = asked.filter(({ peer }) => peer.reader === 'manager');
      if (list === undefined) throw new TypeError('There are no sums.');
      await expect(compareAnswers({ ...from, seen: 'true' }, list, manager)).rejects.toThrow('differs');
    });
  });

  it('stand under load until it ends, and what they refuse stops it', async () => {
    const [first] = asked;
    if (first === undefined) throw new TypeError('There are no peers.');
    const under = (path: string): ReturnType<typeof load> =>
      load({ url: first.url, requests: [requestBytes({ method: 'GET', path }, first.headers)], connections: 4, ms: 50, from: 0 });
    const { answered, latencies } = await under('/sums?from=2023-01-01&to=2023-03-31');
    expect(answered).toBeGreaterThanOrEqual(4);
    expect(latencies).toHaveLength(answered);
    await expect(under('/opportunities/00000000-0000-7000-8000-000000000000')).rejects.toThrow('The server refused: 404');
  });
});
