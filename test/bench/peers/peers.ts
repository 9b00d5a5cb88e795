// Everybody who is measured: which server, asked in which words, as whom.
import { join } from 'node:path';
import { schema, type readers } from '../scene/scene.ts';
import type { PeerKind } from '../workloads/workload.ts';
import { startOurs } from './ours.ts';
import { startProcess, type PeerProcess } from './process.ts';

export interface Peer {
  readonly name: string;
  readonly kind: PeerKind;
  readonly server: ServerName;
  /** Who is signed in; only this engine knows people. */
  readonly reader?: keyof typeof readers;
}

export type ServerName = 'raw' | 'tuned' | 'postgraphile' | 'tessera';

/** The yardstick comes first. */
export const peers: readonly Peer[] = [
  { name: 'RAW', kind: 'raw', server: 'raw' },
  { name: 'RAW tuned', kind: 'tuned', server: 'tuned' },
  { name: 'PostGraphile 5', kind: 'postgraphile', server: 'postgraphile' },
  { name: 'REST, administrator', kind: 'rest', server: 'tessera', reader: 'administrator' },
  { name: 'GraphQL, administrator', kind: 'graphql', server: 'tessera', reader: 'administrator' },
  { name: 'REST, manager', kind: 'rest', server: 'tessera', reader: 'manager' },
  { name: 'GraphQL, manager', kind: 'graphql', server: 'tessera', reader: 'manager' },
];

const scripts: Readonly<Record<Exclude<ServerName, 'tessera'>, string>> = {
  raw: 'raw-server.ts',
  tuned: 'raw-tuned-server.ts',
  postgraphile: 'postgraphile-server.ts',
};

export type Servers = ReadonlyMap<ServerName, PeerProcess>;

/** Starts the servers that these peers need, each a process of its own. */
export async function startServers(
  wanted: readonly Peer[],
  options: { readonly url: string; readonly dataDir: string; readonly inspect?: boolean },
): Promise<Servers> {
  const servers = new Map<ServerName, PeerProcess>();
  const environment = { BENCH_DATABASE_URL: options.url, BENCH_SCHEMA: schema };
  try {
    for (const name of new Set(wanted.map(({ server }) => server))) {
      const started =
        name === 'tessera' ? startOurs(options) : startProcess({ words: [join(import.meta.dirname, scripts[name])], environment });
      servers.set(name, await started);
    }
    return servers;
  } catch (error) {
    await stopServers(servers);
    throw error;
  }
}

export async function stopServers(servers: Servers): Promise<void> {
  await Promise.all([...servers.values()].map((server) => server.stop()));
}
