// Runs PostgreSQL's programs: as the right account, in the cluster's folder, with a bare environment.
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { fail } from '@tessera/kernel';
import type { Account } from './account.ts';

/** Who runs a program, and on which cluster. */
export interface Stage {
  /** The cluster's folder, as an absolute path. */
  readonly cluster: string;
  /** The account to run as; undefined is our own. */
  readonly account: Account | undefined;
}

/** How a program ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/**
 * The cluster's folder as PostgreSQL is to call it. Another account may be unable to enter the folders above (`/root/…`);
 * through its own working folder it needs none of them, and PostgreSQL never leaves that folder.
 */
export function clusterPath(stage: Stage): string {
  return stage.account !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : stage.cluster;
}

/**
 * Starts a program in a session of its own: Ctrl-C in the terminal reaches us, and we end it in our order.
 * @throws EMBEDDED_FAILED where the system refuses at once; other refusals come as the process's `error`
 */
export function spawnProgram(stage: Stage, path: string, args: readonly string[], stdio: StdioOptions): ChildProcess {
  try {
    return spawn(path, args, {
      cwd: stage.cluster,
      env: bareEnvironment(),
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio,
      ...stage.account,
    });
  } catch (error) {
    throw cannotRun(path, error);
  }
}

/**
 * Runs a program to its end. Resolves also where it failed.
 * @throws EMBEDDED_FAILED where it could not be started
 */
export function runProgram(stage: Stage, path: string, args: readonly string[], input = ''): Promise<Outcome> {
  const child = spawnProgram(stage, path, args, ['pipe', 'pipe', 'pipe']);
  const output: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
  // A program that ends without reading is judged by its exit, not by our broken pipe.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(cannotRun(path, error));
    });
    child.once('close', (code, signal) => {
      resolve({ code, signal, output: Buffer.concat(output).toString() });
    });
  });
}

function cannotRun(path: string, error: unknown): Error {
  const reason = `${path} cannot be run (${String(error)}). It needs glibc, and a folder whose programs may run (not noexec).`;
  return fail('EMBEDDED_FAILED', { action: 'start', reason, log: 'Set DATABASE_URL to use a PostgreSQL server instead.' }, {}, error);
}

/** PG* variables of the caller would change what our cluster does, so next to nothing is passed on. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const { SystemRoot, TEMP } = process.env;
  const windows = { ...(SystemRoot === undefined ? {} : { SystemRoot }), ...(TEMP === undefined ? {} : { TEMP }) };
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...(process.platform === 'win32' ? windows : {}) };
}
