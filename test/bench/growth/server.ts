// This engine's server under growth: started with settings of its own, asked by token, its heap weighed.
import { join } from 'node:path';
import { requestBytes } from '../load/http-wire.ts';
import { ask } from '../load/loader.ts';
import { ourSettings } from '../peers/ours.ts';
import { startProcess, type PeerProcess } from '../peers/process.ts';
import { openInspector } from '../profile/inspector.ts';
import { secret } from '../scene/scene.ts';
import type { HttpRequest } from '../workloads/workload.ts';

const main = join(import.meta.dirname, '../../../packages/server/src/main.ts');

export interface ServerStart {
  readonly url: string;
  readonly dataDir: string;
  readonly inspect?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

export function startServer({ url, dataDir, inspect = false, settings = {} }: ServerStart): Promise<PeerProcess> {
  const own = { DATABASE_URL: url, DATA_DIR: dataDir, TESSERA_SECRET: secret, HOST: '127.0.0.1', PORT: '0', DEMO: 'off' };
  return startProcess({ words: [main], environment: { ...ourSettings, ...own, ...settings }, inspect });
}

/** A request as it goes to the server. */
export function signedBytes({ url }: PeerProcess, token: string, request: HttpRequest): Buffer {
  return requestBytes(request, { Host: new URL(url).host, Authorization: `Bearer ${token}` });
}

/** The answer to one request, parsed. Throws where it is no success. */
export async function answerOf(server: PeerProcess, token: string, request: HttpRequest): Promise<unknown> {
  const { status, body } = await ask(server.url, signedBytes(server, token, request));
  const text = body.toString('utf8');
  if (status >= 300 || text.includes('"errors":[{')) throw new Error(`${request.path}: ${String(status)} ${text.slice(0, 500)}`);
  return JSON.parse(text) as unknown;
}

/** Milliseconds until the answer to one request is there. */
export async function timeOf(server: PeerProcess, token: string, request: HttpRequest): Promise<number> {
  const since = performance.now();
  await answerOf(server, token, request);
  return performance.now() - since;
}

/** Megabytes of what a server's process holds after a collection: its heap, and buffers beside it. */
export async function heapMb({ inspector: url }: PeerProcess): Promise<number> {
  if (url === undefined) throw new Error('The server has no inspector.');
  const inspector = await openInspector(url);
  try {
    // Twice: what finalizers let go of is free at the second.
    for (let i = 0; i < 2; i += 1) await inspector.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize = 0 } = (await inspector.send('Runtime.getHeapUsage')) as {
      readonly usedSize: number;
      readonly backingStorageSize?: number;
    };
    return (usedSize + backingStorageSize) / 1e6;
  } finally {
    inspector.close();
  }
}
