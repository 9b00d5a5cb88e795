// Ends what an owner that was killed has left: its PostgreSQL, its socket folder, its pid file.
import { readFile, realpath, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, type Logger } from '@tessera/kernel';
import { removeSocketFolder } from './endpoint.ts';
import type { DataLock } from './lock.ts';
import { postgresIn } from './processes.ts';

/** How long each signal may take, in milliseconds, before the next. A fast shutdown writes out what is in memory. */
const steps: readonly { readonly signal: NodeJS.Signals; readonly postmasterOnly: boolean; readonly wait: number }[] = [
  { signal: 'SIGINT', postmasterOnly: true, wait: 30_000 },
  { signal: 'SIGQUIT', postmasterOnly: false, wait: 5_000 },
  { signal: 'SIGKILL', postmasterOnly: false, wait: 5_000 },
];

/**
 * Makes sure that nothing works in a cluster's folder. Stopping beats adopting: the orphan's socket, settings and programs
 * may be those of an older version of us.
 *
 * @throws DATA_DIR_IN_USE where a PostgreSQL runs there that no owner of ours has left behind
 */
export async function endOrphans(cluster: string, lock: DataLock, log: Logger): Promise<void> {
  const folder = await realpath(cluster);
  const recorded = await recordedPid(cluster);
  let running = await postgresIn(folder, recorded);
  if (running.length > 0 && lock.previous === undefined) {
    const pid = recorded ?? running[0];
    throw fail('DATA_DIR_IN_USE', { dataDir: cluster, pid, host: hostname(), since: 'an unknown time (PostgreSQL, not started by us)' });
  }
  for (const step of steps) {
    if (running.length === 0) break;
    // Without its postmaster a back end ends on its own, unless it is deep in a computation.
    const targets = step.postmasterOnly ? running.filter((pid) => pid === recorded) : running;
    log.warn({ cluster, pids: running, signal: step.signal }, 'ending the PostgreSQL that a killed process left behind');
    for (const pid of targets) signal(pid, step.signal);
    const until = Date.now() + (targets.length === 0 ? 2_000 : step.wait);
    while (running.length > 0 && Date.now() < until) {
      await sleep(25);
      running = await postgresIn(folder, recorded);
    }
  }
  if (running.length > 0) {
    throw fail('EMBEDDED_FAILED', { action: 'start', reason: `its predecessor (process ${String(running[0])}) does not end.`, log: '' });
  }
  // The number in the file may be another program's by now, and PostgreSQL would take that for its predecessor.
  if (process.platform === 'linux') await rm(join(cluster, 'postmaster.pid'), { force: true });
  if (lock.previous?.socketFolder !== undefined) await removeSocketFolder(lock.previous.socketFolder);
}

async function recordedPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 0 ? pid : undefined;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended since we looked.
  }
}
