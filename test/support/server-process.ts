// Servers in processes of their own, as an operator runs them: started, stopped, killed; whatever is left ends with the test file.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exampleFolder } from './packs.ts';

const main = join(import.meta.dirname, '../../packages/server/src/main.ts');

/** The same on all nodes of a test. */
export const nodeSecret = 'a secret that all nodes of the flow tests share';

export interface ServerOptions {
  /** By the names of the server's settings; the port is random and the log goes to `log`. */
  readonly settings: Readonly<Record<string, string>>;
  /** The folder of the pack of the tenant `demo`; crm-base unless told. */
  readonly demo?: string;
}

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to the greeting. */
  readonly readyMs: number;
  /** What it has said so far, to its user and to the log. */
  readonly output: string;
  readonly log: string;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Asks it to end; gives its exit code. */
  stop(): Promise<number | null>;
  /** Its exit code, once it has ended by itself; null after a signal. */
  readonly ended: Promise<number | null>;
}

/** A start that came to nothing. */
export class StartFailed extends Error {
  readonly exitCode: number | null;
  readonly log: string;
  constructor(exitCode: number | null, log: string) {
    super(`The server ended with ${String(exitCode)} before it was ready:\n${log}`);
    this.exitCode = exitCode;
    this.log = log;
  }
}

class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';
  log = '';

  constructor({ settings, demo = exampleFolder('crm-base') }: ServerOptions) {
    // One person sends more here than people do.
    const unlimited = { RATE_LIMIT_TENANT: '0', RATE_LIMIT_ACTOR: '0', RATE_LIMIT_ADDRESS: '0' };
    const own = { DATABASE_URL: '', TESSERA_SECRET: '', LOG_LEVEL: 'warn', HOST: '127.0.0.1', PORT: '0', ...unlimited };
    this.process = spawn(process.execPath, [main, '--demo', demo], {
      env: { ...process.env, NODE_OPTIONS: '', ...own, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.log += text));
    this.ended = once(this.process, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  }

  get lives(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async signal(signal: NodeJS.Signals): Promise<number | null> {
    if (this.lives) this.process.kill(signal);
    return this.ended;
  }
}

const longestStartMs = 120_000;
const addressOf = /Tessera runs at (\S+)/;

export interface Servers {
  /** Starts a server and waits for its greeting. Throws StartFailed. */
  start(options: ServerOptions): Promise<ServerProcess>;
  /** Starts one and kills it after a while, ready or not; gives what it logged. */
  startAndKill(options: ServerOptions, when: (log: string, ms: number) => boolean | Promise<boolean>): Promise<string>;
  /** A new folder. */
  folder(): Promise<string>;
  /** Ends and removes everything. */
  close(): Promise<void>;
}

/** Keeps account of servers and folders; close it in `afterAll`. */
export function openServers(): Servers {
  const children = new Set<Child>();
  const folders: string[] = [];
  const begin = (options: ServerOptions): Child => {
    const child = new Child(options);
    children.add(child);
    void child.ended.then(() => children.delete(child));
    return child;
  };

  return {
    start: async (options) => {
      const since = performance.now();
      const child = begin(options);
      let address: string | undefined;
      while ((address = addressOf.exec(child.output)?.[1]) === undefined) {
        if (!child.lives) throw new StartFailed(await child.ended, child.log);
        if (performance.now() - since > longestStartMs) throw new StartFailed(await child.signal('SIGKILL'), `too slow\n${child.log}`);
        await sleep(5);
      }
      return {
        url: address,
        pid: child.process.pid ?? 0,
        readyMs: Math.round(performance.now() - since),
        get output() {
          return child.output;
        },
        get log() {
          return child.log;
        },
        kill: async () => {
          await child.signal('SIGKILL');
        },
        stop: () => child.signal('SIGTERM'),
        ended: child.ended,
      };
    },
    startAndKill: async (options, when) => {
      const since = performance.now();
      const child = begin(options);
      while (child.lives && !(await when(child.log, performance.now() - since))) await sleep(2);
      await child.signal('SIGKILL');
      return child.log;
    },
    folder: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'tessera-flow-'));
      folders.push(folder);
      return folder;
    },
    close: async () => {
      await Promise.all([...children].map((child) => child.signal('SIGTERM')));
      // A PostgreSQL whose server was killed may still be on its way out.
      for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 40, retryDelay: 100 });
    },
  };
}
