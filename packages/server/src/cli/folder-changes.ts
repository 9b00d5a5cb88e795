// Changes of the files in folders, gathered while they come: an editor that saves writes more than once.
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Files are looked at so often, and must lie still from one look to the next. */
const lookEveryMs = 100;

/** What tells one state of a file from another, by its path. */
type FolderState = ReadonlyMap<string, string>;

const isShown = ({ name }: { readonly name: string }): boolean => !name.startsWith('.');

/** The files of a folder and of the folders in it; of one that is not there, none. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = async (path: string) => (await readdir(path, { withFileTypes: true }).catch(() => [])).filter(isShown);
  const top = await entries(folder);
  const inner = await Promise.all(
    top
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => (await entries(join(folder, name))).filter((entry) => entry.isFile()).map((file) => join(name, file.name))),
  );
  return [...top.filter((entry) => entry.isFile()).map(({ name }) => name), ...inner.flat()];
}

/** Of the files of a folder and of the folders in it. */
export async function folderState(folder: string): Promise<FolderState> {
  const states = (await filesIn(folder)).map(async (path) => {
    const found = await stat(join(folder, path)).catch(() => undefined);
    return found === undefined ? [] : [[path, `${found.mtimeMs} ${found.size} ${found.ino}`] as const];
  });
  return new Map((await Promise.all(states)).flat());
}

/** Paths that are in one of them only, or not alike in both. */
function differences(before: FolderState, after: FolderState): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).sort();
}

export const isSameState = (a: FolderState, b: FolderState): boolean => differences(a, b).length === 0;

/**
 * Folders that somebody works in. They are looked at again and again, since the events of file systems get lost: a save that comes while
 * the last one is worked on is found by the next look.
 */
export class WatchedFolders {
  readonly #signal: AbortSignal;
  #seen: ReadonlyMap<string, FolderState> = new Map();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Watches these from here on; those that it has watched, as they were. */
  async watch(folders: readonly string[]): Promise<void> {
    this.#seen = await this.#look(folders, (folder) => this.#seen.get(folder));
  }

  async #look(folders: Iterable<string>, known: (folder: string) => FolderState | undefined = () => undefined) {
    return new Map(await Promise.all([...folders].map(async (folder) => [folder, known(folder) ?? (await folderState(folder))] as const)));
  }

  /** Whether something has changed since it last told of changes, or began to watch. */
  async haveMoved(): Promise<boolean> {
    const now = await this.#look(this.#seen.keys());
    return [...now].some(([folder, state]) => !isSameState(this.#seen.get(folder) ?? new Map(), state));
  }

  /** Waits for something to change, and then for a moment in which nothing does; gives what has changed, undefined when the signal ends it. */
  async changes(): Promise<readonly string[] | undefined> {
    let last = this.#seen;
    for (;;) {
      if (this.#signal.aborted) return undefined;
      const now = await this.#look(this.#seen.keys());
      const changed = [...now].flatMap(([folder, state]) =>
        differences(this.#seen.get(folder) ?? new Map(), state).map((path) => join(basename(resolve(folder)), path)),
      );
      const isStill = [...now].every(([folder, state]) => isSameState(last.get(folder) ?? new Map(), state));
      if (changed.length > 0 && isStill) {
        this.#seen = now;
        return changed;
      }
      last = now;
      await sleep(lookEveryMs, undefined, { signal: this.#signal }).catch(() => undefined);
    }
  }
}
