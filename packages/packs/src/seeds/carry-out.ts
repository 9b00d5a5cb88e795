// Carries out what a plan says of packs' data, in the transaction that puts the plan in force.
import { fail, failAll } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { deleteRecords, type WriteSession } from '@tessera/records';
import { forgetPacks, forgetSeeds, noteSeeds, readRecord, type RecordValues, type Seeded } from '@tessera/storage';
import { givenValues, type Values } from '../given-values.ts';
import { storedValue } from './compare.ts';
import { SeedNames } from './names.ts';
import type { SeedPlan, SetWork } from './plan.ts';
import { refsOf, type DataSet } from './sets.ts';
import { seedDoor, seedScope, seedThere, writeSeed } from './write.ts';

type Work = SetWork['records'][number];

class Carrying {
  readonly #session: WriteSession;
  readonly #set: DataSet;
  readonly #object: ObjectModel;
  readonly #names: SeedNames;
  /** Ids of what this plan has written: other sets may add to it. */
  readonly #fresh: Set<string>;

  constructor(session: WriteSession, set: DataSet, object: ObjectModel, names: SeedNames, fresh: Set<string>) {
    this.#session = session;
    this.#set = set;
    this.#object = object;
    this.#names = names;
    this.#fresh = fresh;
  }

  async carry({ key, known, compared }: Work): Promise<Seeded> {
    const source = this.#set.records[key] ?? {};
    const scope = seedScope(this.#session, this.#set, this.#names.naming(`data/${this.#set.name}: ${key}`));
    const input = givenValues(this.#object.name, compared?.values ?? source, scope);
    const written = known === undefined ? await this.#come(key, input) : await this.#change(key, known.id, input);
    this.#names.call(key, { object: this.#object.name, id: written.id });
    const stored = (field: string): RecordValues[string] => storedValue(source[field], field, { ...scope, object: this.#object }) ?? null;
    // What is the tenant's own is held against what the pack would have it be.
    const isOwn = (field: string): boolean =>
      known === undefined ? Object.hasOwn(source, field) && !Object.hasOwn(written.input, field) : compared?.own.has(field) === true;
    const given = Object.entries(written.record).map(([field, value]) => {
      if (!isOwn(field)) return [field, value];
      return [field, known === undefined ? stored(field) : (known.given[field] ?? null)];
    });
    const { pack, name: set, owner } = this.#set;
    const texts = { source: JSON.stringify(source), given: JSON.stringify(Object.fromEntries(given)) };
    return { pack, set, key, owner, object: this.#object.name, id: written.id, ...texts };
  }

  /** One that the tenant does not know by its name. One that is there by its key is taken for it, and keeps what it has. */
  async #come(key: string, input: Values): Promise<{ readonly id: string; readonly input: Values; readonly record: RecordValues }> {
    const there = await seedThere(this.#session, this.#object, this.#set, input);
    const isTenants = there !== undefined && !this.#fresh.has(there);
    const had = isTenants ? await this.#read(there) : {};
    const own = Object.fromEntries(Object.entries(input).filter(([field]) => (had[field] ?? null) === null));
    const written = isTenants ? own : input;
    const id = await writeSeed(this.#session, this.#object, key, written, there);
    if (!isTenants) this.#fresh.add(id);
    return { id, input: written, record: await this.#read(id) };
  }

  async #change(
    key: string,
    id: string,
    input: Values,
  ): Promise<{ readonly id: string; readonly input: Values; readonly record: RecordValues }> {
    if (Object.keys(input).length > 0) await writeSeed(this.#session, this.#object, key, input, id);
    return { id, input, record: await this.#read(id) };
  }

  async #read(id: string): Promise<RecordValues> {
    const { transaction, target } = this.#session;
    return (await readRecord(transaction, target, this.#object, id)) ?? {};
  }
}

async function remove(session: WriteSession, { removed }: SeedPlan): Promise<void> {
  for (const { object, id, key } of removed) {
    const [outcome] = await deleteRecords(session, object, [{ pointer: `/records/${key}`, id }]);
    if (outcome?.ok !== true) throw failAll('RECORDS_INVALID', outcome?.problems ?? []);
  }
}

/** Writes and deletes records, and notes where they went. Throws what a record is refused with, SEED_REFERENCE_MISSING. */
export async function carryOutSeeds(session: WriteSession, plan: SeedPlan): Promise<void> {
  const door = seedDoor(session);
  const fresh = new Set<string>();
  for (const { set, records } of plan.work) {
    const object = session.model.objects[set.object];
    if (object === undefined) throw fail('OBJECT_UNKNOWN', { object: set.object });
    const names = await SeedNames.read(door, set.pack, refsOf(set));
    const carrying = new Carrying(session, set, object, names, fresh);
    const seeded: Seeded[] = [];
    for (const record of records) seeded.push(await carrying.carry(record));
    // One that has moved to this set is known there no more.
    await forgetSeeds(
      door,
      records.flatMap(({ known }) => (known === undefined || known.set === set.name ? [] : [known])),
    );
    await noteSeeds(door, seeded, session.at);
  }
  await remove(session, plan);
  await forgetSeeds(door, [...plan.removed, ...plan.forgotten]);
  await forgetPacks(door, plan.gone);
}
