// An engine on a database of its own, with tenants out of packs that a test writes down itself.
import { failAll, silentLogger, TesseraError, type Clock, type Context, type Logger } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import {
  createEngine,
  createTenant,
  engineParts,
  Identity,
  type Engine,
  type EngineOptions,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  type RecordInput,
  type RequestInfo,
  type SelectionRequest,
} from '@tessera/engine';
import { openCell, tenantSchema, type Cell, type CellOptions } from '@tessera/storage';
import pg from 'pg';
import { notedCell } from './statements.ts';
import { testDatabase, type TestDatabase } from './postgres.ts';

/** JSON of a component, without what every file of its kind says alike. */
export type Json = Readonly<Record<string, unknown>>;

export const password = 'Correct-Horse-7-Battery';

const labelled = (name: string, content: Json): Json => ({ plural: `${name}s`, label: { en: name }, ...content, name });

/**
 * A pack with these objects (`name`, `plural` and `label` follow from the key) and other files (`{ 'settings.json': … }`).
 * Its namespace is empty.
 */
export function pack(name: string, objects: Readonly<Record<string, Json>>, files: Json = {}): Layer {
  const manifest = { name, namespace: '', version: '1.0.0', label: { en: name }, publisher: 'Tests', languages: ['en', 'zh-CN'] };
  const own = Object.entries(objects).map(([object, content]) => [`objects/${object}.json`, labelled(object, content)] as const);
  return { kind: 'pack', name, version: '1.0.0', namespace: '', files: { 'pack.json': manifest, ...Object.fromEntries(own), ...files } };
}

/** A field of a record, as `returning` and reads take it. */
export const selected = (field: string): SelectionRequest => ({ kind: 'field', as: field, field });

export interface TestTenant {
  readonly name: string;
  readonly schema: string;
  /** Id of the administrator, as whom operations run. */
  readonly administrator: string;
  context(request?: Partial<RequestInfo>): Context;
  /** The platform itself: no user. */
  systemContext(): Context;
  run<N extends OperationName>(name: N, input: OperationInput<N>, request?: Partial<RequestInfo>): Promise<OperationOutput<N>>;
  /** Creates one record. Throws what stands against it. */
  create(object: string, values: RecordInput): Promise<string>;
  update(object: string, id: string, values: RecordInput, version?: number): Promise<number>;
  remove(object: string, id: string): Promise<void>;
  /** Fields of a live record; undefined where there is none. */
  read(object: string, id: string, ...fields: readonly string[]): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Files of the tenant's own layer put in, or taken away by null. */
  apply(files: Json): Promise<void>;
}

export interface TestEngine {
  readonly engine: Engine;
  readonly cell: Cell;
  readonly database: TestDatabase;
  /** Milliseconds that the clock is ahead of the machine's. */
  readonly clock: Clock & { ahead: number };
  tenant(name: string, packs: readonly Layer[]): Promise<TestTenant>;
  /** Rows of any statement, as the server's administrator. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The texts of the statements that tenants sent meanwhile. */
  statements(work: () => Promise<unknown>): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface TestEngineOptions {
  readonly cell?: Partial<CellOptions>;
  readonly limits?: EngineOptions['limits'];
  readonly files?: EngineOptions['files'];
  readonly log?: Logger;
  /** The way by which the cell reaches the database, where it is not straight. */
  readonly by?: (url: string) => Promise<string>;
  /** Whatever else an engine takes. */
  readonly engine?: Partial<EngineOptions>;
}

type Row = Readonly<Record<string, unknown>>;

/** What a tenant can do as its administrator. */
async function signIn(engine: Engine, identity: Identity, name: string, administrator: string): Promise<TestTenant> {
  const info: RequestInfo = { requestId: 'test', languages: ['en'] };
  const { accessToken } = await engine.login({ tenant: name, email: `admin@${name}.example`, password }, info);
  const { actor } = await engine.authenticate(accessToken, info);
  const context: TestTenant['context'] = (request = {}) => identity.contextOf(name, actor, { ...info, ...request });
  const run: TestTenant['run'] = (operation, input, request) => engine.run(operation, context(request), input);
  return {
    name,
    schema: tenantSchema(name),
    administrator,
    context,
    systemContext: () => identity.contextOf(name, { kind: 'system', userId: null }, info),
    run,
    create: async (object, values) => {
      const [result] = (await run('records.create', { object, records: [values] })).results;
      if (result?.ok !== true) throw failAll('RECORDS_INVALID', result?.problems ?? []);
      return result.id;
    },
    update: async (object, id, values, version) => {
      const records = [{ id, values, ...(version === undefined ? {} : { version }) }];
      const [result] = (await run('records.update', { object, records })).results;
      if (result?.ok !== true) throw failAll('RECORDS_INVALID', result?.problems ?? []);
      return result.version;
    },
    remove: async (object, id) => {
      await run('records.delete', { object, records: [{ id }] });
    },
    read: async (object, id, ...fields) => {
      const root = { kind: 'record' as const, as: 'found', object, by: { id }, selections: fields.map(selected) };
      const answer = JSON.parse(await run('records.read', { roots: [root] })) as { readonly found: Row | null };
      return answer.found ?? undefined;
    },
    apply: async (files) => {
      await run('metadata.apply', { files });
    },
  };
}

/** Opens a cell on a fresh database and starts an engine on it. Close it in `afterAll`: a connection left behind fails the suite. */
export async function testEngine({
  cell: cellOptions = {},
  limits,
  files,
  log = silentLogger,
  by = (url) => Promise.resolve(url),
  engine: more = {},
}: TestEngineOptions = {}): Promise<TestEngine> {
  const database = await testDatabase();
  const cell = await openCell({ url: await by(database.url), log, ...cellOptions });
  const clock = { ahead: 0, now: (): number => Date.now() + clock.ahead };
  let listener: ((text: string) => void) | undefined;
  const options: EngineOptions = {
    cell: notedCell(cell, (text) => listener?.(text)),
    log,
    secret: 'a secret of these tests, long enough',
    clock,
    // They have tests of their own; others guess as often as they like.
    logins: { account: 0, address: 0, windowSeconds: 900 },
    ...(limits === undefined ? {} : { limits }),
    ...(files === undefined ? {} : { files }),
    ...more,
  };
  const parts = engineParts(options);
  const identity = new Identity(parts);
  const engine = await createEngine(options);
  const client = new pg.Client({ connectionString: database.url, application_name: 'test support' });
  await client.connect();
  return {
    engine,
    cell,
    database,
    clock,
    tenant: async (name, packs) => {
      const administrator = { email: `admin@${name}.example`, name: 'Admin', password };
      const id = await createTenant(parts, identity, { name, packs, administrator }).catch((error: unknown) => {
        // Jest shows a message only, and a mistake in a test's own pack is found sooner by its place.
        throw error instanceof TesseraError ? new Error(JSON.stringify(error.problems, null, 2), { cause: error }) : error;
      });
      return signIn(engine, identity, name, id);
    },
    sql: async (text, values = []) => (await client.query<Row>(text, [...values])).rows,
    statements: async (work) => {
      const texts: string[] = [];
      listener = (text) => void texts.push(text);
      try {
        await work();
      } finally {
        listener = undefined;
      }
      return texts;
    },
    close: async () => {
      await client.end();
      await engine.close();
      await cell.close();
      await database.drop();
    },
  };
}
