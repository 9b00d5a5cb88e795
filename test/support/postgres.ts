// A fresh database for a test file, on the server of TEST_DATABASE_URL or on the embedded one of this Jest run.
import { setTimeout as sleep } from 'node:timers/promises';
import { quoteIdent } from '@tessera/kernel';
import pg from 'pg';

export interface TestDatabase {
  /** As the server's administrator. */
  readonly url: string;
  readonly name: string;
  /** Drops it with its roles. Throws where somebody is still connected: that is a leak. */
  drop(): Promise<void>;
}

/** A backend takes a moment to end after its client has said good-bye. */
const goodbyeMs = 15_000;

async function adminUrl(): Promise<string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined) return given;
  const starter = process.env['TEST_DATABASE_STARTER'];
  if (starter === undefined) throw new Error('Set TEST_DATABASE_URL, or run the tests by Jest with test/support/global-setup.ts.');
  const answer = await fetch(starter);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`The test database did not start: ${text}`);
  return text;
}

/** The same server, another database. */
function withDatabase(url: string, database: string): string {
  const [address = '', parameters] = url.split('?');
  const path = address.replace(/^([a-z]+:\/\/[^/]*)(\/.*)?$/, `$1/${database}`);
  return parameters === undefined ? path : `${path}?${parameters}`;
}

/** Runs something on a connection of its own. */
export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'test support' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

interface Backend {
  readonly application_name: string;
  readonly usename: string;
  readonly state: string;
  readonly query: string;
}

/** Who is connected, given a moment to leave. */
async function leftBehind(client: pg.Client, database: string): Promise<readonly Backend[]> {
  for (let waited = 0; ; waited += 50) {
    const { rows } = await client.query<Backend>(
      "select application_name, usename, state, query from pg_stat_activity where datname = $1 and backend_type = 'client backend'",
      [database],
    );
    if (rows.length === 0 || waited >= goodbyeMs) return rows;
    await sleep(50);
  }
}

/** Makes a database. Roles of a cell in it begin with its name, so they are found and dropped with it. */
export async function testDatabase(): Promise<TestDatabase> {
  const admin = await adminUrl();
  const name = `test_${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await connected(admin, (client) => client.query(`create database ${quoteIdent(name)} encoding 'UTF8' template template0`));
  return {
    url: withDatabase(admin, name),
    name,
    drop: () =>
      connected(admin, async (client) => {
        const leaks = await leftBehind(client, name);
        await client.query(`drop database ${quoteIdent(name)} with (force)`);
        const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles where starts_with(rolname, $1)', [
          `${name}_`,
        ]);
        // In one statement: roles that have granted one another may only go together.
        if (rows.length > 0) await client.query(`drop role ${rows.map(({ rolname }) => quoteIdent(rolname)).join(', ')}`);
        if (leaks.length > 0) throw new Error(`Still connected to ${name}: ${JSON.stringify(leaks)}`);
      }),
  };
}
