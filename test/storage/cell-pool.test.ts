// The tenant-affine pool: its choices, its fairness, and what happens when connections die under it.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { quoteIdent, sql, TesseraError } from '@tessera/kernel';
import { databaseErrorKind, type Cell } from '@tessera/storage';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, createTenantWithThing, open, run, thing, until } from './cell-support.ts';

const tenants = ['acme', 'beta', 'gamma', 'delta'];

let database: TestDatabase;
let cell: Cell;

beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database, { poolSize: 4 });
  for (const tenant of tenants) await createTenantWithThing(cell, tenant);
});

afterAll(async () => {
  await cell.close();
  await database.drop();
});

/** Whose row it is and in which role it was read, asked in a way that any wrong connection would show. */
async function whose(at: Cell, tenant: string): Promise<string> {
  const { rows } = await run(at.tenant(tenant), sql`select whose, current_user::text as role from ${thing(tenant)} where id = 1`, 'whose');
  const [row] = rows;
  return row?.['role'] === `${database.name}_t_${tenant}` ? String(row['whose']) : `role ${String(row?.['role'])}`;
}

async function inParallel(count: number, work: (worker: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, worker) => work(worker)));
}

const backends = "select pid from pg_stat_activity where datname = $1 and application_name = 'tessera' and pid <> pg_backend_pid()";

describe('the pool', () => {
  it('never switches for one tenant', async () => {
    const own = await open(database, { poolSize: 4 });
    await inParallel(16, async () => {
      for (let i = 0; i < 50; i += 1) expect(await whose(own, 'acme')).toBe('acme');
    });
    expect(own.stats().tenants).toMatchObject({ roleSwitches: 0, acquired: 800, waiting: 0 });
    await own.close();
  });

  it('switches little for a hot tenant among cold ones', async () => {
    const own = await open(database, { poolSize: 4 });
    await inParallel(16, async (worker) => {
      for (let i = 0; i < 100; i += 1) {
        const tenant = (worker + i) % 20 === 0 ? (tenants[1 + (i % 3)] ?? '') : 'acme';
        expect(await whose(own, tenant)).toBe(tenant);
      }
    });
    const { roleSwitches, acquired } = own.stats().tenants;
    expect(acquired).toBe(1600);
    // 80 statements are of cold tenants; each may cost a switch there and one back.
    expect(roleSwitches).toBeLessThan(170);
    await own.close();
  });

  it('lets a quiet tenant through while another floods it', async () => {
    const own = await open(database, { poolSize: 1 });
    let done = 0;
    const flood = inParallel(200, async () => {
      await run(own.tenant('acme'), sql`select pg_sleep(0.002)`);
      done += 1;
    });
    await until('the flood', () => done > 5);
    const before = done;
    expect(await whose(own, 'beta')).toBe('beta');
    expect(done - before).toBeLessThan(40);
    await flood;
    await own.close();
  });

  it('says POOL_EXHAUSTED to one who waits too long, and serves the next', async () => {
    const own = await open(database, { poolSize: 1, waitMs: 400 });
    // One who waits for the connection to be made waits too.
    await until('the connection', async () => (await codeOf(whose(own, 'acme'))) === 'nothing was thrown');
    const end = new AbortController();
    const slow = codeOf(own.tenant('acme').query({ text: 'select pg_sleep(60)', values: [] }, { signal: end.signal }));
    expect(await codeOf(whose(own, 'beta'))).toBe('POOL_EXHAUSTED');
    end.abort();
    expect(await slow).toBe('REQUEST_CANCELLED');
    await until('the next', async () => (await codeOf(whose(own, 'beta'))) === 'nothing was thrown');
    expect(await whose(own, 'beta')).toBe('beta');
    await own.close();
  });

  it('lets one who waits give up', async () => {
    const own = await open(database, { poolSize: 1 });
    // The connection is there, so that nobody waits for it to be made.
    await whose(own, 'acme');
    const slow = run(own.tenant('acme'), sql`select pg_sleep(0.3)`);
    const answer = own.tenant('beta').query({ text: 'select 1', values: [] }, { signal: AbortSignal.timeout(50) });
    expect(await codeOf(answer)).toBe('REQUEST_CANCELLED');
    expect(own.stats().tenants.waiting).toBe(0);
    await slow;
    await own.close();
  });

  it('replaces a connection after 2,000 statement names', async () => {
    const own = await open(database, { poolSize: 1 });
    for (let i = 0; i < 4_500; i += 1) await own.tenant('acme').query({ text: `select ${i}`, values: [], name: `statement ${i}` });
    expect(own.stats().tenants).toMatchObject({ opened: 3, connections: 1 });
    await own.close();
  });

  it('keeps apart two statements of one name', async () => {
    const own = await open(database, { poolSize: 1 });
    for (const n of [1, 2, 1, 2]) {
      expect((await own.tenant('acme').query({ text: `select ${n} as n`, values: [], name: 'same' })).rows).toEqual([{ n }]);
    }
    await own.close();
  });

  it('plans a kept statement anew when its table has changed', async () => {
    const own = await open(database, { poolSize: 1 });
    const all = { text: 'select * from t_delta.thing where id = 1', values: [], name: 'all' };
    await own.tenant('delta').query(all);
    await own.administer('delta', (transaction) => run(transaction, sql`alter table t_delta.thing add column more int default 5`));
    expect((await own.tenant('delta').query(all)).rows).toEqual([{ id: 1, whose: 'delta', more: 5 }]);
    await own.administer('delta', (transaction) => run(transaction, sql`alter table t_delta.thing drop column more`));
    expect((await own.tenant('delta').transaction((transaction) => transaction.query(all))).rows).toEqual([{ id: 1, whose: 'delta' }]);
    await own.close();
  });
});

describe('a failing connection', () => {
  it('is not used again when its role was refused', async () => {
    const own = await open(database, { poolSize: 1 });
    expect(await whose(own, 'acme')).toBe('acme');
    const grant = (words: string) => connected(database.url, (client) => client.query(words));
    const [role, server] = [`${database.name}_t_gamma`, `${database.name}_server`].map(quoteIdent);
    await grant(`revoke ${role} from ${server}`);
    expect(await codeOf(whose(own, 'gamma'))).toBe('42501');
    expect(await whose(own, 'acme')).toBe('acme');
    expect(own.stats().tenants.opened).toBe(2);
    const withTerms = own.serverVersion >= 160_000 ? 'with inherit false, set true' : '';
    await grant(`grant ${role} to ${server} ${withTerms}`);
    expect(await whose(own, 'gamma')).toBe('gamma');
    await own.close();
  });

  it('is cancelled on the server and closed when the caller goes', async () => {
    const own = await open(database, { poolSize: 1 });
    const gone = new AbortController();
    const answer = codeOf(own.tenant('acme').query({ text: 'select pg_sleep(300)', values: [] }, { signal: gone.signal }));
    const asleep = async (): Promise<number> => {
      const active = "select 1 from pg_stat_activity where datname = $1 and query = 'select pg_sleep(300)' and state = 'active'";
      return (await connected(database.url, (client) => client.query(active, [database.name]))).rows.length;
    };
    await until('the statement', async () => (await asleep()) === 1);
    gone.abort();
    expect(await answer).toBe('REQUEST_CANCELLED');
    // The pool has one place only: this comes through because the server's process has been freed.
    expect(await whose(own, 'beta')).toBe('beta');
    expect(own.stats().tenants).toMatchObject({ opened: 2, connections: 1 });
    expect(await asleep()).toBe(0);
    await own.close();
  });

  it('is cancelled and closed at our own limit, inside a transaction too', async () => {
    const own = await open(database, { poolSize: 1 });
    expect(await codeOf(own.tenant('acme').query({ text: 'select pg_sleep(30)', values: [] }, { timeoutMs: 50 }))).toBe('QUERY_TIMEOUT');
    const signal = AbortSignal.timeout(100);
    const work = own.tenant('acme').transaction(
      async (transaction) => {
        await run(transaction, sql`update ${thing('acme')} set whose = 'nobody'`);
        await run(transaction, sql`select pg_sleep(30)`);
      },
      { signal },
    );
    expect(await codeOf(work)).toBe('REQUEST_CANCELLED');
    expect(await whose(own, 'acme')).toBe('acme');
    await own.close();
  });

  it("survives the server's statement time-out, which leaves its state known", async () => {
    const own = await open(database, { poolSize: 1, statementTimeoutMs: 1_000 });
    expect(await codeOf(run(own.tenant('acme'), sql`select pg_sleep(50)`))).toBe('QUERY_TIMEOUT');
    expect(await codeOf(own.tenant('acme').transaction((transaction) => run(transaction, sql`select pg_sleep(50)`)))).toBe('QUERY_TIMEOUT');
    expect(await whose(own, 'beta')).toBe('beta');
    expect(own.stats().tenants.opened).toBe(1);
    await own.close();
  });

  it('is replaced unseen when it died idle', async () => {
    const own = await open(database, { poolSize: 2, applicationName: 'idle' });
    await inParallel(2, async () => {
      await run(own.tenant('acme'), sql`select pg_sleep(0.05)`);
    });
    await connected(database.url, (client) =>
      client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'idle' and datname = $1", [
        database.name,
      ]),
    );
    await until('the end of the connections', () => own.stats().tenants.connections === 0);
    expect(await whose(own, 'acme')).toBe('acme');
    await own.close();
  });

  it('never shows a row to the wrong tenant while connections are killed, cancelled and timed out under load', async () => {
    const own = await open(database, { poolSize: 4, statementTimeoutMs: 80 });
    const counts = new Map<string, number>();
    const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
    let going = true;
    const killer = connected(database.url, async (client) => {
      for (let i = 0; going; i += 1) {
        const { rows } = await client.query<{ pid: number }>(backends, [database.name]);
        const victim = rows[i % Math.max(1, rows.length)];
        if (victim !== undefined)
          await client.query(`select ${i % 3 === 0 ? 'pg_cancel_backend' : 'pg_terminate_backend'}($1)`, [victim.pid]);
        await sleep(7);
      }
    });
    const ask = async (tenant: string, i: number): Promise<void> => {
      if (i % 17 === 0) await run(own.tenant(tenant), sql`select pg_sleep(1)`);
      else if (i % 11 === 0)
        await own.tenant(tenant).query({ text: 'select pg_sleep(1)', values: [] }, { signal: AbortSignal.timeout(i % 5) });
      else if (i % 3 === 0)
        count((await own.tenant(tenant).transaction((transaction) => whoseIn(transaction, tenant))) === tenant ? 'right' : 'WRONG');
      else count((await whose(own, tenant)) === tenant ? 'right' : 'WRONG');
    };
    const whoseIn = async (
      transaction: Parameters<Parameters<ReturnType<Cell['tenant']>['transaction']>[0]>[0],
      tenant: string,
    ): Promise<string> => {
      await run(transaction, sql`update ${thing(tenant)} set whose = whose where id = 2`);
      const { rows } = await run(transaction, sql`select whose, current_user::text as role from ${thing(tenant)} where id = 1`);
      return rows[0]?.['role'] === `${database.name}_t_${tenant}` ? String(rows[0]['whose']) : 'wrong role';
    };
    const enough = (): boolean => (counts.get('right') ?? 0) > 200 && (counts.get('DATABASE_UNAVAILABLE') ?? 0) > 5;
    await inParallel(12, async (worker) => {
      const [least, most] = [performance.now() + 3_000, performance.now() + 40_000];
      for (let i = worker; performance.now() < least || (!enough() && performance.now() < most); i += 1) {
        const tenant = tenants[(worker + i) % tenants.length] ?? '';
        await ask(tenant, i).catch((error: unknown) => {
          count(error instanceof TesseraError ? error.code : `${databaseErrorKind(error)} ${String(error)}`);
        });
      }
    });
    going = false;
    await killer;
    const seen = Object.fromEntries(counts);
    expect(
      Object.keys(seen).filter((name) => !['right', 'DATABASE_UNAVAILABLE', 'REQUEST_CANCELLED', 'QUERY_TIMEOUT'].includes(name)),
    ).toEqual([]);
    expect(seen['right']).toBeGreaterThan(200);
    expect(seen['DATABASE_UNAVAILABLE']).toBeGreaterThan(5);
    // And it recovers: everybody is served, on no more connections than there are places.
    await inParallel(12, async (worker) => {
      const tenant = tenants[worker % tenants.length] ?? '';
      // What a loaded machine is too slow for is asked again.
      await until('a recovery', async () => (await codeOf(whose(own, tenant))) === 'nothing was thrown');
      const found = await whose(own, tenant).catch(() => whose(own, tenant));
      expect(found).toBe(tenant);
    });
    expect(own.stats().tenants).toMatchObject({ waiting: 0 });
    expect(own.stats().tenants.connections).toBeLessThanOrEqual(4);
    await own.close();
  });
});

describe('cell.close', () => {
  it('lets what runs end, takes nothing more, and leaves no connection', async () => {
    const own = await open(database, { poolSize: 2, applicationName: 'closing' });
    await whose(own, 'acme');
    const running = run(own.tenant('acme'), sql`select pg_sleep(0.2), 1 as one`);
    const closed = own.close();
    expect(await codeOf(whose(own, 'acme'))).toBe('UNAVAILABLE');
    expect((await running).rows[0]).toMatchObject({ one: 1 });
    await closed;
    await until('the end of all connections', async () => {
      const { rows } = await connected(database.url, (client) =>
        client.query("select 1 from pg_stat_activity where application_name like 'closing%'"),
      );
      return rows.length === 0;
    });
  });

  it('cuts off what does not end in time', async () => {
    const own = await open(database, { poolSize: 2 });
    await whose(own, 'acme');
    const running = codeOf(run(own.tenant('acme'), sql`select pg_sleep(20)`));
    await own.close(100);
    expect(await running).toBe('QUERY_TIMEOUT');
  });
});
