// Loads demo data of packs, set by set: records given in JSON, and files.
import { fail } from '@tessera/kernel';
import { seedsOf } from '@tessera/storage';
import type { SeedDeps } from './deps.ts';
import { loadFile } from './load-file.ts';
import { loadRecords } from './load-records.ts';
import type { DataSet } from './sets.ts';
import { toldAt } from './told-at.ts';

export interface SeedOptions {
  /** Where the files of a pack are. */
  readonly folderOf: (pack: string) => string;
  readonly onProgress?: ((progress: SeedProgress) => void) | undefined;
}

export interface SeedProgress {
  readonly set: string;
  readonly records: number;
}

/**
 * Whether records of the sets have never come, or have no past yet: a load was broken off, or there was none. Of files it looks for rows that
 * have a past, and for any that have names; those without names it cannot miss.
 */
export async function lackSeeds(database: SeedDeps['database'], sets: readonly DataSet[]): Promise<boolean> {
  const seeds = await seedsOf(database, [...new Set(sets.map(({ pack }) => pack))]);
  const idOf = (pack: string, set: string, key: string): string => JSON.stringify([pack, set, key]);
  const known = new Set(seeds.map(({ pack, set, key }) => idOf(pack, set, key)));
  const named = sets.flatMap(({ pack, name, records, history }) =>
    [...Object.keys(records), ...Object.keys(history)].map((key) => idOf(pack, name, key)),
  );
  const hasNone = ({ pack, name }: DataSet): boolean => !seeds.some((seed) => seed.pack === pack && seed.set === name);
  return named.some((id) => !known.has(id)) || sets.some((set) => set.refColumn !== undefined && hasNone(set));
}

async function loadSet(deps: SeedDeps, set: DataSet, { folderOf, onProgress }: SeedOptions): Promise<void> {
  const { model, database } = deps;
  const object = model.objects[set.object];
  if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: set.object });
  const seeds = await seedsOf(database, [set.pack]);
  const known = new Map(seeds.filter((seed) => seed.set === set.name).map((seed) => [seed.key, seed]));
  const onRead = (records: number): void => onProgress?.({ set: set.name, records });
  if (set.file !== undefined) return loadFile(deps, set, known, { folderOf, onRead });
  await deps.importing(set.automations).run((session) => loadRecords(deps, session, object, set, known));
  onRead(Object.keys(set.records).length);
}

/**
 * Loads data sets one after another, with what has become of their records; loading them again changes what is there instead of adding to it,
 * and goes on where an earlier load was broken off.
 * Throws, with the place in the pack's files, SEED_REFUSED where a row is not taken, SEED_REFERENCE_MISSING and SEED_REFERENCE_AMBIGUOUS where a `{ "ref" }` names no one record,
 * SEED_HISTORY_INVALID.
 */
export async function loadSets(deps: SeedDeps, sets: readonly DataSet[], options: SeedOptions): Promise<void> {
  for (const set of sets) await toldAt(set, '', () => loadSet(deps, set, options));
}
