// Workers: each job once and at its time, no tenant in the way of another, retries with back-off, dead letters, and an orderly end.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import type { Cell, Jobs } from '@tessera/storage';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { open, run, until } from './cell-support.ts';
import { jobsOf, workOn } from './jobs-scene.ts';

let database: TestDatabase;
let cell: Cell;
let jobs: Jobs;

beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database);
  await cell.jobs().figures();
});

afterAll(async () => {
  await cell.close();
  await database.drop();
});

beforeEach(() => {
  jobs = cell.jobs({ works: true });
});

afterEach(async () => {
  await jobs.close();
  await cell.control((transaction) => run(transaction, sql`delete from pgboss.job`));
});

/** Jobs that the platform's own keys would have made one of. */
async function insertMany(tenant: string, count: number): Promise<void> {
  await jobs.wake([{ kind: 'work', tenant: 'nobody', at: new Date(Date.now() + 3_600_000).toISOString() }]);
  await cell.control((transaction) =>
    run(
      transaction,
      sql`insert into pgboss.job (name, data, singleton_key, group_id, policy, retry_limit, expire_seconds, heartbeat_seconds, dead_letter)
          select 'work', jsonb_build_object('tenant', ${tenant}::text), ${tenant}::text || ' ' || n, ${tenant}::text, 'short', 0, 900, 10, 'dead'
            from generate_series(1, ${count}::int) n`,
    ),
  );
}

describe('a worker', () => {
  it('does what is to be done at once within a moment, and not again', async () => {
    const done: string[] = [];
    await workOn(jobs, ({ tenant, at }) => {
      done.push(`${tenant} ${String(at)}`);
      return Promise.resolve();
    });
    await jobs.wake([
      { kind: 'work', tenant: 'acme' },
      { kind: 'work', tenant: 'beta' },
    ]);
    await until('both', () => done.length === 2);
    await jobs.wake([{ kind: 'work', tenant: 'acme' }]);
    await until('the third', () => done.length === 3);
    await sleep(50);
    expect(done.sort()).toEqual(['acme undefined', 'acme undefined', 'beta undefined']);
  });

  it('does what is for later at its time, which it tells', async () => {
    const at = new Date(Date.now() + 3_000);
    const done: { readonly tenant: string; readonly at: string | undefined; readonly seen: number }[] = [];
    await workOn(jobs, ({ tenant, at: told }) => {
      done.push({ tenant, at: told, seen: Date.now() });
      return Promise.resolve();
    });
    await jobs.wake([{ kind: 'work', tenant: 'acme', at: at.toISOString() }]);
    await until('the job', () => done.length === 1);
    const second = Math.ceil(at.getTime() / 1000) * 1000;
    expect(done[0]).toMatchObject({ tenant: 'acme', at: new Date(second).toISOString() });
    // The machine's clock and the database's are the same one here.
    expect(done[0]?.seen).toBeGreaterThanOrEqual(second);
  });

  it('has no more of a tenant at work than it is given, and lets another’s one job pass two thousand', async () => {
    const order: string[] = [];
    let [now, most] = [0, 0];
    await insertMany('acme', 2_000);
    await sleep(5);
    await jobs.wake([{ kind: 'work', tenant: 'beta' }]);
    await workOn(jobs, async ({ tenant }) => {
      order.push(tenant);
      if (tenant === 'acme') most = Math.max(most, (now += 1));
      await sleep(2);
      if (tenant === 'acme') now -= 1;
    });
    await until('the other tenant', () => order.includes('beta'));
    expect(order.indexOf('beta')).toBeLessThan(10);
    await until('some of the many', () => order.length > 200);
    expect(most).toBe(2);
  });

  it('shares them with others, and each is done by one', async () => {
    const other = cell.jobs({ works: true });
    const done: string[] = [];
    for (const each of [jobs, other]) {
      await workOn(each, async ({ tenant }) => {
        done.push(tenant);
        await sleep(5);
      });
    }
    const tenants = Array.from({ length: 60 }, (_, i) => `tenant${String(i)}`);
    await jobs.wake(tenants.map((tenant) => ({ kind: 'work', tenant })));
    await until('all of them', () => done.length >= 60);
    await sleep(50);
    expect(done.toSorted()).toEqual(tenants.toSorted());
    await other.close();
  });
});

describe('a job that throws', () => {
  it('is done again later, and lies among the dead once that is used up, until somebody has it done or removes it', async () => {
    let tries = 0;
    let fails = true;
    const looked = Promise.withResolvers<undefined>();
    await workOn(jobs, async () => {
      tries += 1;
      if (tries === 2) await looked.promise;
      if (fails) throw new Error('the disk is full');
    });
    await jobs.wake([{ kind: 'work', tenant: 'acme' }]);
    const job = async (): Promise<Readonly<Record<string, unknown>> | undefined> => {
      const text = sql`select retry_count, extract(epoch from start_after - started_on)::float8 as pause from pgboss.job
        where name = 'work' and (state = 'retry' or retry_count > 0)`;
      return (await cell.control((transaction) => run(transaction, text))).rows[0];
    };
    await until('the first try', async () => (await job()) !== undefined);
    // The first pause of one second, with up to as much again by chance; while it lasts the start of the first try is known.
    const pause = Number((await job())?.['pause']);
    if (tries === 1) expect([pause >= 1, pause < 12, pause]).toEqual([true, true, pause]);
    await cell.control((transaction) => run(transaction, sql`update pgboss.job set retry_limit = 1 where name = 'work'`));
    looked.resolve(undefined);
    await until('its death', async () => (await jobs.dead('acme', 10)).length === 1);
    expect(tries).toBe(2);
    const [dead] = await jobs.dead('acme', 10);
    expect(dead).toMatchObject({ kind: 'work', error: 'the disk is full' });
    expect(await jobs.figures()).toMatchObject({ dead: 1 });
    const id = dead?.id ?? '';
    expect(await jobs.dead('beta', 10)).toEqual([]);
    expect([await jobs.replay('beta', id), await jobs.remove('beta', id)]).toEqual([false, false]);
    fails = false;
    expect(await jobs.replay('acme', id)).toBe(true);
    await until('the replay', () => tries === 3);
    expect(await jobs.dead('acme', 10)).toEqual([]);
    expect(await jobs.replay('acme', id)).toBe(false);
  });

  it('is removed from the dead by whoever says so', async () => {
    await insertMany('acme', 1);
    await workOn(jobs, () => Promise.reject(new Error('never')));
    await until('its death', async () => (await jobs.dead('acme', 10)).length === 1);
    const [dead] = await jobs.dead('acme', 10);
    expect(await jobs.remove('acme', dead?.id ?? '')).toBe(true);
    expect(await jobs.dead('acme', 10)).toEqual([]);
  });
});

describe('the end of a node', () => {
  it('lets the jobs under way end, and takes no more', async () => {
    const ended: string[] = [];
    const begun: string[] = [];
    await workOn(
      jobs,
      async ({ tenant, signal }) => {
        begun.push(tenant);
        while (!signal.aborted) await sleep(5);
        await sleep(100);
        ended.push(tenant);
      },
      { atOnce: 2 },
    );
    await jobs.wake(['acme', 'beta', 'gamma'].map((tenant) => ({ kind: 'work', tenant })));
    await until('two of them', () => begun.length === 2);
    await jobs.stopWork(5_000);
    expect(ended.toSorted()).toEqual(begun.toSorted());
    expect((await jobsOf(cell)).map(({ state }) => state)).toEqual(['created']);
  });

  it('does not wait for ever: what goes on too long is soon another’s', async () => {
    const given = new AbortController();
    let begun = 0;
    await workOn(jobs, async () => {
      begun += 1;
      await sleep(60_000, undefined, { signal: given.signal }).catch(() => undefined);
    });
    await jobs.wake([{ kind: 'work', tenant: 'acme' }]);
    await until('its begin', () => begun === 1);
    await jobs.stopWork(50);
    expect((await jobsOf(cell)).map(({ state }) => state)).toEqual(['retry']);
    const other = cell.jobs({ works: true });
    let taken = 0;
    await workOn(other, () => {
      taken += 1;
      return Promise.resolve();
    });
    await until('the other', () => taken === 1);
    given.abort();
    await other.close();
  });
});
