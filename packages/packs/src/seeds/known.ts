// Seed data that a tenant has, under the names of the Model to come: what an upgrade compares with.
import type { Model, ObjectModel } from '@tessera/metadata';
import { sameValue } from '@tessera/records';
import { readRecords, seedsOf, type DdlPlan, type Queryable, type RecordValues, type Seeded } from '@tessera/storage';
import type { Values } from '../given-values.ts';

/** A record of a pack's data, as it was seeded and as it is. */
export interface KnownSeed extends Pick<Seeded, 'pack' | 'set' | 'key' | 'owner' | 'object' | 'id'> {
  /** What its object was called before. */
  readonly former: string;
  /** As the pack wrote it. */
  readonly source: Values;
  /** As it stood then. */
  readonly given: RecordValues;
  /** As it stands; undefined where it is gone. */
  readonly record: RecordValues | undefined;
}

type Moves = DdlPlan['moves'];

/** A map by field, under the names to come. @param object as it was called before */
function moved<T>(map: Readonly<Record<string, T>>, object: string, { fields }: Moves): Readonly<Record<string, T>> {
  const own = fields.filter((move) => move.object === object);
  if (own.length === 0) return map;
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [own.find(({ from }) => from === name)?.to ?? name, value]));
}

const parsed = <T>(text: string | null): Readonly<Record<string, T>> =>
  text === null ? {} : (JSON.parse(text) as Readonly<Record<string, T>>);

export interface KnownInput {
  readonly schema: string;
  readonly before: Model | undefined;
  readonly moves: Moves;
}

/** What the tenant has of the packs' own data; those of the demo are nobody's matter. */
export async function knownSeeds(queryable: Queryable, packs: readonly string[], input: KnownInput): Promise<readonly KnownSeed[]> {
  const { schema, before, moves } = input;
  if (before === undefined || packs.length === 0) return [];
  const all = await seedsOf({ schema, query: (statement) => queryable.query(statement) }, packs);
  const own = all.filter(({ owner }) => owner !== 'demo');
  const records = new Map<string, RecordValues>();
  for (const name of new Set(own.map(({ object }) => object))) {
    const object = before.objects[name];
    const ids = own.filter((seed) => seed.object === name && seed.owner === 'pack').map(({ id }) => id);
    if (object === undefined) continue;
    for (const [id, record] of await readRecords(queryable, { model: before, schema }, object, ids)) records.set(id, record);
  }
  return own.map(({ object, source, given, ...seed }) => {
    const record = records.get(seed.id);
    return {
      ...seed,
      former: object,
      object: moves.objects.find(({ from }) => from === object)?.to ?? object,
      source: moved(parsed(source), object, moves),
      given: moved(parsed(given), object, moves),
      record: record === undefined ? undefined : moved(record, object, moves),
    };
  });
}

const isOwn = (object: ObjectModel, name: string): boolean => {
  const field = object.fields[name];
  if (field === undefined || field.type === 'rollup') return false;
  return !field.system || name === 'name' || name === 'owner' || name === 'recordType';
};

/** Whether nobody has changed a field of it, those included that the pack says nothing of. */
export function isUntouched(object: ObjectModel, { given, record }: KnownSeed): boolean {
  return Object.keys(given).every((name) => !isOwn(object, name) || sameValue(record?.[name], given[name]));
}
