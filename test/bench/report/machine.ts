// On what a section was made: machine, versions, commit, how busy the machine was with other things.
import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

async function commit(): Promise<string> {
  try {
    const { stdout } = await run('git', ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'], { cwd: import.meta.dirname });
    return stdout.trim();
  } catch {
    return 'unknown';
  }
}

/** In one sentence; call it before the work begins. */
export async function madeOn(): Promise<string> {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const machine = `${String(cpus().length)} × ${first?.model.trim() ?? 'unknown CPU'}, ${String(memory)} GB, ${process.platform} ${release()}`;
  const day = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return `Made ${day} UTC at commit ${await commit()} on ${machine}; Node ${process.versions.node}; load of the machine before: ${loadavg()[0]?.toFixed(1) ?? '?'}.`;
}
