// The real app over a real engine on a database of its own, for tests that see only what HTTP shows.
import { createServer, request, type IncomingMessage } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createListener } from '@tessera/api';
import { Administration, createEngine, openFileStore, type EngineOptions } from '@tessera/engine';
import { silentLogger, uuidv7Source, type Logger } from '@tessera/kernel';
import { openCell } from '@tessera/storage';
import { listen, send, type Answer } from '../api/rest-scene.ts';
import { password } from '../support/engine.ts';
import { exampleFolder } from '../support/packs.ts';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { notedCell } from '../support/statements.ts';

export const secret = 'a secret of these tests, long enough';

export interface Client {
  readonly tenant: string;
  readonly token: string;
  readonly refreshToken: string;
  /** An object goes out as JSON, a text as it is; the last header wins. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Posts JSON and gives the answer as soon as it begins, for event streams. */
  stream(path: string, body: unknown): Promise<IncomingMessage>;
  /** Posts to `/graphql`. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Creates a record and gives its id. */
  create(object: string, values: Readonly<Record<string, unknown>>): Promise<string>;
}

export interface FlowServer {
  readonly url: string;
  /** Texts of the statements that went through tenants' doors, oldest first. */
  readonly statements: string[];
  /** What the server blamed itself for. */
  readonly blamed: string[];
  /** Milliseconds that the server is ahead of this machine. */
  readonly clock: { ahead: number };
  /** As the tenant's administrator. */
  signIn(tenant: string): Promise<Client>;
  /** As the administrator of the database. */
  sql(text: string, values: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface FlowDatabase {
  readonly database: TestDatabase;
  /** Starts another server on it. */
  open(): Promise<FlowServer>;
  /** Makes a tenant from packs of `examples/`. */
  tenant(name: string, packs: readonly string[], demo?: boolean): Promise<void>;
  close(): Promise<void>;
}

const json = { 'Content-Type': 'application/json' };

/** Calls as the one who holds the token. */
export function clientOf(url: string, tenant: string, token: string, refreshToken = ''): Client {
  const call: Client['call'] = (method, path, body, headers = {}) => {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const content = body === undefined ? {} : { body: raw ? body : JSON.stringify(body) };
    const type = body === undefined || raw ? {} : json;
    return send(url + path, { method, headers: { Authorization: `Bearer ${token}`, ...type, ...headers }, ...content });
  };
  return {
    tenant,
    token,
    refreshToken,
    call,
    stream: (path, body) =>
      new Promise((resolve, reject) => {
        const headers = { Authorization: `Bearer ${token}`, ...json, Accept: 'text/event-stream' };
        request(url + path, { method: 'POST', headers, agent: false }, resolve)
          .on('error', reject)
          .end(JSON.stringify(body));
      }),
    ask: (query, variables) => call('POST', '/graphql', { query, ...(variables === undefined ? {} : { variables }) }),
    create: async (object, values) => {
      const answer = await call('POST', `/api/v1/records/${object}?fields=id`, values);
      if (answer.status !== 201) throw new Error(`${object} was not created: ${answer.text}`);
      return (answer.json as { readonly id: string }).id;
    },
  };
}

async function signIn(url: string, tenant: string): Promise<Client> {
  const body = JSON.stringify({ tenant, email: `admin@${tenant}.example`, password });
  const answer = await send(`${url}/api/v1/auth/login`, { method: 'POST', headers: json, body });
  if (answer.status !== 200) throw new Error(`Nobody could sign in: ${answer.text}`);
  const { accessToken, refreshToken } = answer.json as { readonly accessToken: string; readonly refreshToken: string };
  return clientOf(url, tenant, accessToken, refreshToken);
}

async function openServer(database: TestDatabase, folder: string): Promise<FlowServer> {
  const [statements, blamed]: [string[], string[]] = [[], []];
  const log: Logger = {
    ...silentLogger,
    error: (fields) => void blamed.push(fields['err'] instanceof Error ? (fields['err'].stack ?? '') : JSON.stringify(fields)),
    child: () => log,
  };
  const cell = await openCell({ url: database.url, log });
  const clock = { ahead: 0, now: (): number => Date.now() + clock.ahead };
  const files = openFileStore({ kind: 'disk', root: folder });
  const publicUrl = 'https://crm.example';
  const options: EngineOptions = { cell: notedCell(cell, (text) => void statements.push(text)), log, secret, clock, files, publicUrl };
  const engine = await createEngine(options);
  const server = createServer(
    createListener({ engine, log, newId: uuidv7Source(() => clock.now()), limits: { body: 65_536, upload: 1_000_000 } }),
  );
  const url = await listen(server);
  return {
    url,
    statements,
    blamed,
    clock,
    signIn: (tenant) => signIn(url, tenant),
    sql: (text, values) => connected(database.url, (client) => client.query(text, [...values])),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
      await cell.close();
    },
  };
}

/** A database of its own; close its servers before it. */
export async function flowDatabase(): Promise<FlowDatabase> {
  const database = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'tessera-flows-'));
  return {
    database,
    open: () => openServer(database, folder),
    tenant: async (name, packs, demo = false) => {
      const cell = await openCell({ url: database.url, log: silentLogger });
      try {
        const administration = new Administration({ cell, log: silentLogger, secret, clock: { now: () => Date.now() } });
        const administrator = { email: `admin@${name}.example`, name: `Admin of ${name}`, password };
        await administration.createTenant({ name, packs: packs.map(exampleFolder), administrator, demo });
      } finally {
        await cell.close();
      }
    },
    close: async () => {
      await rm(folder, { recursive: true, force: true });
      await database.drop();
    },
  };
}
