// Two nodes over a PostgreSQL of their own, which may all be killed, with mail and webhook receivers; and orders that each start an automation.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { openCell, startEmbedded } from '@tessera/storage';
import pg from 'pg';
import { password } from '../support/engine.ts';
import { HttpClient, type Json } from '../support/http-client.ts';
import { connected } from '../support/postgres.ts';
import type { Random } from '../support/random.ts';
import { nodeSecret, openServers, type ServerProcess } from '../support/server-process.ts';
import { mailReceiver, webhookReceiver, type MailReceiver, type WebhookReceiver } from '../workflow/receivers.ts';
import { clientOf } from './server-scene.ts';

type Row = Readonly<Record<string, unknown>>;

export const waitSeconds = 2;
/** Of the tenant's tables. */
export const schema = 't_acme';

const label = (en: string): Json => ({ en });
const text = (more: Json = {}): Json => ({ type: 'text', label: label('Text'), ...more });

/** Whoever does a step twice makes a second parcel, or counts to two. */
const files: Json = {
  'objects/order__c.json': {
    name: 'order__c',
    plural: 'orders__c',
    label: label('Order'),
    fields: {
      name: text({ unique: true }),
      address: text({ maxLength: 1000 }),
      parcel: { type: 'lookup', to: 'parcel__c', label: label('Parcel') },
      turns: { type: 'number', scale: 0, default: 0, label: label('Turns') },
    },
  },
  'objects/parcel__c.json': {
    name: 'parcel__c',
    plural: 'parcels__c',
    label: label('Parcel'),
    fields: { name: text(), order: { type: 'lookup', to: 'order__c', label: label('Order') } },
  },
  'templates/shipped__c.json': {
    name: 'shipped__c',
    label: label('Shipped'),
    object: 'order__c',
    email: { subject: label('Shipped: {{ name }}'), body: label('{{ name }} is on its way.') },
  },
  'automations/ship__c.json': {
    name: 'ship__c',
    object: 'order__c',
    runAs: 'system',
    trigger: { type: 'record', on: ['create'] },
    steps: {
      pack: { type: 'create', order: 10, object: 'parcel__c', values: { name: { var: '$record.name' }, order: { var: '$record' } } },
      rest: { type: 'wait', order: 20, for: `PT${String(waitSeconds)}S` },
      post: { type: 'webhook', order: 30, address: { var: 'address' }, values: { order: { var: 'name' } } },
      mail: { type: 'notify', order: 40, to: { owner: { field: 'owner' } }, template: 'shipped__c', channels: ['email'] },
      mark: { type: 'set', order: 50, values: { parcel: { var: '$steps.pack.id' }, turns: { '+': [{ var: 'turns' }, 1] } } },
    },
  },
};

export interface CrashScene {
  readonly hooks: readonly WebhookReceiver[];
  readonly smtp: MailReceiver;
  /** When nodes and the database were killed, milliseconds since 1970. */
  readonly kills: number[];
  /** Creates an order at one node or the other, again and again under one key until it is answered. */
  order(name: string, address: string): Promise<void>;
  /** Kills a node as `kill -9` does, and starts another in its place. */
  replace(at: number): Promise<void>;
  /** Kills a backend, upon which PostgreSQL ends all of them and recovers from its log, as after any crash; waits until others are cut off. */
  crashDatabase(): Promise<void>;
  /** As the administrator of the database, as soon as it takes connections. */
  sql(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

async function makeTenant(url: string): Promise<void> {
  const cell = await openCell({ url, log: silentLogger });
  try {
    const administration = new Administration({ cell, log: silentLogger, secret: nodeSecret, clock: { now: () => Date.now() } });
    const administrator = { email: 'admin@acme.example', name: 'Admin', password };
    await administration.createTenant({ name: 'acme', packs: [], administrator, demo: false });
  } finally {
    await cell.close();
  }
}

/** What a node or database refuses while it is dying or starting is asked for again. */
async function patient<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= 300) throw error;
      await sleep(100);
    }
  }
}

/** Makes the tenant's objects at a node; gives a token. */
async function prepare(node: ServerProcess): Promise<string> {
  const admin = await HttpClient.signIn(node.url, { tenant: 'acme', email: 'admin@acme.example', password });
  const answer = await admin.apply(files);
  if (answer.status !== 200) throw new Error(`The metadata was refused: ${answer.text}`);
  return admin.token;
}

export async function openCrashScene(chance: Random): Promise<CrashScene> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tessera-crash-'));
  const postgres = await startEmbedded({ dataDir, log: silentLogger, settings: { fsync: 'off', full_page_writes: 'off' } });
  const { url } = postgres;
  const servers = openServers();
  const [smtp, hooks] = await Promise.all([mailReceiver(), Promise.all([webhookReceiver(), webhookReceiver()])]);
  await makeTenant(url);
  const settings = {
    ...{ DATABASE_URL: url, TESSERA_SECRET: nodeSecret, DATA_DIR: await servers.folder(), DEMO: 'off', POOL_SIZE: '8', LOG_LEVEL: 'error' },
    ...{ SMTP_URL: smtp.url, MAIL_FROM: 'Tessera <no-reply@crm.example>' },
    ...{ OUTWARD_ALLOW: '127.0.0.1', OUTWARD_PORTS: hooks.map(({ port }) => port).join(',') },
  };
  const nodes = await Promise.all([servers.start({ settings }), servers.start({ settings })]);
  const token = await prepare(chance.pick(nodes));
  const kills: number[] = [];
  const sql: CrashScene['sql'] = (statement, values = []) =>
    patient(() => connected(url, async (client) => (await client.query<Row>(statement, [...values])).rows));

  return {
    hooks,
    smtp,
    kills,
    sql,
    order: (name, address) =>
      patient(async () => {
        const client = clientOf(chance.pick(nodes).url, 'acme', token);
        const answer = await client.call('POST', '/api/v1/records/order__c', { name, address }, { 'Idempotency-Key': name });
        if (answer.status !== 201) throw new Error(`${name} was not created: ${answer.text}`);
      }),
    replace: async (at) => {
      kills.push(Date.now());
      await nodes[at]?.kill();
      nodes[at] = await servers.start({ settings });
    },
    crashDatabase: async () => {
      const [backend] = await sql(
        "select pid from pg_stat_activity where datname = current_database() and application_name like 'tessera%'",
      );
      const witness = new pg.Client({ connectionString: url, application_name: 'test support' });
      witness.on('error', () => undefined);
      await witness.connect();
      const cutOff = new Promise((resolve) => witness.once('end', resolve));
      kills.push(Date.now());
      process.kill(Number(backend?.['pid']), 'SIGKILL');
      await cutOff;
    },
    close: async () => {
      await servers.close();
      await Promise.all([smtp, ...hooks].map((each) => each.close()));
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 40, retryDelay: 100 });
    },
  };
}
