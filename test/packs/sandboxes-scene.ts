// A tenant with something of everything that a copy of it has to take along, leave behind or put another way.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { openFileStore } from '@tessera/records';
import { pack, password, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const label = { en: 'X' };
const text = (more: Json = {}): Json => ({ type: 'text', label, ...more });

const objects: Readonly<Record<string, Json>> = {
  region: { fields: { code: text({ unique: true }) } },
  account: {
    sharing: 'publicReadWrite',
    fields: {
      phone: { type: 'phone', label, personal: false },
      region: { type: 'lookup', to: 'region', label, inverse: 'accounts', required: true },
      parent: { type: 'lookup', to: 'account', label, inverse: 'children' },
      worth: { type: 'rollup', label, aggregate: { of: 'deals', function: 'sum', value: { var: 'amount' } } },
      number: { type: 'autoNumber', label, format: 'A-{0000}' },
    },
  },
  deal: {
    fields: {
      account: { type: 'masterDetail', to: 'account', label, inverse: 'deals' },
      amount: { type: 'number', label, precision: 10, scale: 2 },
      stage: { type: 'picklist', label, options: { open: { label }, won: { label } } },
    },
  },
  contact: {
    sharing: 'publicReadWrite',
    fields: {
      name: text({ personal: 'name', searchable: true }),
      email: { type: 'email', label, personal: 'email', unique: true, history: true },
      phone: { type: 'phone', label, personal: 'phone', history: true },
      taxCode: text({ personal: 'code', unique: true, maxLength: 12 }),
      born: { type: 'date', label, personal: 'date' },
      home: { type: 'address', label, personal: 'address', history: true },
      memo: { type: 'textarea', label, personal: 'text', searchable: true, history: true },
      letter: { type: 'richText', label, personal: 'text' },
      site: { type: 'url', label, personal: 'url' },
      account: { type: 'lookup', to: 'account', label, inverse: 'contacts' },
      pin: { type: 'secret', label },
      paper: { type: 'file', label },
      stage: { type: 'picklist', label, options: { new: { label }, known: { label } } },
    },
  },
  fee: { fields: { kind: text(), rate: { type: 'number', label, precision: 6, scale: 2 } } },
};

const files: Json = {
  'decisionTables/fees.json': { name: 'fees', object: 'fee', inputs: { kind: { field: 'kind' } }, outputs: ['rate'] },
  'matchingRules/samePerson.json': {
    name: 'samePerson',
    object: 'contact',
    criteria: { mail: { fields: { email: { by: 'email' } } }, call: { fields: { phone: { by: 'phone' } } } },
  },
  'templates/welcome.json': {
    name: 'welcome',
    object: 'contact',
    label,
    email: { subject: { en: 'Welcome {{ name }}' }, body: { en: 'Hello.' } },
  },
  'automations/greet.json': {
    name: 'greet',
    object: 'contact',
    trigger: { type: 'record', on: ['create'] },
    runAs: 'system',
    steps: {
      mail: { order: 10, type: 'notify', template: 'welcome', to: { person: { field: 'owner' } }, channels: ['email'] },
      call: { order: 20, type: 'webhook', address: 'https://erp.example/contacts' },
    },
  },
  'approvalProcesses/known.json': {
    name: 'known',
    object: 'contact',
    on: ['submit'],
    steps: { boss: { order: 10, type: 'approval', approvers: { boss: { role: 'administrator' } } } },
  },
};

export const packOne = pack('crm', objects, files);

/** Originals that may be nowhere in a masked copy. */
export const originals = [
  ...['Zhang Weimin', '欧阳若曦', 'zhang.weimin@customer.cn', 'ouyang@customer.cn', '13800138765', '138-0013-8765', 'TX88Q771', 'TX99Z002'],
  ...[
    'Nanjing Road 1788',
    'PC-200040-Jingan-South',
    'asked about Frau Lindqvist',
    'Lindqvist',
    'zhangweimin.example.cn',
    'boss@acme.example',
  ],
  ...['Mrs Boss Original', 'zhang.old@customer.cn', 'contract-of-zhang.txt'],
];

export interface SandboxScene {
  readonly engine: TestEngine;
  readonly administration: Administration;
  readonly acme: TestTenant;
  /** What has gone out: addresses. */
  readonly sent: string[];
  readonly boss: string;
  close(): Promise<void>;
}

async function* bytes(content: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(content));
}

/** Two people with everything that tells of them, changed once. */
export async function fill(acme: TestTenant): Promise<{ readonly account: string; readonly zhang: string; readonly ouyang: string }> {
  const region = await acme.create('region', { name: 'East', code: 'east' });
  const account = await acme.create('account', { name: 'Customer', phone: '021 555', region });
  for (const amount of [100, 23.5]) await acme.create('deal', { name: 'Deal', account, amount, stage: 'open' });
  const { id: paper } = await acme.run('files.upload', { name: 'contract-of-zhang.txt', content: bytes('the contract of Mr Zhang') });
  const zhang = await acme.create('contact', {
    ...{ name: 'Zhang Weimin', email: 'zhang.old@customer.cn', phone: '+86 13800138765', taxCode: 'TX88Q771', born: '1977-07-17', account },
    ...{
      home: { street: 'Nanjing Road 1788', city: 'Shanghai', postalCode: 'PC-200040-Jingan-South' },
      memo: 'asked about Frau Lindqvist',
      paper,
    },
    ...{ letter: '<p>Dear <b>Lindqvist</b></p>', site: 'https://zhangweimin.example.cn/', pin: 'pin-4711', stage: 'new' },
  });
  await acme.update('contact', zhang, { email: 'zhang.weimin@customer.cn' });
  const ouyang = await acme.create('contact', {
    ...{ name: '欧阳若曦', email: 'ouyang@customer.cn', phone: '138-0013-8765', taxCode: 'TX99Z002', account, memo: 'Lindqvist again' },
  });
  await acme.create('fee', { name: 'Fee', kind: 'basic', rate: 1.5 });
  return { account, zhang, ouyang };
}

export async function sandboxScene(): Promise<SandboxScene> {
  const root = await mkdtemp(join(tmpdir(), 'tessera-sandboxes-'));
  const files = openFileStore({ kind: 'disk', root });
  const sent: string[] = [];
  const send = ({ effect }: { readonly effect: { readonly address: string } }) => {
    sent.push(effect.address);
    return Promise.resolve({ state: 'sent' as const, answer: { status: 200, body: '' } });
  };
  const senders = { mail: send, webhook: send };
  const mailer = { send: ({ to }: { readonly to: string }) => Promise.resolve(void sent.push(to)) };
  const engine = await testEngine({ files, engine: { senders, mailer, publicUrl: 'https://crm.example' } });
  const acme = await engine.tenant('acme', [packOne]);
  const { cell, clock } = engine;
  const administration = new Administration({
    cell,
    log: silentLogger,
    secret: 'a secret of these tests, long enough',
    clock,
    files,
    senders,
  });
  const boss = await acme.create('user', { name: 'Mrs Boss Original', email: 'boss@acme.example', roles: ['administrator'] });
  return {
    ...{ engine, administration, acme, sent, boss },
    close: async () => {
      await engine.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export const login = { email: 'admin@acme.example', password: `${password}-of-the-copy` };

/** Every value of every column of every table of a schema, as text, with the place where it is. */
export async function textsIn(engine: TestEngine, schema: string): Promise<readonly (readonly [place: string, text: string])[]> {
  const tables = await engine.sql(
    `select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'`,
    [schema],
  );
  const found: (readonly [string, string])[] = [];
  for (const { name } of tables) {
    const table = String(name);
    for (const { row } of await engine.sql(`select to_jsonb(t)::text as row from "${schema}"."${table}" t`))
      found.push([table, String(row)]);
  }
  return found;
}
