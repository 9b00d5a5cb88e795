// The PostgreSQL under load: Debian's 15 where it is installed, else the embedded one; durable, and with the same settings either way.
import { execFile, spawn } from 'node:child_process';
import { chown, mkdir, readFile, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { silentLogger } from '@tessera/kernel';
import { startEmbedded } from '@tessera/storage';
import pg from 'pg';
import { connected } from '../../support/postgres.ts';

const run = promisify(execFile);

/** What differs from PostgreSQL's defaults; fsync, full_page_writes and synchronous_commit are on, as they are by default. */
export const settings: Readonly<Record<string, string>> = {
  shared_buffers: '1GB',
  effective_cache_size: '4GB',
  maintenance_work_mem: '512MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  random_page_cost: '1.1',
  max_connections: '300',
};

export interface Cluster {
  /** The database of the benchmark, as its superuser. */
  readonly url: string;
  readonly version: string;
  /** The process whose children serve the connections. */
  readonly postmaster: number;
  stop(): Promise<void>;
}

const debian = '/usr/lib/postgresql/15/bin';
const database = 'bench';
const nobody = 65_534;

async function postmasterOf(data: string): Promise<number> {
  const [line = ''] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
  return Number(line);
}

const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

async function connects(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await connected(url, async (client) => client.query('select'));
      return;
    } catch (error) {
      if (tries >= 600) throw error;
      await sleep(100);
    }
  }
}

async function makeDatabase(url: string): Promise<void> {
  await connected(url, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(database)} encoding 'UTF8' template template0`);
  });
}

/** PostgreSQL refuses root, which hands it to `nobody`. */
async function startDebian(folder: string): Promise<Cluster> {
  const account = process.geteuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  await mkdir(folder, { recursive: true, mode: 0o755 });
  if ('uid' in account) await chown(folder, nobody, nobody);
  const data = join(folder, 'data');
  const options = { cwd: folder, ...account };
  if (!(await isThere(join(data, 'PG_VERSION')))) {
    const form = ['-U', 'postgres', '--auth=trust', '--locale=C.UTF-8', '--encoding=UTF8'];
    await run(join(debian, 'initdb'), ['-D', data, ...form], options);
  }
  const port = await freePort();
  const given = Object.entries({ ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: folder });
  const words = given.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(debian, 'postgres'), ['-D', data, '-p', String(port), ...words], { ...options, stdio: 'ignore' });
  const ended = once(server, 'exit');
  const end = (): void => {
    server.kill('SIGINT');
  };
  process.once('exit', end);
  const url = (name: string): string => `postgres://postgres@127.0.0.1:${String(port)}/${name}`;
  await connects(url('postgres'));
  await makeDatabase(url('postgres'));
  const { stdout } = await run(join(debian, 'postgres'), ['--version'], { cwd: folder });
  return {
    url: url(database),
    version: `${/\d+\.\d+/.exec(stdout)?.[0] ?? '15'} of Debian`,
    postmaster: await postmasterOf(data),
    stop: async () => {
      process.off('exit', end);
      end();
      await ended;
    },
  };
}

async function startNpm(folder: string): Promise<Cluster> {
  const embedded = await startEmbedded({ dataDir: folder, log: silentLogger, database, settings });
  const postmaster = await postmasterOf(join(folder, 'postgres'));
  return { url: embedded.url, version: `${embedded.version}, embedded`, postmaster, stop: () => embedded.stop() };
}

/** Starts PostgreSQL on a folder, which it makes where it is missing. */
export async function startCluster(folder: string): Promise<Cluster> {
  return (await isThere(join(debian, 'initdb'))) ? startDebian(folder) : startNpm(folder);
}
