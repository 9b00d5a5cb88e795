// Records of demo data that are given in JSON, with references to each other: written and told of in one transaction.
import type { ObjectModel } from '@tessera/metadata';
import { isLocked, sameValue, type WriteSession } from '@tessera/records';
import { noteSeeds, readRecord, readRecords, type RecordValues, type Seeded } from '@tessera/storage';
import { givenValues, type Values } from '../given-values.ts';
import { storedValue } from './compare.ts';
import type { SeedDeps } from './deps.ts';
import { SeedNames } from './names.ts';
import { beginningOf, tellPast } from './past.ts';
import { refsOf, type DataSet } from './sets.ts';
import { toldAt } from './told-at.ts';
import { seedDoor, seedScope, seedThere, writeSeed } from './write.ts';

/** @param given what the past of the record has made of fields that the pack sets otherwise, which stays */
export const demoSeed = ({ pack, name: set, owner, object }: DataSet, key: string, id: string, given: string | null = null): Seeded => ({
  ...{ pack, set, key, owner, object, id },
  ...{ source: null, given },
});

/** Names of records that have a past which has not been told: what is known by its name has had it told. */
export const untold = (set: DataSet, known: ReadonlyMap<string, Seeded>): readonly string[] =>
  Object.keys(set.history).filter((key) => !known.has(key));

/** What the pack would have of a record that has been through its history. */
function lastValues(set: DataSet, key: string): Values {
  const began = Object.entries(set.records[key] ?? {}).filter(([field]) => field !== 'createdAt' && field !== 'createdBy');
  const later = (set.history[key] ?? []).flatMap((event) => Object.entries(event.values ?? {}));
  return Object.fromEntries([...began, ...later]);
}

class RecordSet {
  readonly #session: WriteSession;
  readonly #object: ObjectModel;
  readonly #set: DataSet;
  readonly #names: SeedNames;

  constructor(session: WriteSession, object: ObjectModel, set: DataSet, names: SeedNames) {
    this.#session = session;
    this.#object = object;
    this.#set = set;
    this.#names = names;
  }

  #scope(key: string): ReturnType<typeof seedScope> {
    return seedScope(this.#session, this.#set, this.#names.naming(`data/${this.#set.name}: ${key}`));
  }

  async write(key: string, before: Seeded | undefined): Promise<Seeded> {
    const id = (before === undefined ? undefined : await this.#known(key, before)) ?? (await this.#new(key));
    this.#names.call(key, { object: this.#object.name, id });
    return demoSeed(this.#set, key, id, before?.id === id ? before.given : null);
  }

  /** The record that a name has been given to before, if it is still there. */
  async #known(key: string, { id, given }: Seeded): Promise<string | undefined> {
    const { transaction, target } = this.#session;
    const record = await readRecord(transaction, target, this.#object, id);
    // What an approval is under way of stays as it is.
    if (record === undefined || isLocked(this.#session, this.#object, record)) return record === undefined ? undefined : id;
    const own = given === null ? {} : (JSON.parse(given) as RecordValues);
    const last = Object.entries(lastValues(this.#set, key)).filter(([field]) => !Object.hasOwn(own, field));
    const input = givenValues(this.#object.name, Object.fromEntries(last), this.#scope(key));
    return writeSeed(this.#session, this.#object, key, input, id);
  }

  async #new(key: string): Promise<string> {
    const input = givenValues(this.#object.name, this.#set.records[key] ?? {}, this.#scope(key));
    const there = await seedThere(this.#session, this.#object, this.#set, input);
    const made = there === undefined ? beginningOf(this.#session, this.#set, key, input) : this.#session;
    return writeSeed(made, this.#object, key, input, there);
  }

  /** Tells the past of new ones. Gives them with what that has made of them. */
  async tell(deps: SeedDeps, seeds: readonly Seeded[]): Promise<readonly Seeded[]> {
    const naming = this.#names.naming(`data/${this.#set.name}: history`);
    await tellPast(
      deps,
      this.#session,
      this.#set,
      seeds.map(({ key }) => key),
      naming,
    );
    const { transaction, target } = this.#session;
    const ids = seeds.map(({ id }) => id);
    const records = await readRecords(transaction, target, this.#object, ids);
    return seeds.map((seed) => {
      const own = this.#madeOtherwise(seed.key, records.get(seed.id) ?? {});
      return own.length === 0 ? seed : { ...seed, given: JSON.stringify(Object.fromEntries(own)) };
    });
  }

  #madeOtherwise(key: string, record: RecordValues): readonly (readonly [string, RecordValues[string]])[] {
    const scope = { ...this.#scope(key), object: this.#object };
    return Object.entries(lastValues(this.#set, key)).flatMap(([field, value]) => {
      const [stored, now] = [storedValue(value, field, scope), record[field] ?? null];
      return stored === undefined || sameValue(stored, now) ? [] : [[field, now] as const];
    });
  }
}

/** Loads a set. Either all of it is there then, with its past, or nothing. */
export async function loadRecords(
  deps: SeedDeps,
  session: WriteSession,
  object: ObjectModel,
  set: DataSet,
  known: ReadonlyMap<string, Seeded>,
): Promise<void> {
  const names = await SeedNames.read(seedDoor(session), set.pack, refsOf(set));
  const own = new RecordSet(session, object, set, names);
  const written: Seeded[] = [];
  for (const key of Object.keys(set.records)) written.push(await toldAt(set, `/records/${key}`, () => own.write(key, known.get(key))));
  const waiting = new Set(untold(set, known));
  const told = await own.tell(
    deps,
    written.filter(({ key }) => waiting.has(key)),
  );
  await noteSeeds(seedDoor(session), [...written.filter(({ key }) => !waiting.has(key)), ...told], session.at);
}
