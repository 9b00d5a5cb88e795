// One connection for two tenants, and everything that may go wrong between SET ROLE and the end of a statement: the next statement, whosever it is, is in the right role.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql, TesseraError } from '@tessera/kernel';
import { databaseErrorKind, type Cell, type TenantDatabase } from '@tessera/storage';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { createTenantWithThing, open, run, thing } from './cell-support.ts';

let database: TestDatabase;
let cell: Cell;

beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database, { poolSize: 1, statementTimeoutMs: 300, applicationName: 'wall' });
  for (const tenant of ['acme', 'beta']) await createTenantWithThing(cell, tenant);
});

afterAll(async () => {
  await cell.close();
  await database.drop();
});

async function whose(tenant: string): Promise<string> {
  const statement = sql`select whose, current_user::text as role, current_setting('role') as setting from ${thing(tenant)} where id = 1`;
  const { rows } = await run(cell.tenant(tenant), statement, 'whose');
  const [row] = rows;
  const role = `${database.name}_t_${tenant}`;
  return row?.['role'] === role && row['setting'] === role ? String(row['whose']) : `role ${String(row?.['role'])}`;
}

/** How a backend is told, and, where it is to end, that whoever told it waits until it has: a machine under load may take its time. */
const signals = { end: 'pg_terminate_backend(pid, 10000)', cancel: 'pg_cancel_backend(pid)' } as const;

/** Ends or cancels the pool's one backend from outside, a moment after it was asked for. */
async function signalled(how: keyof typeof signals, afterMs: number): Promise<void> {
  await connected(database.url, async (client) => {
    await sleep(afterMs);
    await client.query(`select ${signals[how]} from pg_stat_activity where datname = $1 and application_name = 'wall'`, [database.name]);
  });
}

const query = (
  on: TenantDatabase,
  text: string,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<unknown> => on.query({ text, values: [] }, options);

const failures: Readonly<Record<string, (on: TenantDatabase) => Promise<unknown>>> = {
  'a mistake in the statement': (on) => query(on, 'select nothing at all'),
  'a division by zero': (on) => query(on, 'select 1 / 0'),
  "a table that is another tenant's": (on) => query(on, 'select * from t_acme.thing, t_beta.thing'),
  'a role that one may not have': (on) => query(on, `select set_config('role', 'postgres', false)`),
  'a statement that takes too long for the server': (on) => query(on, 'select pg_sleep(5)'),
  'a statement that takes too long for us': (on) => query(on, 'select pg_sleep(5)', { timeoutMs: 20 }),
  'a caller who had gone before': (on) => query(on, 'select 1', { signal: AbortSignal.abort() }),
  'a caller who goes at once': (on) => {
    const gone = new AbortController();
    const answer = query(on, 'select pg_sleep(5)', { signal: gone.signal });
    gone.abort();
    return answer;
  },
  ...Object.fromEntries(
    [0, 1, 2, 5].map((ms) => [
      `a caller who goes after ${ms} ms`,
      (on: TenantDatabase) => query(on, 'select pg_sleep(5)', { signal: AbortSignal.timeout(ms) }),
    ]),
  ),
  'a backend that ends itself': (on) => query(on, 'select pg_terminate_backend(pg_backend_pid())'),
  ...Object.fromEntries(
    (['end', 'cancel'] as const).map((how) => [
      `${how === 'end' ? 'pg_terminate_backend' : 'pg_cancel_backend'} from outside`,
      (on: TenantDatabase) => Promise.all([query(on, 'select pg_sleep(5)'), signalled(how, 20)]),
    ]),
  ),
  'a backend that was ended while idle': () => signalled('end', 0),
  'a transaction that throws': (on) =>
    on.transaction(async (transaction) => {
      await transaction.query({ text: 'select 1', values: [] });
      throw new Error('changed my mind');
    }),
  'a transaction with a mistake that its work swallows': (on) =>
    on.transaction((transaction) => transaction.query({ text: 'select 1 / 0', values: [] }).catch(() => undefined)),
  'a transaction whose backend ends between two statements': (on) =>
    on.transaction(async (transaction) => {
      await transaction.query({ text: 'select 1', values: [] });
      await signalled('end', 0);
      await transaction.query({ text: 'select 1', values: [] });
    }),
  'a transaction whose caller goes': (on) =>
    on.transaction((transaction) => transaction.query({ text: 'select pg_sleep(5)', values: [] }), { signal: AbortSignal.timeout(10) }),
  'a statement that would change the session': (on) => query(on, 'set role none'),
  'a transaction that would change the session': (on) =>
    on.transaction((transaction) => transaction.query({ text: 'reset role', values: [] })),
  'a role set for the transaction alone': (on) =>
    on.transaction((transaction) => transaction.query({ text: 'set local role none', values: [] })),
  'a tenant that there is not': () => query(cell.tenant('gamma'), 'select 1'),
};

describe('a connection that two tenants share', () => {
  it.each(Object.keys(failures))('serves each its own after %s', async (what) => {
    for (const [failing, next] of [
      ['acme', 'beta'],
      ['beta', 'acme'],
      ['acme', 'acme'],
    ] as const) {
      // The one before was the other: the failing statement comes right after a SET ROLE.
      expect(await whose(failing === 'acme' ? 'beta' : 'acme')).toBe(failing === 'acme' ? 'beta' : 'acme');
      const outcome = await failures[what]?.(cell.tenant(failing)).then(
        () => 'done',
        (error: unknown) => (error instanceof TesseraError ? error.code : databaseErrorKind(error)),
      );
      expect(outcome === 'done').toBe(what === 'a backend that was ended while idle');
      expect([await whose(next), await whose(failing), await whose(next)]).toEqual([next, failing, next]);
      expect(cell.stats().tenants.connections).toBe(1);
    }
  });

  it('serves each its own when both ask at once and nobody waits for the answers', async () => {
    const asked = Array.from({ length: 200 }, async (_, i) => {
      const tenant = i % 2 === 0 ? 'acme' : 'beta';
      if (i % 7 === 0) return query(cell.tenant(tenant), 'select pg_sleep(1)', { signal: AbortSignal.timeout(i % 5) }).catch(() => 'right');
      if (i % 5 === 0) return query(cell.tenant(tenant), 'select 1 / 0').catch(() => 'right');
      return (await whose(tenant)) === tenant ? 'right' : `WRONG ${tenant}`;
    });
    expect([...new Set(await Promise.all(asked))]).toEqual(['right']);
  });
});
