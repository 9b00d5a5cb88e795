// Transactions of a tenant, and the tenant's lock between those who write and those who change its tables.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import { databaseErrorKind, databaseErrorPlace, lockTenantShared, type Cell, type Transaction } from '@tessera/storage';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, createTenantWithThing, open, run, thing, until } from './cell-support.ts';

let database: TestDatabase;
let cell: Cell;

beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database, { poolSize: 8 });
  await createTenantWithThing(cell, 'acme');
  await createTenantWithThing(cell, 'beta');
});

afterAll(async () => {
  await cell.close();
  await database.drop();
});

async function things(tenant: string): Promise<readonly unknown[]> {
  return (await run(cell.tenant(tenant), sql`select id, whose from ${thing(tenant)} order by id`)).rows;
}

/** Sessions of the database that wait for a lock. */
async function waitingForLocks(): Promise<number> {
  const waiting = "select 1 from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'";
  return (await connected(database.url, (client) => client.query(waiting, [database.name]))).rows.length;
}

const untouched = [
  { id: 1, whose: 'acme' },
  { id: 2, whose: 'acme' },
];

describe('transaction', () => {
  it('commits what the work did, and gives its result', async () => {
    const result = await cell.tenant('acme').transaction(async (transaction) => {
      expect(transaction.tenant).toBe('acme');
      await run(transaction, sql`insert into ${thing('acme')} values (3, 'acme')`);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await things('acme')).toHaveLength(3);
    await run(cell.tenant('acme'), sql`delete from ${thing('acme')} where id = 3`);
  });

  it('undoes everything when the work throws, and throws that', async () => {
    const work = cell.tenant('acme').transaction(async (transaction) => {
      await run(transaction, sql`delete from ${thing('acme')}`);
      throw new RangeError('enough');
    });
    await expect(work).rejects.toThrow(RangeError);
    expect(await things('acme')).toEqual(untouched);
  });

  it('does not pretend to have committed when the work swallowed an error', async () => {
    const work = cell.tenant('acme').transaction(async (transaction) => {
      await run(transaction, sql`delete from ${thing('acme')} where id = 2`);
      await run(transaction, sql`insert into ${thing('acme')} values (1, 'again')`).catch(() => undefined);
      return 'all is well';
    });
    const error: unknown = await work.catch((caught: unknown) => caught);
    expect(databaseErrorKind(error)).toBe('unique');
    expect(databaseErrorPlace(error)).toEqual({ constraint: 'thing_pkey', table: 'thing', column: undefined });
    expect(await things('acme')).toEqual(untouched);
  });

  it('goes on after an error inside a savepoint', async () => {
    await cell.tenant('acme').transaction(async (transaction) => {
      await run(transaction, sql`savepoint here`);
      await run(transaction, sql`insert into ${thing('acme')} values (1, 'again')`).catch(() => undefined);
      await run(transaction, sql`rollback to savepoint here`);
      await run(transaction, sql`update ${thing('acme')} set whose = 'acme'`);
    });
    expect(await things('acme')).toEqual(untouched);
  });

  it('runs statements that are sent at once one after the other', async () => {
    const rows = await cell
      .tenant('acme')
      .transaction((transaction) =>
        Promise.all([1, 2, 3, 4].map(async (n) => (await run(transaction, sql`select ${n}::int as n`)).rows[0]?.['n'])),
      );
    expect(rows).toEqual([1, 2, 3, 4]);
  });

  it('lets nothing in once it has ended', async () => {
    let kept: Transaction | undefined;
    await cell.tenant('acme').transaction((transaction) => {
      kept = transaction;
      return Promise.resolve();
    });
    await expect(run(kept ?? cell.tenant('acme'), sql`select 1`)).rejects.toThrow('has ended');
  });

  it('runs the work again after a deadlock', async () => {
    let runs = 0;
    let met = 0;
    const cross = (first: number, second: number) =>
      cell.tenant('acme').transaction(async (transaction) => {
        runs += 1;
        await run(transaction, sql`update ${thing('acme')} set whose = 'acme' where id = ${first}`);
        met += 1;
        if (runs <= 2) await until('the other', () => met >= 2);
        await run(transaction, sql`update ${thing('acme')} set whose = 'acme' where id = ${second}`);
        return `${first} then ${second}`;
      });
    const before = cell.stats().retries;
    expect(await Promise.all([cross(1, 2), cross(2, 1)])).toEqual(['1 then 2', '2 then 1']);
    expect(runs).toBe(3);
    expect(cell.stats().retries).toBe(before + 1);
  });

  it('gives up after as many retries as were allowed', async () => {
    let runs = 0;
    const work = cell.tenant('acme').transaction(
      async (transaction) => {
        runs += 1;
        await run(transaction, sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`);
      },
      { retries: 2 },
    );
    const error: unknown = await work.catch((caught: unknown) => caught);
    expect([runs, databaseErrorKind(error)]).toEqual([3, 'serialization']);
  });

  it('runs again when the row it compared had moved on (serialisable work)', async () => {
    await Promise.all(
      Array.from({ length: 8 }, () =>
        cell.tenant('beta').transaction(
          async (transaction) => {
            await run(transaction, sql`set local lock_timeout = 5000`);
            await run(transaction, sql`update ${thing('beta')} set whose = whose || '!' where id = 1`);
          },
          { retries: 5 },
        ),
      ),
    );
    expect((await things('beta'))[0]).toEqual({ id: 1, whose: 'beta!!!!!!!!' });
  });
});

describe("the tenant's lock", () => {
  it('is shared by writers', async () => {
    let inside = 0;
    const write = () =>
      cell.tenant('acme').transaction(async (transaction) => {
        await lockTenantShared(transaction);
        inside += 1;
        await until('the other writer', () => inside === 2);
      });
    await Promise.all([write(), write()]);
  });

  it('keeps an applier out until the writer is done, and holds up other writers for no longer than a moment', async () => {
    const order: string[] = [];
    let [inside, release] = [false, false];
    const writer = cell.tenant('acme').transaction(async (transaction) => {
      await lockTenantShared(transaction);
      await run(transaction, sql`update ${thing('acme')} set whose = 'acme'`);
      inside = true;
      await until('the release', () => release, 50_000);
      order.push('writer');
    });
    await until('the writer', () => inside);
    const applier = cell.administer('acme', async (transaction) => {
      await run(transaction, sql`alter table ${thing('acme')} add column extra int`);
      order.push('applier');
    });
    // It stands in the queue; a writer behind it comes through when it lets go for a while, and would wait for the release else.
    await until('the applier', async () => (await waitingForLocks()) > 0);
    await cell.tenant('acme').transaction(lockTenantShared);
    expect(order).toEqual([]);
    release = true;
    await Promise.all([writer, applier]);
    expect(order).toEqual(['writer', 'applier']);
    await cell.administer('acme', (transaction) => run(transaction, sql`alter table ${thing('acme')} drop column extra`));
  });

  it('keeps writers out while an applier works, and concerns one tenant only', async () => {
    const order: string[] = [];
    const applier = cell.administer('acme', async () => {
      order.push('begin');
      await until('another tenant and a writer', async () => order.includes('beta') && (await waitingForLocks()) > 0);
      order.push('end');
    });
    await until('the applier', () => order.length === 1);
    await cell.tenant('beta').transaction(lockTenantShared);
    order.push('beta');
    await cell.tenant('acme').transaction(lockTenantShared);
    order.push('acme');
    await applier;
    expect(order).toEqual(['begin', 'beta', 'end', 'acme']);
  });

  it('gives up after some ten seconds with TENANT_BUSY, having changed nothing', async () => {
    let [inside, release] = [false, false];
    const reader = cell.tenant('acme').transaction(async (transaction) => {
      await run(transaction, sql`select * from ${thing('acme')}`);
      inside = true;
      await until('the release', () => release, 60_000);
    });
    await until('the reader', () => inside);
    let runs = 0;
    const applier = cell.administer('acme', async (transaction) => {
      runs += 1;
      await run(transaction, sql`create table t_acme.half (x int)`);
      await run(transaction, sql`alter table ${thing('acme')} add column extra int`);
    });
    // Gets on in between: a statement waits behind the ALTER for half a second at most.
    const reads: number[] = [];
    const reading = (async () => {
      for (let i = 0; i < 20; i += 1) {
        const begun = performance.now();
        expect(await things('acme')).toEqual(untouched);
        reads.push(performance.now() - begun);
        await sleep(100);
      }
    })();
    expect(await codeOf(applier)).toBe('TENANT_BUSY');
    expect(runs).toBe(13);
    release = true;
    await Promise.all([reader, reading]);
    // Far less than the applier takes, which they would wait for else.
    expect(Math.max(...reads)).toBeLessThan(5_000);
    expect(await codeOf(run(cell.tenant('acme'), sql`select * from t_acme.half`))).toBe('42P01');
  });

  it('is asked for an existing tenant only', async () => {
    expect(await codeOf(cell.administer('nobody', () => Promise.resolve()))).toBe('TENANT_NOT_FOUND');
  });
});

describe('maintenance', () => {
  it('runs as the owner what cannot run in a transaction', async () => {
    await run(cell.maintenance('acme'), sql`create index concurrently thing_whose on ${thing('acme')} (whose)`);
    const { rows } = await run(
      cell.tenant('acme'),
      sql`select indexname from pg_indexes where schemaname = 't_acme' and indexname = 'thing_whose'`,
    );
    expect(rows).toHaveLength(1);
    await expect(run(cell.maintenance('acme'), sql`reset role`)).rejects.toThrow(TypeError);
  });
});

describe('administer', () => {
  it('makes tables that the tenant can write to and does not own', async () => {
    await cell.administer('acme', (transaction) =>
      run(transaction, sql`create table t_acme.made (id int generated always as identity, x text)`),
    );
    await run(cell.tenant('acme'), sql`insert into t_acme.made (x) values ('a')`);
    const { rows } = await run(
      cell.tenant('acme'),
      sql`select m.id, m.x, t.tableowner from t_acme.made m, pg_tables t where t.tablename = 'made'`,
    );
    expect(rows).toEqual([{ id: 1, x: 'a', tableowner: `${database.name}_owner` }]);
    expect(await codeOf(run(cell.tenant('acme'), sql`drop table t_acme.made`))).toBe('42501');
  });
});
