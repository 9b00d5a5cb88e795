// This engine beside hand-written SQL and PostGraphile: the same rows, the same requests, the same answers; then the load.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Part, PartResult } from './part.ts';
import { connected } from '../support/postgres.ts';
import { compareAnswers, type Asked } from './compare.ts';
import { runRounds, type Measured, type Runner } from './load/rounds.ts';
import type { BenchOptions } from './options.ts';
import { tokenOf } from './peers/ours.ts';
import { peers, startServers, stopServers, type Peer, type Servers } from './peers/peers.ts';
import { profileServer } from './profile/profile.ts';
import { comparisonSection, missedGoals, type Comparison } from './report/comparison-section.ts';
import { startCluster, type Cluster } from './scene/cluster.ts';
import { loadScene, type Scene } from './scene/scene.ts';
import { choosingFrom } from './scene/sight.ts';
import { workloads } from './workloads/index.ts';
import type { Prepared } from './workloads/workload.ts';

type Tell = (line: string) => void;

const isWanted = (words: readonly string[], name: string): boolean =>
  words.length === 0 || words.some((word) => name.toLowerCase().includes(word));

/** RAW is the yardstick of every run. */
export const wantedPeers = (words: readonly string[]): readonly Peer[] =>
  peers.filter(({ name, kind }) => kind === 'raw' || isWanted(words, name));

/** Who asks whom; people sign in anew, since tokens are good for a quarter of an hour. */
export async function askedOf(wanted: readonly Peer[], servers: Servers): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const peer of wanted) {
    const server = servers.get(peer.server);
    if (server === undefined) continue;
    const { host } = new URL(server.url);
    const authorization = peer.reader === undefined ? {} : { Authorization: `Bearer ${await tokenOf(server.url, peer.reader)}` };
    asked.push({ peer, url: server.url, headers: { Host: host, ...authorization } });
  }
  return asked;
}

/** Workloads with their cases, once all peers have answered them alike. */
export async function comparedWorkloads(
  url: string,
  wanted: readonly Peer[],
  servers: Servers,
  names: readonly string[],
  tell: Tell,
): Promise<readonly Prepared[]> {
  return connected(url, async (client) => {
    const from = await choosingFrom(client);
    const asked = await askedOf(wanted, servers);
    const prepared: Prepared[] = [];
    for (const workload of workloads.filter(({ name }) => names.length === 0 || names.includes(name))) {
      const each = await workload.prepare(from);
      await compareAnswers(from, each, asked);
      prepared.push(each);
    }
    tell(`${String(asked.length)} peers give the same answers.`);
    await client.query('vacuum (analyze)');
    await client.query('checkpoint');
    return prepared;
  });
}

async function measure(
  options: BenchOptions,
  cluster: Cluster,
  wanted: readonly Peer[],
  servers: Servers,
  tell: Tell,
): Promise<Comparison['results']> {
  const prepared = await comparedWorkloads(cluster.url, wanted, servers, options.workloads, tell);
  const results: { workload: Prepared; measured: readonly Measured[] }[] = [];
  for (const workload of prepared) {
    const sign = async (): Promise<readonly Runner[]> =>
      (await askedOf(wanted, servers)).map((each) => ({ asked: each, pid: servers.get(each.peer.server)?.pid ?? 0 }));
    const { connections, rounds, seconds } = options;
    const roundMs = seconds * 1000;
    const measured = await runRounds(workload, sign, {
      connections,
      rounds,
      roundMs,
      warmUpMs: roundMs / 2,
      postmaster: cluster.postmaster,
    });
    tell(
      `${workload.name}: ${measured.map(({ peer, rounds: [first] }) => `${peer} ${(first?.perSecond ?? 0).toFixed(0)}`).join(', ')} requests a second at first`,
    );
    results.push({ workload, measured });
  }
  return results;
}

async function compared(options: BenchOptions, cluster: Cluster, scene: Scene, dataDir: string, tell: Tell): Promise<PartResult> {
  const wanted = wantedPeers(options.peers);
  const servers = await startServers(wanted, { url: scene.url, dataDir });
  try {
    const results = await measure(options, cluster, wanted, servers, tell);
    const comparison: Comparison = { options, cluster: { version: cluster.version }, scene, wanted, results };
    // The goals are where the way leads; a run that shows how far it is has done its work.
    return { markdown: comparisonSection(comparison), missed: missedGoals(comparison), failed: false, figures: results };
  } finally {
    await stopServers(servers);
  }
}

async function profiled(options: BenchOptions, folder: string, scene: Scene, dataDir: string, tell: Tell): Promise<PartResult> {
  await mkdir(folder, { recursive: true });
  const wanted = peers.filter(({ server, name }) => server === 'tessera' && isWanted(options.peers, name));
  const servers = await startServers(wanted, { url: scene.url, dataDir, inspect: true });
  try {
    const prepared = await comparedWorkloads(scene.url, wanted, servers, options.workloads, tell);
    const server = servers.get('tessera');
    if (server?.inspector === undefined) throw new Error('The server has no inspector.');
    const asked = await askedOf(wanted, servers);
    const markdown = await profileServer({ inspector: server.inspector, asked, prepared, folder, options });
    return { markdown, missed: [], failed: false, figures: null };
  } finally {
    await stopServers(servers);
  }
}

export const comparison: Part = {
  name: 'comparison',
  title: 'Beside hand-written SQL and PostGraphile',
  run: async (options, tell) => {
    const work = await mkdtemp(join(tmpdir(), 'tessera-bench-'));
    // PostgreSQL’s own account must pass through.
    await chmod(work, 0o755);
    const folder = resolve(options.keep ?? join(work, 'postgres'));
    let cluster: Cluster | undefined;
    try {
      cluster = await startCluster(folder);
      tell(`PostgreSQL ${cluster.version}; filling the tables …`);
      const scene = await loadScene(cluster.url, options.scale);
      tell(`The scene is there after ${(scene.loadMs / 1000).toFixed(0)} s.`);
      const dataDir = join(work, 'data');
      if (options.profile !== undefined) return await profiled(options, options.profile, scene, dataDir, tell);
      return await compared(options, cluster, scene, dataDir, tell);
    } finally {
      await cluster?.stop();
      await rm(work, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  },
};
