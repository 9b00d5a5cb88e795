// Asks the operating system about processes: when one began, and which PostgreSQL processes work in a folder.
import { execFile } from 'node:child_process';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * When a process began, in the system's own words; undefined where there is no such process. A number is given again after
 * its process has ended, number and start together are not.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    // proc_pid_stat(5): after the name, which may hold spaces and brackets, stand the state (3) and later the start time (22).
    const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  }
  if (process.platform === 'win32') return answersSignal(pid) ? 'unknown' : undefined;
  const answer = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => undefined);
  return answer?.stdout.trim();
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The realm in which a process number means something: this host since its last boot, and this container of it. */
export async function processRealm(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '');
  const container = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), container].filter((part) => part !== '').join(' ');
}

/**
 * The PostgreSQL processes that work in a cluster's folder.
 * @param folder its real path
 * @param recorded the number in its `postmaster.pid`, which may be another program's by now
 */
export async function postgresIn(folder: string, recorded: number | undefined): Promise<readonly number[]> {
  if (process.platform !== 'linux') return recorded !== undefined && (await isPostgres(recorded)) ? [recorded] : [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // All of them stay in the folder; asking the folder first spares a read for each foreign process.
      if ((await readlink(`/proc/${pid}/cwd`).catch(() => '')) !== folder) return false;
      const name = await readFile(`/proc/${pid}/comm`, 'latin1').catch(() => '');
      return name.trim() === 'postgres' && (await startOf(pid)) !== undefined;
    }),
  );
  return pids.filter((_, i) => found[i]);
}

async function isPostgres(pid: number): Promise<boolean> {
  const [command, ...args] =
    process.platform === 'win32' ? ['tasklist', '/fo', 'csv', '/fi', `PID eq ${pid}`] : ['ps', '-o', 'comm=', '-p', String(pid)];
  const answer = await run(command, args).catch(() => undefined);
  return /postgres(\.exe"|\s*$)/.test(answer?.stdout ?? '');
}
