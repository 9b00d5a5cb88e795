// What processes have used so far, as Linux counts it in /proc; elsewhere nothing is known.
import { readdir, readFile } from 'node:fs/promises';

/** The clock's ticks a second, the same on all Linux machines of today. */
const ticks = 100;

export interface Usage {
  /** Milliseconds of CPU, in user and kernel, of all threads. */
  readonly cpuMs: number;
  /** The same with children that have ended. */
  readonly cpuWithEndedMs: number;
  readonly parent: number;
}

/** undefined where there is no such process, or no /proc. */
export async function usageOf(pid: number): Promise<Usage | undefined> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name in brackets may hold blanks; what follows has its third field first.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map((n) => fields[n] ?? 0);
  const cpuMs = ((user + system) * 1000) / ticks;
  return { cpuMs, cpuWithEndedMs: cpuMs + ((endedUser + endedSystem) * 1000) / ticks, parent };
}

/** CPU of a process and of all its children, those that have ended too: a PostgreSQL with its backends. */
export async function familyCpuMs(pid: number): Promise<number> {
  for (;;) {
    const [before, children, after] = [await usageOf(pid), await childrenCpuMs(pid), await usageOf(pid)];
    if (before === undefined || after === undefined) return Number.NaN;
    // A child that ended meanwhile would count twice, or not at all.
    if (before.cpuWithEndedMs - before.cpuMs === after.cpuWithEndedMs - after.cpuMs) return after.cpuWithEndedMs + children;
  }
}

async function childrenCpuMs(pid: number): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const usages = await Promise.all(pids.map(usageOf));
  return usages.reduce((sum, usage) => sum + (usage?.parent === pid ? usage.cpuMs : 0), 0);
}

export async function cpuMsOf(pid: number): Promise<number> {
  return (await usageOf(pid))?.cpuMs ?? Number.NaN;
}

/** Memory of a process that it shares with no other, in MB. */
export async function ownMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  return Number(/^RssAnon:\s*(\d+)/m.exec(text)?.[1] ?? Number.NaN) / 1024;
}

/** The processes that a process has started. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const usages = await Promise.all(pids.map(usageOf));
  return pids.filter((_, i) => usages[i]?.parent === pid);
}

/** Resident memory in MB. */
export async function residentMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s*(\d+)/m.exec(text)?.[1] ?? Number.NaN) / 1024;
}
