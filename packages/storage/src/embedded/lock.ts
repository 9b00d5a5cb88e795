// One owner for a data folder: a lock file that says which process on which host, and outlives no owner.
import { createHash } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '@tessera/kernel';
import { processRealm, startOf } from './processes.ts';

/** What the lock file says. */
export interface LockOwner {
  /** Makes the text unique. */
  readonly id: string;
  readonly pid: number;
  /** When that process began, as the operating system tells it. */
  readonly started: string;
  readonly host: string;
  /** Where `pid` means something; elsewhere only the file's beat tells whether the owner lives. */
  readonly realm: string;
  /** ISO 8601. */
  readonly since: string;
  /** The folder of the owner's socket, which its successor removes. */
  readonly socketFolder?: string;
}

/** A data folder that is ours. */
export interface DataLock {
  /** What is known of the owner before us, where it ended without letting go. */
  readonly previous: Pick<LockOwner, 'socketFolder'> | undefined;
  release(): Promise<void>;
}

/** Milliseconds between two touches of the file. */
const beat = 5_000;
/** An owner elsewhere that has not touched the file for so long while we watched has gone. */
const patience = 3 * beat;
/** Untouched for so long, nobody needs to watch; clocks of two hosts do not differ by as much. */
const longAgo = 5 * 60_000;

/**
 * Takes a data folder. Waits up to 15 s where the owner was on another host or in another container, to see whether it lives.
 * @throws DATA_DIR_IN_USE where the owner lives
 */
export async function lockDataDir(dataDir: string, socketFolder: string | undefined): Promise<DataLock> {
  const file = join(dataDir, 'tessera.lock');
  const realm = await processRealm();
  const owner: LockOwner = {
    id: crypto.randomUUID(),
    pid: process.pid,
    started: (await startOf(process.pid)) ?? '',
    host: hostname(),
    realm,
    since: new Date().toISOString(),
    ...(socketFolder === undefined ? {} : { socketFolder }),
  };
  const draft = `${file}.${owner.id}`;
  await writeFile(draft, `${JSON.stringify(owner, undefined, 2)}\n`, { flush: true });
  try {
    const previous = await claim(file, draft, dataDir, realm);
    return { previous, release: keep(file, await open(file, 'r+')) };
  } finally {
    await rm(draft, { force: true });
  }
}

/** The lock file of an owner that has ended. */
interface Dead {
  readonly path: string;
  readonly text: string;
  readonly owner: LockOwner | undefined;
}

/**
 * Puts our draft in the place of the lock file. The right to follow a dead owner is a file of its own, named after that owner's
 * lock; a claimant that dies in turn is followed in the same way. Such names are removed only once the lock file has been
 * replaced, so whoever has got the name, and sees the lock file unchanged, is the only one.
 */
async function claim(file: string, draft: string, dataDir: string, realm: string): Promise<DataLock['previous']> {
  for (;;) {
    const { dead, free } = await findPlace(file, dataDir, realm);
    if (!(await linkNew(draft, free))) continue;
    const [first] = dead;
    if (first === undefined) return undefined;
    const alone = (await readIfThere(file)) === first.text;
    if (alone) await rename(draft, file);
    for (const path of alone ? [...dead.slice(1).map((one) => one.path), free] : [free]) await rm(path, { force: true });
    if (alone) return first.owner ?? {};
  }
}

/** Follows the lock file and the claims on it to a name that is free. */
async function findPlace(file: string, dataDir: string, realm: string): Promise<{ dead: readonly Dead[]; free: string }> {
  const dead: Dead[] = [];
  let path = file;
  for (;;) {
    const text = await readIfThere(path);
    if (text === undefined) return { dead, free: path };
    const owner = parseOwner(text);
    if (owner !== undefined && (await lives(owner, path, realm))) {
      throw fail('DATA_DIR_IN_USE', { dataDir, pid: owner.pid, host: owner.host, since: owner.since });
    }
    dead.push({ path, text, owner });
    path = `${file}.after-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  }
}

/** Gives a file a second name; false where the name is taken. The name appears with its content or not at all. */
async function linkNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What a lock file says; undefined where a power cut left it empty. */
function parseOwner(text: string): LockOwner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'pid' in value && Number.isInteger(value.pid) ? (value as LockOwner) : undefined;
  } catch {
    return undefined;
  }
}

async function lives(owner: LockOwner, file: string, realm: string): Promise<boolean> {
  if (owner.realm === realm) return (await startOf(owner.pid)) === owner.started;
  const touched = async (): Promise<number> => (await stat(file).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
  const first = await touched();
  if (Date.now() - first > longAgo) return false;
  for (let waited = 0; waited < patience; waited += 500) {
    await sleep(500);
    if ((await touched()) !== first) return true;
  }
  return false;
}

/** Touches the file while we live; the answer lets go of it. */
function keep(file: string, handle: FileHandle): () => Promise<void> {
  // By its handle: should the file be replaced, we do not keep another's alive.
  const timer = setInterval(() => {
    const now = new Date();
    handle.utimes(now, now).catch(() => undefined);
  }, beat);
  timer.unref();
  return async () => {
    clearInterval(timer);
    const ours = await handle.stat();
    const there = await stat(file).catch(() => undefined);
    await handle.close();
    if (there?.ino === ours.ino) await rm(file, { force: true });
  };
}
