// Several nodes, each a process of its own, over one database with the tenant `acme`.
import { Administration, type TenantCheck } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { openCell } from '@tessera/storage';
import pg from 'pg';
import { HttpClient } from '../support/http-client.ts';
import { password } from '../support/engine.ts';
import { nodeSecret, openServers, type ServerProcess, type Servers } from '../support/server-process.ts';
import { flowDatabase, secret } from './server-scene.ts';

type Row = Readonly<Record<string, unknown>>;

export interface Nodes {
  readonly servers: Servers;
  readonly databaseUrl: string;
  /** Another node. */
  start(): Promise<ServerProcess>;
  signIn(server: ServerProcess): Promise<HttpClient>;
  /** As the server's administrator, beside all nodes. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** What `tessera doctor` would say of the tenant. */
  check(): Promise<TenantCheck>;
  close(): Promise<void>;
}

const tenant = 'acme';

/** The tenant is made from crm-base, without its demo data. */
export async function openNodes(): Promise<Nodes> {
  const database = await flowDatabase();
  await database.tenant(tenant, ['crm-base']);
  const { url } = database.database;
  const servers = openServers();
  const settings = { DATABASE_URL: url, TESSERA_SECRET: nodeSecret, DATA_DIR: await servers.folder(), DEMO: 'off', POOL_SIZE: '8' };
  const client = new pg.Client({ connectionString: url, application_name: 'test support' });
  await client.connect();
  return {
    servers,
    databaseUrl: url,
    start: () => servers.start({ settings }),
    signIn: (server) => HttpClient.signIn(server.url, { tenant, email: `admin@${tenant}.example`, password }),
    sql: async (text, values = []) => (await client.query<Row>(text, [...values])).rows,
    check: async () => {
      const cell = await openCell({ url, log: silentLogger });
      try {
        const administration = new Administration({ cell, log: silentLogger, secret, clock: { now: () => Date.now() } });
        const [found] = await administration.upkeep.check([tenant]);
        if (found === undefined) throw new Error('There is no such tenant.');
        return found;
      } finally {
        await cell.close();
      }
    },
    close: async () => {
      await client.end();
      await servers.close();
      await database.close();
    },
  };
}

/** A file of the tenant's own layer that adds fields and more to an object. */
export function extension(object: string, content: Row): Readonly<Record<string, unknown>> {
  return { [`extensions/${object}.json`]: { extends: object, ...content } };
}

export const textField = (label: string, more: Row = {}): Row => ({ type: 'text', label: { en: label }, ...more });
