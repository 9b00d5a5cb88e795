// Seed data of a pack: records given in JSON with references to each other, and files that go through the import of every user.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { fail, failAll, type Problem } from '@tessera/kernel';
import type { Layer, ObjectModel } from '@tessera/metadata';
import {
  createRecords,
  importRecords,
  matchingRecord,
  updateRecords,
  type ImportDeps,
  type ImportStatus,
  type WriteSession,
} from '@tessera/records';

/** A data file of a pack, as its schema has checked it. */
interface DataSet {
  readonly name: string;
  readonly object: string;
  readonly owner: 'pack' | 'once' | 'demo';
  readonly order?: number;
  readonly by?: string;
  readonly records?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly file?: string;
  readonly mapping?: unknown;
}

export interface SeedOptions {
  /** Data of owner `demo` too. */
  readonly demo: boolean;
  /** Where the pack's files are. */
  readonly folder: string;
  readonly onProgress?: (progress: SeedProgress) => void;
}

export interface SeedProgress {
  readonly set: string;
  readonly records: number;
}

/** Where the records of earlier sets went, by their names in the pack. */
type Refs = Map<string, { readonly object: string; readonly id: string }>;

function dataSets(pack: Layer, demo: boolean): readonly DataSet[] {
  return Object.entries(pack.files)
    .filter(([path]) => path.startsWith('data/'))
    .map(([, content]) => content as DataSet)
    .filter((set) => demo || set.owner !== 'demo')
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0) || (a.name < b.name ? -1 : 1));
}

function resolveValue(object: ObjectModel, field: string, value: unknown, refs: Refs): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('literal' in value) return value.literal;
  if (!('ref' in value) || typeof value.ref !== 'string') return value;
  const found = refs.get(value.ref);
  if (found === undefined) throw fail('SEED_REFERENCE_MISSING', { ref: value.ref, field: `${object.name}.${field}` });
  return object.fields[field]?.wire === 'anyReference' ? found : found.id;
}

async function writeRecords(session: WriteSession, object: ObjectModel, set: DataSet, refs: Refs): Promise<number> {
  const options = { allOrNone: true, internal: true };
  for (const [ref, values] of Object.entries(set.records ?? {})) {
    const input = Object.fromEntries(Object.entries(values).map(([field, value]) => [field, resolveValue(object, field, value, refs)]));
    const existing = await matchingRecord(session, object, set.by ?? 'name', input);
    const [outcome] =
      existing === undefined
        ? await createRecords(session, object.name, [{ pointer: `/records/${ref}`, input }], options)
        : await updateRecords(session, object.name, [{ pointer: `/records/${ref}`, id: existing, input }], options);
    if (outcome?.ok === true) refs.set(ref, { object: object.name, id: outcome.id });
  }
  return Object.keys(set.records ?? {}).length;
}

function refuseRejects(set: DataSet, status: ImportStatus): void {
  if (status.refused === 0) return;
  const problems = status.rejects.map((reject): Problem => ({
    code: 'SEED_REFUSED',
    message: `row ${String(reject.row)}: ${reject.message}`,
    file: `data/${set.file ?? set.name}`,
    params: { row: reject.row, set: set.name },
  }));
  throw failAll('SEED_REFUSED', problems, { set: set.name });
}

async function importFile(deps: ImportDeps, set: DataSet, { folder, onProgress }: SeedOptions): Promise<void> {
  const content = createReadStream(join(folder, 'data', set.file ?? ''));
  const status = await importRecords(deps, {
    object: set.object,
    mapping: set.mapping,
    content: content as AsyncIterable<Uint8Array>,
    internal: true,
    ...(set.by === undefined ? {} : { by: set.by }),
    onProgress: ({ read }) => onProgress?.({ set: set.name, records: read }),
  });
  refuseRejects(set, status);
}

/**
 * Loads a pack's data sets in their order; loading them again changes what is there instead of adding to it.
 * Throws SEED_REFUSED where a row is not taken, SEED_REFERENCE_MISSING where a `{ "ref" }` names nothing.
 */
export async function seedPack(deps: ImportDeps, pack: Layer, options: SeedOptions): Promise<void> {
  const refs: Refs = new Map();
  for (const set of dataSets(pack, options.demo)) {
    const object = deps.model.objects[set.object];
    if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: set.object });
    if (set.file !== undefined) {
      await importFile(deps, set, options);
    } else {
      const records = await deps.run((session) => writeRecords(session, object, set, refs));
      options.onProgress?.({ set: set.name, records });
    }
  }
}
