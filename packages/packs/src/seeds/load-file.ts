// Demo data from a file, which goes through the import of every user: chunk by chunk, then the past of its rows in one transaction.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, failAll, TesseraError, type Problem } from '@tessera/kernel';
import { importRecords, type ImportDeps, type ImportStatus, type WriteSession } from '@tessera/records';
import { noteSeeds, type Seeded } from '@tessera/storage';
import { givenValue, refsIn } from '../given-values.ts';
import type { SeedDeps } from './deps.ts';
import { demoSeed, untold } from './load-records.ts';
import { SeedNames } from './names.ts';
import { tellPast } from './past.ts';
import { refsOf, type DataSet } from './sets.ts';
import { fileOf } from './told-at.ts';
import { seedDoor, seedScope } from './write.ts';

export interface FileOptions {
  /** Where the files of a pack are. */
  readonly folderOf: (pack: string) => string;
  /** @param records read so far */
  readonly onRead: (records: number) => void;
}

function refuseRejects(set: DataSet, { refused, rejects }: ImportStatus): void {
  // What an approval is under way of stays as it is.
  const locked = rejects.filter(({ code }) => code === 'RECORD_LOCKED');
  if (refused === locked.length) return;
  const problems = rejects
    .filter((reject) => !locked.includes(reject))
    .map((reject): Problem => ({
      code: 'SEED_REFUSED',
      message: `row ${String(reject.row)}: ${reject.message}`,
      file: `${set.pack}/data/${set.file ?? ''}`,
      // The row, where texts of several lines stand in cells.
      ...{ line: reject.row, column: 1 },
      params: { row: reject.row, set: set.name },
    }));
  throw failAll('SEED_REFUSED', problems, { set: set.name });
}

/** The bytes of the file beside a set. Throws METADATA_REFERENCE_MISSING where there is none. */
async function contentOf(set: DataSet, folder: string): Promise<AsyncIterable<Uint8Array>> {
  const name = set.file ?? '';
  const path = join(folder, 'data', name);
  const isThere = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isThere) return createReadStream(path) as AsyncIterable<Uint8Array>;
  throw fail('METADATA_REFERENCE_MISSING', { kind: 'file', name, where: ' beside it', known: '' }, { pointer: '/file' });
}

/** Mistakes of a mapping, with pointers into the set. */
function inMapping(set: DataSet, error: unknown): unknown {
  if (!(error instanceof TesseraError) || error.code !== 'IMPORT_MAPPING_INVALID') return error;
  const { code, message, params, problems } = error;
  const placed = problems.map((each): Problem => ({ ...each, file: fileOf(set), pointer: `/mapping${each.pointer ?? ''}` }));
  return new TesseraError({ code, message, params }, placed, error);
}

/** Further fields of a file may name records too; rules in them are over the row. */
async function mappingOf(deps: ImportDeps, set: DataSet): Promise<unknown> {
  const { mapping } = set;
  if (mapping?.set === undefined || refsOf(set).length === 0) return mapping;
  const { model, database, context } = deps;
  const names = await SeedNames.read(database, set.pack, refsOf(set));
  const fields = model.objects[set.object]?.fields ?? {};
  const at = new Date(context.clock.now()).toISOString();
  const scope = seedScope({ model, at }, set, names.naming(`data/${set.name}`));
  const known = Object.entries(mapping.set).map(([field, value]): readonly [string, unknown] => {
    if (refsIn(value).length === 0) return [field, value];
    return [field, { literal: givenValue(value, scope, fields[field]?.wire === 'anyReference') }];
  });
  return { ...mapping, set: Object.fromEntries<unknown>(known) };
}

/** Gives ids of rows whose past is yet to be told, by their names. */
async function importRows(
  deps: ImportDeps,
  set: DataSet,
  known: ReadonlyMap<string, Seeded>,
  { folderOf, onRead }: FileOptions,
): Promise<ReadonlyMap<string, string>> {
  const { pack, refColumn, history } = set;
  const waiting = new Set(untold(set, known));
  const come = new Map<string, string>();
  const keep = async (session: WriteSession, named: readonly { readonly name: string; readonly id: string }[]): Promise<void> => {
    for (const { name, id } of named) if (waiting.has(name)) come.set(name, id);
    const seeds = named.filter(({ name }) => !waiting.has(name)).map(({ name, id }) => demoSeed(set, name, id));
    await noteSeeds(seedDoor(session), seeds, session.at);
  };
  // What has been through its past stays as that has left it.
  const leaves = (name: string): boolean => known.has(name) && Object.hasOwn(history, name);
  const content = await contentOf(set, folderOf(pack));
  const mapping = await mappingOf(deps, set);
  const status = await importRecords(deps, {
    ...{ object: set.object, mapping, content, by: set.by, internal: true },
    onProgress: ({ read }) => {
      onRead(read);
    },
    ...(refColumn === undefined ? {} : { naming: { column: refColumn, leaves, keep } }),
  }).catch((error: unknown) => {
    throw inMapping(set, error);
  });
  refuseRejects(set, status);
  return come;
}

/** Rows get their names in the transaction that tells their past: an import may be broken off between its chunks. */
async function nameWithPast(deps: SeedDeps, session: WriteSession, set: DataSet, come: ReadonlyMap<string, string>): Promise<void> {
  const names = await SeedNames.read(seedDoor(session), set.pack, refsOf(set));
  for (const [key, id] of come) names.call(key, { object: set.object, id });
  await tellPast(deps, session, set, [...come.keys()], names.naming(`data/${set.name}: history`));
  const seeds = [...come].map(([key, id]) => demoSeed(set, key, id));
  await noteSeeds(seedDoor(session), seeds, session.at);
}

/** Loads a file. Broken off anywhere, the next load goes through it again, and tells what was not told. */
export async function loadFile(deps: SeedDeps, set: DataSet, known: ReadonlyMap<string, Seeded>, options: FileOptions): Promise<void> {
  const importing = deps.importing(set.automations);
  const come = await importRows(importing, set, known, options);
  const strange = untold(set, known).find((key) => !come.has(key));
  if (strange !== undefined)
    throw fail('SEED_REFERENCE_MISSING', { ref: strange, field: `data/${set.name}: history` }, { pointer: `/history/${strange}` });
  if (come.size > 0) await importing.run((session) => nameWithPast(deps, session, set, come));
}
