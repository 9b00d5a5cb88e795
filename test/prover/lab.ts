// The engine under test, as it is served over HTTP, and tenants in it that worlds are put into one after the other.
import { createServer } from 'node:http';
import { createApp } from '@tessera/api';
import { createEngine, createTenant, engineParts, Identity, type Engine, type EngineOptions, type RecordInput } from '@tessera/engine';
import { silentLogger, TesseraError, uuidv7Source, type Context, type Logger } from '@tessera/kernel';
import { openCell, tenantSchema } from '@tessera/storage';
import pg from 'pg';
import { listen } from '../api/rest-scene.ts';
import { pack, password } from '../support/engine.ts';
import { testDatabase } from '../support/postgres.ts';
import { Caller } from './caller.ts';
import { constitutionFiles } from './constitutions.ts';
import type { ModelSketch } from './models.ts';
import type { Entry, Given, Population } from './populations.ts';
import { clearStatements, rowsIn, shareStatement, type HistoryRow } from './rows.ts';
import type { Constitution, Row, Share } from './world.ts';

/** A tenant of the lab. */
export interface Site {
  readonly administrator: string;
  /** Takes the constitution before away. */
  constitute(constitution: Constitution): Promise<void>;
  /** Takes all records away and makes these; gives their shares with ids. */
  populate(population: Population): Promise<readonly Share[]>;
  /** Everything that is stored, as the database has it. */
  rows(): Promise<ReadonlyMap<string, Row>>;
  /** What was changed of a record, newest first. */
  history(id: string): Promise<readonly HistoryRow[]>;
  /** By id, under which key it was made. */
  keys(): ReadonlyMap<string, string>;
  /** Signs somebody in without a password. */
  client(user: string): Promise<Caller>;
}

export interface Lab {
  /** What the server blamed itself for. */
  readonly blamed: string[];
  site(name: string, sketch: ModelSketch): Promise<Site>;
  close(): Promise<void>;
}

/** Makes the engine that is to be proved. */
export type MakeEngine = (options: EngineOptions) => Promise<Engine>;

const info = { requestId: 'prover', languages: ['en'] };

interface Ground {
  readonly engine: Engine;
  readonly parts: ReturnType<typeof engineParts>;
  readonly identity: Identity;
  readonly client: pg.Client;
  readonly url: string;
}

class TenantSite implements Site {
  readonly administrator: string;
  readonly #ground: Ground;
  readonly #name: string;
  readonly #schema: string;
  #constitution: Constitution | undefined;
  #ids = new Map<string, string>();

  constructor(ground: Ground, name: string, administrator: string) {
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
    const files = constitutionFiles(constitution, this.#constitution);
    await explained(() => this.#ground.engine.run('metadata.apply', this.#system, { files }));
    this.#constitution = constitution;
  }

  async populate(population: Population): Promise<readonly Share[]> {
    const { client } = this.#ground;
    await client.query(clearStatements(await this.#model(), this.#schema, this.administrator).join('; '));
    this.#ids = new Map();
    for (const { object, entries } of population.creates) await this.#create(object, entries);
    for (const { object, entries } of population.updates) await this.#update(object, entries);
    for (const { object, keys } of population.deletes) await this.#delete(object, keys);
    const shares = population.shares.map((share) => this.#settled(share));
    const { text, values } = shareStatement(this.#schema, shares);
    if (shares.length > 0) await client.query(text, values);
    await client.query(`update ${this.#schema}._state set access = access + 1`);
    await this.#model();
    return shares;
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
      if ('key' in value) return this.#id(value.key);
      return 'id' in value ? { object: value.object, id: this.#id(value.id.key) } : value;
    };
    return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, json(value)]));
  }

  async #create(object: string, entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const records = entries.map(({ values }) => this.#json(values));
    const { results } = await explained(() => this.#ground.engine.run('records.create', this.#system, { object, records }));
    results.forEach((result, i) => {
      if (result.ok) this.#ids.set(entries[i]?.key ?? '', result.id);
    });
  }

  async #update(object: string, entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const records = entries.map(({ key, values }) => ({ id: this.#id(key), values: this.#json(values) }));
    await explained(() => this.#ground.engine.run('records.update', this.#system, { object, records }));
  }

  /** Of some that went with another before nothing is left to delete. */
  async #delete(object: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const records = keys.map((key) => ({ id: this.#id(key) }));
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

/** A mistake of the prover is found sooner by its place. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TesseraError
      ? new Error(JSON.stringify([error.code, error.message, ...error.problems], null, 1), { cause: error })
      : error;
  }
}

export async function openLab(make: MakeEngine = createEngine): Promise<Lab> {
  const database = await testDatabase();
  const blamed: string[] = [];
  const log: Logger = {
    ...silentLogger,
    error: (fields) => void blamed.push(fields['err'] instanceof Error ? (fields['err'].stack ?? '') : JSON.stringify(fields)),
    child: () => log,
  };
  const cell = await openCell({ url: database.url, log });
  const clock = { now: (): number => Date.now() };
  const options: EngineOptions = { cell, log, secret: 'a secret of the prover, long enough', clock };
  const parts = engineParts(options);
  const identity = new Identity(parts);
  const engine = await make(options);
  const server = createServer(createApp({ engine, log, newId: uuidv7Source(() => clock.now()) }));
  const url = await listen(server);
  const client = new pg.Client({ connectionString: database.url, application_name: 'prover' });
  await client.connect();
  return {
    blamed,
    site: async (name, { objects }) => {
      const administrator = { email: `admin@${name}.example`, name: 'Admin', password };
      const id = await explained(() => createTenant(parts, identity, { name, packs: [pack('prover', objects)], administrator }));
      return new TenantSite({ engine, parts, identity, client, url }, name, id);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await client.end();
      await engine.close();
      await cell.close();
      await database.drop();
    },
  };
}
