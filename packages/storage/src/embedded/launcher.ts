// Starts and stops the embedded PostgreSQL: one call that gives a connection string, one that takes everything back.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, quoteIdent, TesseraError, type Logger } from '@tessera/kernel';
import pg from 'pg';
import { accountFor } from './account.ts';
import { prepareBinaries } from './binaries.ts';
import { checkCluster, isOccupied, configureCluster, createCluster, setPassword } from './cluster.ts';
import { openEndpoint, type Endpoint, type Transport } from './endpoint.ts';
import { lockDataDir } from './lock.ts';
import { endOrphans } from './orphans.ts';
import { startPostmaster, type Postmaster } from './postmaster.ts';
import type { Stage } from './run.ts';

/** A PostgreSQL that is ours, and runs. */
export interface EmbeddedPostgres {
  /** A connection string for the superuser, of the database that was asked for. */
  readonly url: string;
  /** "18.4" */
  readonly version: string;
  /** Ends it cleanly and fast. The second call waits for the first. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Made if missing. It holds the cluster (`postgres/`), PostgreSQL's log (`postgres.log`) and the lock (`tessera.lock`). */
  readonly dataDir: string;
  readonly log: Logger;
  /** Further settings of PostgreSQL, such as `fsync: 'off'` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Made if missing; `tessera` unless told. */
  readonly database?: string;
  /** A private Unix socket, or a loopback port with a random password; the platform's own unless told. */
  readonly transport?: Transport;
  /** The folder of PostgreSQL's programs, instead of those that npm brought; a package.json with their version lies above it. */
  readonly native?: string;
}

/** What is to be taken back, the last first. */
type Undo = (() => Promise<void>)[];

/** Recovery after a crash reads the whole log since the last checkpoint. */
const longestStart = 15 * 60_000;

/**
 * Starts PostgreSQL on a data folder: makes the cluster and the database where they are missing, and ends what a killed
 * predecessor left behind. Should this process die, PostgreSQL ends as well.
 *
 * @throws DATA_DIR_IN_USE, DATA_DIR_UNUSABLE, EMBEDDED_UNSUPPORTED, EMBEDDED_FAILED
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const undo: Undo = [];
  try {
    return await start({ ...options, dataDir: resolve(options.dataDir) }, undo);
  } catch (error) {
    await takeBack(undo).catch((failure: unknown) => {
      options.log.error({ failure: String(failure) }, 'the failed start of the embedded PostgreSQL could not be taken back');
    });
    throw explain(error, options.dataDir);
  }
}

async function start(options: EmbeddedOptions, undo: Undo): Promise<EmbeddedPostgres> {
  const { dataDir, log, settings = {}, database = 'tessera' } = options;
  const cluster = join(dataDir, 'postgres');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const stage: Stage = { cluster, account: await accountFor(cluster) };
  const endpoint = await openEndpoint(options.transport ?? (process.platform === 'win32' ? 'tcp' : 'socket'), stage.account);
  undo.push(() => endpoint.close());
  const lock = await lockDataDir(dataDir, endpoint.socketFolder);
  undo.push(() => lock.release());
  const binaries = await prepareBinaries(dataDir, stage.account, options.native);

  if (await isOccupied(cluster)) {
    await checkCluster(dataDir, stage, binaries);
    await endOrphans(cluster, lock, log);
  } else await createCluster(dataDir, stage, binaries, settings['fsync'] !== 'off');
  await configureCluster(stage, endpoint, settings);
  if (endpoint.password !== undefined) await setPassword(stage, binaries, endpoint.password);

  const postmaster = await startPostmaster(stage, binaries, endpoint, join(dataDir, 'postgres.log'), log);
  undo.push(() => postmaster.stop());
  const version = await makeDatabase(postmaster, endpoint, database);
  log.info({ dataDir, version, pid: postmaster.pid }, 'the embedded PostgreSQL runs');
  let stopped: Promise<void> | undefined;
  return { url: endpoint.url(database), version, stop: () => (stopped ??= takeBack(undo)) };
}

async function takeBack(undo: Undo): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
}

/** Waits until the server takes connections, then makes the database where it is missing. Gives the server's version. */
async function makeDatabase(postmaster: Postmaster, endpoint: Endpoint, database: string): Promise<string> {
  const client = await connect(postmaster, endpoint.url('postgres'));
  try {
    const found = await client.query<{ version: string; there: boolean }>(
      `select current_setting('server_version') as version, exists (select from pg_database where datname = $1) as there`,
      [database],
    );
    if (found.rows[0]?.there !== true) await client.query(`create database ${quoteIdent(database)}`);
    return found.rows[0]?.version.split(' ')[0] ?? '';
  } finally {
    await client.end();
  }
}

async function connect(postmaster: Postmaster, url: string): Promise<pg.Client> {
  const until = Date.now() + longestStart;
  for (let pause = 10; ; pause = Math.min(pause * 1.5, 500)) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const ended = postmaster.ended();
      const reason = ended ?? (notYet(error) && Date.now() < until ? undefined : String(error));
      if (reason !== undefined) throw fail('EMBEDDED_FAILED', { action: 'start', reason, log: await postmaster.logTail() }, {}, error);
    }
    await sleep(pause);
  }
}

/** Whether a refused connection means only that the server is still starting (57P03 is cannot_connect_now). */
function notYet(error: unknown): boolean {
  return ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', '57P03'].includes(codeOf(error));
}

/** The code of an error of the operating system or of PostgreSQL; empty where it has none. */
function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Puts the operating system's refusals about the data folder into words that say what to do. */
function explain(error: unknown, dataDir: string): unknown {
  if (error instanceof TesseraError) return error;
  const reasons: Readonly<Record<string, string | undefined>> = {
    EACCES: 'this user may not write there',
    EPERM: 'this user may not change it',
    EROFS: 'it lies on a read-only file system',
    ENOTDIR: 'a part of its path is a file',
    EEXIST: 'there is a file of this name',
    ENOSPC: 'the disk is full',
  };
  const reason = reasons[codeOf(error)];
  if (reason === undefined) return error;
  const remedy = 'Set DATA_DIR to a folder that this user may write to, or give it the right to.';
  return fail('DATA_DIR_UNUSABLE', { dataDir, reason: `${reason} (${String(error)}).`, remedy }, {}, error);
}
