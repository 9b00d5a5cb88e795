// A tenant that worlds are put into one after the other.
import type { Engine, engineParts, Identity, RecordInput, RecordResult } from '@tessera/engine';
import { TesseraError, type Context } from '@tessera/kernel';
import { tenantSchema } from '@tessera/storage';
import type pg from 'pg';
import { Caller } from './caller.ts';
import { constitutionFiles } from './constitutions.ts';
import type { Entry, Given, Population } from './populations.ts';
import { clearStatements, rowsIn, shareStatement, sharesIn, type HistoryRow } from './rows.ts';
import { mended } from './tenant-mending.ts';
import type { Constitution, Row, Share } from './world.ts';

/** A tenant of the lab. */
export interface Site {
  readonly administrator: string;
  /** Takes the constitution before away. */
  constitute(constitution: Constitution): Promise<void>;
  /** Puts files into the tenant's own layer, or takes them away by null. */
  apply(files: Readonly<Record<string, unknown>>): Promise<void>;
  /** Takes all records away and makes these; gives all shares with ids. */
  populate(population: Population): Promise<readonly Share[]>;
  /** Everything that is stored, as the database has it. */
  rows(): Promise<ReadonlyMap<string, Row>>;
  /** What was changed of a record, newest first. */
  history(id: string): Promise<readonly HistoryRow[]>;
  /** By id, under which key it was made. */
  keys(): ReadonlyMap<string, string>;
  /** What stood against records that were left out, by object: only where the packs may refuse what chance makes. */
  refused(): ReadonlyMap<string, string>;
  /** Signs somebody in without a password. */
  client(user: string): Promise<Caller>;
}

export const info = { requestId: 'prover', languages: ['en'] };

/** What the tenants of a lab stand on. */
export interface Ground {
  readonly engine: Engine;
  readonly parts: ReturnType<typeof engineParts>;
  readonly identity: Identity;
  readonly client: pg.Client;
  readonly url: string;
}

export class TenantSite implements Site {
  readonly administrator: string;
  readonly #ground: Ground;
  readonly #name: string;
  readonly #schema: string;
  #constitution: Constitution | undefined;
  readonly #mends: boolean;
  #ids = new Map<string, string>();
  #refused = new Map<string, string>();

  constructor(ground: Ground, name: string, administrator: string, mends = false) {
    this.#mends = mends;
    this.#ground = ground;
    this.#name = name;
    this.#schema = tenantSchema(name);
    this.administrator = administrator;
  }

  get #system(): Context {
    return this.#ground.identity.contextOf(this.#name, { kind: 'system', userId: null }, info);
  }

  async #model(): Promise<Awaited<ReturnType<Engine['runtime']>>['model']> {
    return (await this.#ground.engine.runtime(this.#name, { fresh: true })).model;
  }

  async constitute(constitution: Constitution): Promise<void> {
    await this.apply(constitutionFiles(constitution, this.#constitution));
    this.#constitution = constitution;
  }

  async apply(files: Readonly<Record<string, unknown>>): Promise<void> {
    await explained(() => this.#ground.engine.run('metadata.apply', this.#system, { files }));
  }

  async populate(population: Population): Promise<readonly Share[]> {
    const { client } = this.#ground;
    await client.query(clearStatements(await this.#model(), this.#schema, this.administrator).join('; '));
    this.#ids = new Map();
    this.#refused = new Map();
    for (const { object, entries } of population.creates) await this.#create(object, entries);
    for (const { object, entries } of population.updates) await this.#update(object, entries);
    for (const { object, keys } of population.deletes) await this.#delete(object, keys);
    const shares = population.shares.filter((share) => this.#isThere(share)).map((share) => this.#settled(share));
    const { text, values } = shareStatement(this.#schema, shares);
    if (shares.length > 0) await client.query(text, values);
    await client.query(`update ${this.#schema}._state set access = access + 1`);
    await this.#model();
    return sharesIn(client, this.#schema);
  }

  refused(): ReadonlyMap<string, string> {
    return this.#refused;
  }

  #isThere({ record, subject }: Share): boolean {
    const [kind = '', name = ''] = subject.split(':');
    return !this.#mends || (this.#ids.has(record) && (kind === 'role' || this.#ids.has(name)));
  }

  #id(key: string): string {
    const id = this.#ids.get(key);
    if (id === undefined) throw new TypeError(`Nothing was made for ${key}.`);
    return id;
  }

  #settled(share: Share): Share {
    const [kind = '', name = ''] = share.subject.split(':');
    return { ...share, record: this.#id(share.record), subject: kind === 'role' ? share.subject : `${kind}:${this.#id(name)}` };
  }

  #json(values: Entry['values']): RecordInput {
    const json = (value: Given): unknown => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      // What was left out is pointed to by nobody.
      const isGone = (key: string): boolean => this.#mends && !this.#ids.has(key);
      if ('key' in value) return isGone(value.key) ? null : this.#id(value.key);
      if (!('id' in value)) return value;
      return isGone(value.id.key) ? null : { object: value.object, id: this.#id(value.id.key) };
    };
    return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, json(value)]));
  }

  async #create(object: string, entries: readonly Entry[]): Promise<void> {
    await this.#written(object, entries, async (left) => {
      const records = left.map(({ values }) => this.#json(values));
      const { results } = await this.#ground.engine.run('records.create', this.#system, { object, records, allOrNone: !this.#mends });
      results.forEach((result, i) => {
        if (result.ok) this.#ids.set(left[i]?.key ?? '', result.id);
      });
      return results;
    });
  }

  /** Writes; what is refused is mended and tried again, where chance may make what packs refuse. */
  async #written(
    object: string,
    entries: readonly Entry[],
    write: (left: readonly Entry[]) => Promise<readonly RecordResult[]>,
  ): Promise<void> {
    let left = entries;
    for (let round = 0; round < mostRounds && left.length > 0; round += 1) {
      const results = this.#mends ? await patiently(write, left) : await explained(() => write(left));
      left = left.flatMap((entry, i) => {
        const result = results[i];
        if (result === undefined || result.ok) return [];
        const next = round + 1 < mostRounds ? mended(entry, result.problems) : undefined;
        if (next === undefined) this.#refused.set(object, result.problems.map(({ message }) => message).join(' '));
        return next ?? [];
      });
    }
  }

  async #update(object: string, entries: readonly Entry[]): Promise<void> {
    const there = this.#mends ? entries.filter(({ key }) => this.#ids.has(key)) : entries;
    await this.#written(object, there, async (left) => {
      const records = left.map(({ key, values }) => ({ id: this.#id(key), values: this.#json(values) }));
      return (await this.#ground.engine.run('records.update', this.#system, { object, records, allOrNone: !this.#mends })).results;
    });
  }

  /** Of some that went with another before nothing is left to delete. */
  async #delete(object: string, keys: readonly string[]): Promise<void> {
    const records = keys.filter((key) => !this.#mends || this.#ids.has(key)).map((key) => ({ id: this.#id(key) }));
    if (records.length === 0) return;
    await explained(() => this.#ground.engine.run('records.delete', this.#system, { object, records, allOrNone: false }));
  }

  async rows(): Promise<ReadonlyMap<string, Row>> {
    return rowsIn(this.#ground.client, (await this.#ground.engine.runtime(this.#name)).model, this.#schema);
  }

  async history(id: string): Promise<readonly HistoryRow[]> {
    const text = `select id::text as number, change, field, old, new from ${this.#schema}._history where record_id = $1 order by id desc`;
    return (await this.#ground.client.query<HistoryRow>(text, [id])).rows;
  }

  keys(): ReadonlyMap<string, string> {
    return new Map([...this.#ids].map(([key, id]) => [id, key]));
  }

  async client(user: string): Promise<Caller> {
    const { client, parts, url } = this.#ground;
    const id = parts.newId();
    await client.query(
      `insert into ${this.#schema}._session (id, user_id, refresh_hash, expires_at) values ($1::uuid, $2, $1::text, now() + interval '1 day')`,
      [id, user],
    );
    return new Caller(url, await parts.signer.sign({ tenant: this.#name, userId: user, sessionId: id }));
  }
}

/** What stands against a whole set of records is asked of each. */
async function patiently(
  write: (left: readonly Entry[]) => Promise<readonly RecordResult[]>,
  left: readonly Entry[],
): Promise<readonly RecordResult[]> {
  try {
    return await write(left);
  } catch (error) {
    if (!(error instanceof TesseraError)) throw error;
    if (left.length === 1) return [{ ok: false, problems: error.problems }];
    const results: RecordResult[] = [];
    for (const entry of left) results.push(...(await patiently(write, [entry])));
    return results;
  }
}

const mostRounds = 5;

/** A mistake of the prover is found sooner by its place. */
export async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TesseraError
      ? new Error(JSON.stringify([error.code, error.message, ...error.problems], null, 1), { cause: error })
      : error;
  }
}
