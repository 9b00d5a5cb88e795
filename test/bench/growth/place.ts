// A PostgreSQL of its own for a part, with a folder for servers; both are gone when the part is done.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, type Cluster } from '../scene/cluster.ts';
import type { PeerProcess } from '../peers/process.ts';
import { openHands, type Hands } from './hands.ts';
import { startServer, type ServerStart } from './server.ts';

export interface Place {
  readonly cluster: Cluster;
  readonly hands: Hands;
  start(options?: Pick<ServerStart, 'inspect' | 'settings'>): Promise<PeerProcess>;
}

export async function atPlace<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-bench-'));
  // PostgreSQL’s own account must pass through.
  await chmod(folder, 0o755);
  let cluster: Cluster | undefined;
  let hands: Hands | undefined;
  try {
    const started = (cluster = await startCluster(join(folder, 'postgres')));
    hands = await openHands(started.url);
    const start: Place['start'] = (options = {}) => startServer({ url: started.url, dataDir: join(folder, 'data'), ...options });
    return await work({ cluster: started, hands, start });
  } finally {
    await hands?.close();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
