// A shop whose automations are run: orders with lines, accounts, and what comes of them.
import { engineParts, systemSession } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { runInSession, type WriteSession } from '@tessera/records';
import { readJournal, type JournalEntry } from '@tessera/storage';
import { startRuns, type RunStart } from '@tessera/workflow';
import { pack, testEngine, type Json, type TestEngine, type TestEngineOptions, type TestTenant } from '../support/engine.ts';

export const v = (name: string): Json => ({ var: name });

export const label = { en: 'x' };

const objects: Readonly<Record<string, Json>> = {
  account: {
    sharing: 'private',
    fields: {
      name: { type: 'text' },
      code: { type: 'text', unique: true },
      credit: { type: 'number', scale: 2 },
      tier: { type: 'picklist', options: { gold: {}, silver: {} } },
      taken: { type: 'boolean' },
      count: { type: 'number', scale: 0 },
    },
  },
  order: {
    sharing: 'publicReadWrite',
    fields: {
      name: { type: 'autoNumber', format: 'O-{0000}' },
      code: { type: 'text' },
      account: { type: 'lookup', to: 'account', inverse: 'orders' },
      about: { type: 'lookup', to: ['account', 'order'], inverse: 'mentions' },
      amount: { type: 'number', scale: 2 },
      stage: { type: 'text' },
      margin: { type: 'number', scale: 2 },
      kept: { type: 'text', readOnly: true },
      sealed: { type: 'text', readOnly: { '!=': [{ var: 'kept' }, null] } },
      due: { type: 'date' },
      at: { type: 'datetime' },
      pin: { type: 'secret' },
      twice: { type: 'formula', returns: 'number', formula: { '*': [{ var: 'amount' }, 2] } },
      credit: { type: 'formula', returns: 'number', formula: { '+': [{ var: 'account.credit' }, 0] } },
    },
  },
  line: {
    sharing: 'controlledByParent',
    fields: {
      name: { type: 'autoNumber', format: 'L-{0000}' },
      order: { type: 'masterDetail', to: 'order', inverse: 'lines' },
      qty: { type: 'number', scale: 2 },
      state: { type: 'text' },
    },
  },
  entry: {
    sharing: 'publicReadWrite',
    fields: {
      name: { type: 'autoNumber', format: 'E-{0000}' },
      title: { type: 'text', maxLength: 40 },
      key: { type: 'text', unique: true },
      order: { type: 'lookup', to: 'order' },
      line: { type: 'lookup', to: 'line' },
      about: { type: 'lookup', to: ['account', 'order'] },
      text: { type: 'text' },
      number: { type: 'number', scale: 4 },
      date: { type: 'date' },
      flag: { type: 'boolean' },
      pin: { type: 'secret' },
    },
  },
};

/** The shop with automations on orders, unless one says another; by default started with a new order, as the system. */
export function shop(automations: Readonly<Record<string, Json>>, files: Json = {}): Layer {
  const own = Object.entries(automations).map(([name, content]) => [
    `automations/${name}.json`,
    { name, object: 'order', runAs: 'system', trigger: { type: 'record', on: ['create'] }, ...content },
  ]);
  return pack('shop', objects, { ...(Object.fromEntries(own) as Json), ...files });
}

export interface RunRow {
  readonly id: string;
  readonly automation: string;
  readonly state: string;
  readonly position: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly attempts: number;
  readonly variables: string;
}

export interface Shop {
  readonly engine: TestEngine;
  readonly acme: TestTenant;
  /** Work in a transaction of the platform. */
  within<T>(work: (session: WriteSession) => Promise<T>): Promise<T>;
  /** Starts runs of an automation; gives their ids. */
  start(automation: string, ...starts: readonly Partial<Omit<RunStart, 'automation'>>[]): Promise<readonly string[]>;
  /** A person with these roles. */
  person(name: string, ...roles: readonly string[]): Promise<string>;
  /** Does all that is due, so many milliseconds ahead. */
  drain(ms?: number): Promise<unknown>;
  /** In the order of their ids. */
  runs(automation?: string): Promise<readonly RunRow[]>;
  /** Of the runs of an automation: path and state of each entry, one text for each run. */
  steps(automation: string): Promise<readonly string[]>;
  journal(run: string): Promise<readonly JournalEntry[]>;
  /** Live records. */
  records(object: string, columns: string, more?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Takes all records and runs away. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function shopScene(layer: Layer, options: TestEngineOptions = {}): Promise<Shop> {
  const engine = await testEngine(options);
  const acme = await engine.tenant('acme', [layer]);
  const { schema } = acme;
  const runs: Shop['runs'] = async (automation) =>
    (await engine.sql(
      `select id, automation, state, position, error->>'code' as code, error->>'message' as message, attempts, variables::text as variables
       from ${schema}._run where $1::text is null or automation = $1 order by id`,
      [automation ?? null],
    )) as unknown as readonly RunRow[];
  const journal: Shop['journal'] = (run) => readJournal({ schema, query: (statement) => engine.cell.tenant('acme').query(statement) }, run);
  const parts = engineParts({ cell: engine.cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock: engine.clock });
  const within: Shop['within'] = async (work) => runInSession(await systemSession(parts, acme.systemContext()), work);
  return {
    engine,
    acme,
    within,
    start: (automation, ...starts) =>
      within(async (session) => {
        const model = session.model.automations[automation];
        if (model === undefined) throw new TypeError(`There is no automation ${automation}.`);
        const ids = await startRuns(
          session,
          starts.map((start) => ({ record: undefined, ...start, automation: model })),
        );
        return ids.map(String);
      }),
    person: (name, ...roles) => acme.create('user', { name, email: `${name}@acme.example`, active: true, roles }),
    drain: (ms = 0) => engine.engine.drain('acme', Date.now() + ms),
    runs,
    steps: async (automation) => {
      const all = await Promise.all((await runs(automation)).map(({ id }) => journal(id)));
      return all.map((entries) => entries.map(({ path, state }) => `${path}:${state}`).join(' '));
    },
    journal,
    records: (object, columns, more = '') => engine.sql(`select ${columns} from ${schema}.${object} where deleted_at is null ${more}`),
    clear: async () => {
      for (const table of ['_run', '_timer', '_effect', 'entry', 'line', '"order"', 'account'])
        await engine.sql(`delete from ${schema}.${table}`);
    },
    close: () => engine.close(),
  };
}
