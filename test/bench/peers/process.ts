// A server in a process of its own: started, waited for until it says where it listens, ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PeerProcess {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to its greeting. */
  readonly readyMs: number;
  /** Where an inspector can be reached; undefined where the process was started without one. */
  readonly inspector: string | undefined;
  stop(): Promise<void>;
}

export interface Start {
  /** The script and its arguments. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly inspect?: boolean;
}

const greeting = /(?:ready|runs) at (http:\S+)/;
const longestMs = 120_000;

export async function startProcess({ words, environment, inspect = false }: Start): Promise<PeerProcess> {
  const since = performance.now();
  const child = spawn(process.execPath, [...(inspect ? ['--inspect=127.0.0.1:0'] : []), ...words], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', GRAPHILE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, complained] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained = (complained + text).slice(-10_000)));
  const closed = once(child, 'close');
  // A benchmark that is broken off leaves nobody behind.
  const end = (): void => {
    child.kill('SIGTERM');
  };
  process.once('exit', end);
  const lives = (): boolean => child.exitCode === null && child.signalCode === null;
  let url: string | undefined;
  while ((url = greeting.exec(said)?.[1]) === undefined) {
    if (!lives() || performance.now() - since > longestMs) {
      child.kill('SIGKILL');
      throw new Error(`${words.join(' ')} did not start:\n${said}${complained}`);
    }
    await sleep(5);
  }
  return {
    url,
    pid: child.pid ?? 0,
    readyMs: performance.now() - since,
    inspector: /ws:\/\/\S+/.exec(complained)?.[0],
    stop: async () => {
      process.off('exit', end);
      if (lives()) child.kill('SIGTERM');
      await closed;
    },
  };
}
