// The running server process: started with its log, guarded against our own death, stopped in order.
import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat, type FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, type Logger } from '@tessera/kernel';
import { program, type Binaries } from './binaries.ts';
import type { Endpoint } from './endpoint.ts';
import { bareEnvironment, clusterPath, runProgram, spawnProgram, type Stage } from './run.ts';

export interface Postmaster {
  readonly pid: number;
  /** How it ended, in words; undefined while it runs. */
  ended(): string | undefined;
  /** The end of PostgreSQL's own log of this run. */
  logTail(): Promise<string>;
  /** Fast shutdown: open transactions are rolled back, everything is written out. */
  stop(): Promise<void>;
}

const longestLog = 8 * 1024 * 1024;
const tailLines = 20;
/** Milliseconds for each way of stopping, the gentle one first. */
const stopSteps: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 60_000],
  ['SIGQUIT', 10_000],
  ['SIGKILL', 5_000],
];

/**
 * Starts the server; it accepts connections some time later.
 * @param logFile where PostgreSQL writes; one older log is kept beside it
 */
export async function startPostmaster(
  stage: Stage,
  binaries: Binaries,
  endpoint: Endpoint,
  logFile: string,
  log: Logger,
): Promise<Postmaster> {
  const { file, from } = await openLog(stage, logFile);
  try {
    const child = spawnProgram(stage, program(binaries, 'postgres'), ['-D', clusterPath(stage)], ['ignore', file.fd, file.fd]);
    const logTail = async (): Promise<string> =>
      (await readFile(logFile)).subarray(from).toString().trimEnd().split('\n').slice(-tailLines).join('\n');
    const guard = child.pid === undefined ? undefined : startGuard(stage, binaries, child.pid, endpoint.socketFolder);
    return { ...watch(stage, binaries, child, guard, log), logTail };
  } finally {
    await file.close();
  }
}

function watch(
  stage: Stage,
  binaries: Binaries,
  child: ChildProcess,
  guard: ChildProcess | undefined,
  log: Logger,
): Omit<Postmaster, 'logTail'> {
  child.unref();
  let end: string | undefined;
  let stopping: Promise<void> | undefined;
  const exit = new Promise<void>((resolve) => {
    const settle = (words: string): void => {
      end ??= words;
      guard?.kill('SIGKILL');
      if (stopping === undefined) log.error({ cluster: stage.cluster }, `the embedded PostgreSQL has ended: ${words}`);
      resolve();
    };
    child.once('error', (error) => {
      settle(error.message);
    });
    child.once('exit', (code, name) => {
      settle(name === null ? `it exited with code ${String(code)}.` : `it was ended by ${name}.`);
    });
  });
  const ended = (): string | undefined => end;
  return {
    pid: child.pid ?? 0,
    ended,
    stop: () => (stopping ??= end === undefined ? stop(stage, binaries, child, exit, ended) : Promise.resolve()),
  };
}

/** Opens the log to append, and says where this run begins in it. */
async function openLog(stage: Stage, logFile: string): Promise<{ file: FileHandle; from: number }> {
  const { size } = await stat(logFile).catch(() => ({ size: 0 }));
  if (size > longestLog) await rename(logFile, `${logFile}.1`);
  const file = await open(logFile, 'a', 0o600);
  // Where root starts an ordinary user's cluster, that user must be able to go on with the log.
  if (stage.account !== undefined) await file.chown(stage.account.uid, stage.account.gid);
  return { file, from: (await file.stat()).size };
}

async function stop(stage: Stage, binaries: Binaries, child: ChildProcess, exit: Promise<void>, ended: Postmaster['ended']): Promise<void> {
  // While we wait for it, it must hold our process.
  child.ref();
  for (const [name, wait] of stopSteps) {
    if (process.platform === 'win32' && name !== 'SIGKILL') {
      // Windows has no signals; PostgreSQL brings its own.
      await runProgram(stage, program(binaries, 'pg_ctl'), ['kill', name.slice(3), String(child.pid)]);
    } else child.kill(name);
    const timeUp = new AbortController();
    await Promise.race([exit, sleep(wait, undefined, { signal: timeUp.signal }).catch(() => undefined)]);
    timeUp.abort();
    if (ended() !== undefined) return;
  }
  throw fail('EMBEDDED_FAILED', { action: 'stop', reason: `process ${String(child.pid)} does not end.`, log: '' });
}

/** Waits for our end, whose sign is the end of its input; then stops the server ($1) and removes the folder of its socket ($2). */
const guardScript = `
read -r _
kill -INT "$1"
n=60
while [ $n -gt 0 ] && kill -0 "$1"; do n=$((n - 1)); sleep 1; done
rmdir "$2"`;

const windowsGuardScript =
  "process.stdin.resume().on('end', () => require('node:child_process').spawnSync(process.argv[1], ['kill', 'INT', process.argv[2]]))";

/**
 * A small process that holds the other end of a pipe of ours: when we end, however we end, it stops the server. Without one the
 * server would stay until our next start.
 */
function startGuard(stage: Stage, binaries: Binaries, pid: number, socketFolder = ''): ChildProcess {
  const [command, ...args] =
    process.platform === 'win32'
      ? ([process.execPath, '-e', windowsGuardScript, program(binaries, 'pg_ctl'), String(pid)] as const)
      : (['/bin/sh', '-c', guardScript, 'tessera-guard', String(pid), socketFolder] as const);
  const options = { cwd: '/', env: bareEnvironment(), detached: true, windowsHide: true, ...stage.account };
  const guard = spawn(command, args, { ...options, stdio: ['pipe', 'ignore', 'ignore'] });
  // An image without a shell has no guard; the next start ends the orphan.
  guard.once('error', () => undefined);
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  guard.stdin.on('error', () => undefined);
  return guard;
}
