// Wake-ups become jobs within the outbox reader's transaction: exactly once, one at a time, at their time, and out of tenants' reach.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import type { Cell, Jobs } from '@tessera/storage';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { open, run } from './cell-support.ts';
import { jobsOf, outboxEmpty, readWakes, wakeAs } from './jobs-scene.ts';

let database: TestDatabase;
let cell: Cell;
let jobs: Jobs;

beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database);
  for (const tenant of ['acme', 'beta']) await cell.createTenant(tenant);
  jobs = cell.jobs();
});

afterAll(async () => {
  await jobs.close();
  await cell.close();
  await database.drop();
});

afterEach(async () => {
  await cell.control(async (transaction) => {
    await run(transaction, sql`delete from pgboss.job`);
    await run(transaction, sql`delete from tessera.outbox`);
  });
});

const soon = (seconds: number): Date => new Date(Date.now() + seconds * 1000);

async function read(): Promise<void> {
  const reader = readWakes(cell, jobs);
  await outboxEmpty(cell);
  await reader.stop();
}

describe('jobs out of the outbox', () => {
  it('are made once, whatever befell the transaction that first made them', async () => {
    await wakeAs(cell, 'acme', ['work', 'send']);
    const broken = cell.control(async (transaction) => {
      const { rows } = await run(transaction, sql`delete from tessera.outbox returning id`);
      await jobs.enqueue(transaction, [{ kind: 'work', tenant: 'acme' }]);
      expect(rows).toHaveLength(1);
      const { rows: made } = await run(transaction, sql`select from pgboss.job`);
      expect(made).toHaveLength(1);
      throw new Error('the node has stumbled');
    });
    await expect(broken).rejects.toThrow('stumbled');
    expect(await jobsOf(cell)).toEqual([]);
    await read();
    expect(await jobsOf(cell)).toEqual([
      { kind: 'send', tenant: 'acme', state: 'created', inSeconds: 0 },
      { kind: 'work', tenant: 'acme', state: 'created', inSeconds: 0 },
    ]);
  });

  it('are not made of what a tenant’s transaction took back', async () => {
    const { text, values } = { text: `insert into tessera.outbox (payload) values ('{"wake": "work"}')`, values: [] };
    await expect(
      cell.tenant('acme').transaction(async (transaction) => {
        await transaction.query({ text, values });
        throw new Error('never mind');
      }),
    ).rejects.toThrow('never mind');
    await wakeAs(cell, 'beta');
    await read();
    expect((await jobsOf(cell)).map(({ tenant }) => tenant)).toEqual(['beta']);
  });

  it('leave payloads about records alone, and take a wake-up that comes along with them', async () => {
    await run(
      cell.tenant('acme'),
      sql`insert into tessera.outbox (payload) values
      ('{"object": "thing", "change": "updated", "records": [["x", 1]]}'),
      ('{"wake": "nothing"}'), ('{"wake": 7}'), ('{"wake": "work", "at": "never"}'),
      ('{"object": "thing", "change": "updated", "records": [["x", 2]], "wake": "send"}')`,
    );
    await read();
    expect((await jobsOf(cell)).map(({ kind }) => kind).sort()).toEqual(['send', 'work']);
  });
});

describe('of waiting jobs there is', () => {
  it('one for a tenant and kind, however often it is woken', async () => {
    for (let i = 0; i < 5; i += 1) await wakeAs(cell, 'acme', ['work', 'send']);
    await read();
    await wakeAs(cell, 'acme');
    await wakeAs(cell, 'beta');
    await read();
    expect((await jobsOf(cell)).map(({ kind, tenant }) => `${tenant} ${kind}`).sort()).toEqual(['acme send', 'acme work', 'beta work']);
  });

  it('one for the earliest time to come, to the second and never too early; a later one is the earlier one’s to make', async () => {
    const times = [900, 300, 600].map(soon);
    for (const time of times) await wakeAs(cell, 'acme', ['work'], time);
    await read();
    const { rows } = await cell.control((transaction) =>
      run(transaction, sql`select extract(epoch from start_after)::float8 as at, data ->> 'at' as told from pgboss.job`),
    );
    const at = Number(rows[0]?.['at']);
    expect(rows).toHaveLength(1);
    expect(at).toBe(Math.ceil(Number(times[1]) / 1000));
    expect(Date.parse(String(rows[0]?.['told']))).toBe(at * 1000);
    await wakeAs(cell, 'acme', ['work'], soon(400));
    await wakeAs(cell, 'beta', ['work'], soon(400));
    await read();
    await wakeAs(cell, 'acme', ['work'], soon(100));
    await wakeAs(cell, 'acme', ['work'], soon(-100));
    await read();
    const seconds = (await jobsOf(cell)).map(({ tenant, inSeconds }) => `${tenant} ${String(Math.round(inSeconds / 100) * 100)}`);
    expect(seconds.sort()).toEqual(['acme 0', 'acme 300', 'beta 400']);
  });

  it('none beside one that waits to be done at once, since that one makes the next', async () => {
    await wakeAs(cell, 'acme');
    await read();
    await wakeAs(cell, 'acme', ['work'], soon(20));
    await read();
    expect(await jobsOf(cell)).toHaveLength(1);
  });
});

describe('a tenant', () => {
  it.each([
    'select from pgboss.job',
    'select pgboss.job_now()',
    `insert into pgboss.job (name) values ('work')`,
    'select from pgboss.queue',
  ])('is refused: %s', async (text) => {
    await jobs.figures();
    await expect(cell.tenant('acme').query({ text, values: [] })).rejects.toThrow(/permission denied for schema pgboss/);
  });
});

describe('the figures', () => {
  it('tell what waits and for how long, in the queues and in the outbox', async () => {
    await run(cell.tenant('acme'), sql`insert into tessera.outbox (payload) values ('{}')`);
    await cell.control(async (transaction) => {
      await jobs.enqueue(transaction, [{ kind: 'work', tenant: 'acme' }]);
      await jobs.enqueue(transaction, [{ kind: 'send', tenant: 'acme', at: soon(60).toISOString() }]);
      await run(transaction, sql`update pgboss.job set start_after = now() - interval '4000 s' where name = 'work'`);
      await run(transaction, sql`update tessera.outbox set created_at = now() - interval '2000 s'`);
    });
    const { queues, dead, outbox } = await jobs.figures();
    const rounded = (lag: number): number => Math.round(lag / 100) * 100;
    expect({ queues: queues.map((each) => ({ ...each, lagSeconds: rounded(each.lagSeconds) })), dead }).toEqual({
      queues: expect.arrayContaining([
        { kind: 'work', waiting: 1, running: 0, lagSeconds: 4_000 },
        { kind: 'send', waiting: 0, running: 0, lagSeconds: 0 },
      ]),
      dead: 0,
    });
    expect({ ...outbox, lagSeconds: rounded(outbox.lagSeconds) }).toEqual({ waiting: 1, lagSeconds: 2_000 });
  });
});
