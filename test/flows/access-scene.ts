// A tenant with people of few rights, over the engine and over HTTP: what hangs together, what is hidden, and who owns it.
import { createServer } from 'node:http';
import { createListener } from '@tessera/api';
import type { OperationInput, OperationName, OperationOutput, RecordInput, RecordResult, RootRequest } from '@tessera/engine';
import { silentLogger, uuidv7Source, type Context } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { listen } from '../api/rest-scene.ts';
import { HttpClient, type Json } from '../support/http-client.ts';
import { pack, password, selected, testEngine, type TestEngine, type TestEngineOptions, type TestTenant } from '../support/engine.ts';

const text = { type: 'text' };
const all = { create: true, read: true, update: true, delete: true };
export const full = { ...all, fields: { '*': 'edit' } };

const account = {
  sharing: 'private',
  fields: {
    name: { type: 'text', required: true, searchable: true },
    number: { type: 'autoNumber', format: 'A-{0000}' },
    status: { ...text, history: true },
    region: text,
    rating: text,
    code: { ...text, unique: true },
    phone: { type: 'phone', history: true, searchable: true },
    key: { type: 'secret' },
    score: { type: 'number', scale: 0, default: 7, history: true },
    twice: { type: 'formula', returns: 'number', formula: { '*': [{ var: 'score' }, 2] } },
    taxNumber: { ...text, unique: true, searchable: true },
    patron: { type: 'lookup', to: 'user' },
    contract: { type: 'file' },
    dealCount: { type: 'rollup', aggregate: { of: 'deals', function: 'count' } },
  },
  recordTypes: { retail: { order: 10, default: true }, corporate: { order: 20 }, state: { order: 30 } },
  keys: { regionAndTax: { fields: ['region', 'taxNumber'] } },
  validationRules: {
    noBoom: { refuseWhen: { '==': [{ var: 'status' }, 'boom'] }, at: 'score', message: { en: 'The score forbids it.' } },
    noBang: { refuseWhen: { '==': [{ var: 'status' }, 'bang'] }, at: 'status', message: { en: 'No bang.' } },
  },
  team: {
    roles: { lead: { order: 10, label: { en: 'Lead' }, access: 'edit' }, guest: { order: 20, label: { en: 'Guest' }, access: 'read' } },
    rules: {
      patron: { when: { '==': [{ var: 'region' }, 'north'] }, member: { var: 'patron' }, role: 'guest' },
      head: { when: { '==': [{ var: 'region' }, 'south'] }, member: { var: 'owner.department.head' }, role: 'lead' },
    },
  },
};

const objects: Readonly<Record<string, Json>> = {
  account,
  deal: {
    sharing: 'private',
    fields: {
      account: { type: 'lookup', to: 'account', inverse: 'deals' },
      about: { type: 'lookup', to: ['account', 'task'] },
      work: { type: 'lookup', to: 'project' },
      concerns: { type: 'lookup', to: ['account', 'project'] },
      amount: { type: 'number', scale: 2 },
      greeting: { type: 'text', maxLength: 10, default: { var: 'account.name' } },
    },
  },
  site: {
    sharing: 'controlledByParent',
    fields: { account: { type: 'masterDetail', to: 'account', inverse: 'sites', reparent: true }, city: text },
  },
  task: { sharing: 'publicRead', fields: { account: { type: 'lookup', to: 'account', inverse: 'tasks' } } },
  project: { sharing: 'private', fields: { account: { type: 'lookup', to: 'account', inverse: 'projects' }, budget: { type: 'number' } } },
  ledger: { sharing: 'private', fields: { book: { type: 'text', required: true } } },
  tag: { sharing: 'publicReadWrite', fields: {} },
};

/** A representative: much of accounts, but neither scores nor tax numbers; nothing of projects. */
export const rep = {
  name: 'rep',
  label: { en: 'Rep' },
  objects: {
    account: {
      ...all,
      import: true,
      export: true,
      recordTypes: ['retail', 'corporate'],
      fields: { '*': 'edit', rating: 'read', phone: 'masked', score: 'none', taxNumber: 'none' },
    },
    deal: full,
    site: full,
    task: { read: true, fields: { '*': 'read' } },
    ledger: { ...all, fields: { '*': 'edit', book: 'none' } },
    tag: full,
  },
};

const named = (name: string, granted: Json): Json => ({ name, label: { en: name }, objects: granted });
const everyField = { '*': 'edit' };

/** The files of the scene's pack beside its objects. */
export const files: Json = {
  'roles/rep.json': rep,
  'roles/reader.json': named('reader', { account: { read: true, viewAll: true, fields: { '*': 'read' } } }),
  'permissionSets/hands.json': named('hands', { account: { changeOwner: true }, site: { changeOwner: true }, deal: { changeOwner: true } }),
  'permissionSets/bin.json': named('bin', { account: { seeDeleted: true }, site: { seeDeleted: true } }),
  'permissionSets/seesAll.json': named('seesAll', { account: { read: true, viewAll: true } }),
  'permissionSets/imports.json': named('imports', { deal: { import: true } }),
  'permissionSets/people.json': named('people', { user: { read: true, create: true, update: true, delete: true, fields: everyField } }),
  'sharingRules/openAccounts.json': {
    name: 'openAccounts',
    object: 'account',
    label: { en: 'Open accounts' },
    records: { when: { '==': [{ var: 'status' }, 'open'] } },
    to: { reps: { role: 'rep' } },
    access: 'edit',
  },
};

export const basePack = (more: Json = {}): Layer => pack('base', objects, { ...files, ...more });

/** Somebody who has signed in. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly http: HttpClient;
  context(more?: Partial<Context>): Context;
  run<N extends OperationName>(name: N, input: OperationInput<N>, more?: Partial<Context>): Promise<OperationOutput<N>>;
  /** Creates one record. Throws what stands against it. */
  create(object: string, values: RecordInput): Promise<string>;
  update(object: string, id: string, values: RecordInput, version?: number): Promise<void>;
  remove(object: string, id: string): Promise<void>;
  /** What became of each of many changes, those that are right being written. */
  updateSome(object: string, changes: readonly (readonly [string, RecordInput])[]): Promise<readonly RecordResult[]>;
  read(object: string, id: string, ...fields: readonly string[]): Promise<Json | undefined>;
  /** Ids of all records of the object that the person sees. */
  sees(object: string): Promise<readonly string[]>;
}

export interface AccessScene extends TestEngine {
  readonly acme: TestTenant;
  readonly url: string;
  person(name: string, values?: RecordInput): Promise<Person>;
  /** The administrator of all tests, over HTTP too. */
  readonly admin: Person;
}

async function signIn(lab: TestEngine, url: string, email: string, id: string): Promise<Person> {
  const info = { requestId: 'access', languages: ['en'] };
  const { accessToken } = await lab.engine.login({ tenant: 'acme', email, password }, info);
  const signedIn = await lab.engine.authenticate(accessToken, info);
  const run: Person['run'] = (name, input, more = {}) => lab.engine.run(name, { ...signedIn, ...more }, input);
  const readAll = async (request: RootRequest): Promise<unknown> =>
    (JSON.parse(await run('records.read', { roots: [request] })) as Json)['r'];
  return {
    id,
    email,
    http: new HttpClient(url, accessToken),
    context: (more = {}) => ({ ...signedIn, ...more }),
    run,
    create: async (object, values) => {
      const [result] = (await run('records.create', { object, records: [values] })).results;
      if (result?.ok !== true) throw new Error(`A single record of ${object} is created or refused.`);
      return result.id;
    },
    update: async (object, recordId, values, version) => {
      await run('records.update', { object, records: [{ id: recordId, values, ...(version === undefined ? {} : { version }) }] });
    },
    remove: async (object, recordId) => {
      await run('records.delete', { object, records: [{ id: recordId }] });
    },
    updateSome: async (object, changes) => {
      const records = changes.map(([recordId, values]) => ({ id: recordId, values }));
      return (await run('records.update', { object, allOrNone: false, records })).results;
    },
    read: async (object, recordId, ...fields) => {
      const found = await readAll({ kind: 'record', as: 'r', object, by: { id: recordId }, selections: fields.map(selected) });
      return (found as Json | null) ?? undefined;
    },
    sees: async (object) => {
      const nodes = { kind: 'nodes', as: 'n', selections: [selected('id')] } as const;
      const found = await readAll({ kind: 'list', as: 'r', object, list: { page: { first: 1000 } }, parts: [nodes] });
      return (found as { readonly n: readonly { readonly id: string }[] }).n.map(({ id: recordId }) => recordId).sort();
    },
  };
}

/** Opens the tenant `acme`, with a pack of these tests unless others are given. Close it in `afterAll`. */
export async function accessScene(
  more: Json = {},
  options: TestEngineOptions = {},
  packs: readonly Layer[] = [basePack(more)],
): Promise<AccessScene> {
  const lab = await testEngine(options);
  const acme = await lab.tenant('acme', packs);
  const app = createListener({ engine: lab.engine, log: silentLogger, newId: uuidv7Source(() => Date.now()) });
  const server = createServer(app);
  const url = await listen(server);
  const admin = await signIn(lab, url, 'admin@acme.example', acme.administrator);
  const [credential] = await lab.sql(`select hash from ${acme.schema}._credential`);
  return {
    ...lab,
    acme,
    url,
    admin,
    person: async (name, values = {}) => {
      const email = `${name}@acme.example`;
      const id = await acme.create('user', { name, email, roles: ['rep'], ...values });
      // The same password as the administrator's: hashing it again for everybody takes long.
      await lab.sql(`insert into ${acme.schema}._credential (user_id, email, hash) values ($1, $2, $3)`, [id, email, credential?.['hash']]);
      return signIn(lab, url, email, id);
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
      await lab.close();
    },
  };
}

/** The table of a tenant's log: how many rows of each kind there are about a record. */
export async function traces(scene: AccessScene, recordId: string): Promise<Json> {
  const of = async (table: string): Promise<number> => {
    const rows = await scene.sql(`select count(*)::int as n from ${scene.acme.schema}.${table} where record_id = $1`, [recordId]);
    return Number(rows[0]?.['n']);
  };
  return { history: await of('_history'), audit: await of('_audit'), shares: await of('_share') };
}
