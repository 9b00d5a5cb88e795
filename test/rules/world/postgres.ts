// The PostgreSQL versions that rules are compared on: the embedded one, and a PostgreSQL 15 where one is given.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bind, quoteIdent, silentLogger, type Statement } from '@tessera/kernel';
import pg from 'pg';
import { startEmbedded } from '../../../packages/storage/src/embedded/launcher.ts';

export interface Database {
  rows(statement: Statement, slots?: Readonly<Record<string, unknown>>): Promise<(string | null)[][]>;
  end(): Promise<void>;
}

async function connect(url: string, stop: () => Promise<void>): Promise<Database> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // The wall's own settings: nothing may depend on the server's.
  await client.query("set search_path to ''");
  // A statement of forty random rules looks costly to the planner, and compiling it takes longer than running it.
  await client.query('set jit to off');
  return {
    rows: async (statement, slots = {}) => {
      const { text, values } = bind(statement, slots);
      const found = await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array' });
      return found.rows;
    },
    end: async () => {
      await client.end();
      await stop();
    },
  };
}

/** The embedded PostgreSQL on a data folder of its own. */
async function embeddedDatabase(): Promise<Database> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tessera-rules-'));
  const server = await startEmbedded({ dataDir, log: silentLogger, settings: { fsync: 'off' } });
  return connect(server.url, async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
}

/** A database of its own on a server that others may be using. */
async function ownDatabase(url: string): Promise<Database> {
  const name = `tessera_rules_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create database ${quoteIdent(name)} encoding 'UTF8' template template0`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return connect(own.href, async () => {
    await admin.query(`drop database ${quoteIdent(name)}`);
    await admin.end();
  });
}

/** Where a PostgreSQL 15 is, for those who have one. */
const postgres15Url = process.env['TEST_POSTGRES_15_URL'] || undefined;

/** The versions to run on, with what the test's title says of each. */
export const versions: readonly { title: string; open: (() => Promise<Database>) | undefined }[] = [
  { title: 'PostgreSQL 18 (embedded)', open: embeddedDatabase },
  {
    title: postgres15Url === undefined ? 'PostgreSQL 15 (not run: TEST_POSTGRES_15_URL is not set)' : 'PostgreSQL 15',
    open: postgres15Url === undefined ? undefined : () => ownDatabase(postgres15Url),
  },
];
