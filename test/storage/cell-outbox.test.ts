// The outbox and its readers, and LISTEN that comes back.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger, sql } from '@tessera/kernel';
import { changesChannel, readOutbox, unpackChanges, type Cell, type OutboxHandler, type RecordChange } from '@tessera/storage';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { createTenantWithThing, open, run, until } from './cell-support.ts';

let database: TestDatabase;
let cell: Cell;

beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database, { poolSize: 8 });
  await createTenantWithThing(cell, 'acme');
  await createTenantWithThing(cell, 'beta');
  await cell.control((transaction) => run(transaction, sql`create table tessera.handled (event bigint, tenant text, number int)`));
});

afterAll(async () => {
  await cell.close();
  await database.drop();
});

/** Notes each event in the transaction that takes it out. */
const note: OutboxHandler = async (events, transaction) => {
  for (const { id, tenant, payload } of events) {
    await run(transaction, sql`insert into tessera.handled values (${id}, ${tenant}, ${Number(payload['number'])})`);
  }
};

async function write(tenant: string, from: number, count: number): Promise<void> {
  await run(
    cell.tenant(tenant),
    sql`insert into tessera.outbox (payload)
        select jsonb_build_object('object', 'thing', 'change', 'update', 'records', jsonb_build_array(jsonb_build_array(n::text, n)), 'number', n)
          from generate_series(${from}::int, ${from + count - 1}::int) n`,
  );
}

async function left(): Promise<number> {
  const { rows } = await cell.control((transaction) => run(transaction, sql`select count(*)::int as n from tessera.outbox`));
  return Number(rows[0]?.['n']);
}

describe('readOutbox', () => {
  it('hands on each event exactly once, with two readers that fail, are killed, and come back', async () => {
    const other = await open(database);
    let calls = 0;
    const failing: OutboxHandler = async (events, transaction) => {
      await note(events, transaction);
      calls += 1;
      if (calls % 5 === 0) throw new Error('the handler has stumbled');
    };
    const options = { log: silentLogger, batch: 40, intervalMs: 20 };
    const readers = [readOutbox(cell, failing, options), readOutbox(other, failing, options)];
    const heard: RecordChange[] = [];
    const subscription = await cell.listen(changesChannel, (message) => void heard.push(...unpackChanges(message)));

    let writing = true;
    const killer = connected(database.url, async (client) => {
      while (writing) {
        await sleep(60);
        await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = $1 and application_name = 'tessera administration' and pid <> pg_backend_pid()
            order by random() limit 1`,
          [database.name],
        );
      }
    });
    await Promise.all(
      ['acme', 'beta'].map(async (tenant) => {
        for (let from = 1; from <= 1_500; from += 15) {
          await write(tenant, from, 15);
          await sleep(2);
        }
      }),
    );
    writing = false;
    await killer;
    await until('the outbox to be empty', async () => (await left().catch(() => 1)) === 0, 30_000);
    await Promise.all(readers.map((reader) => reader.stop()));
    await until('the last notification', () => heard.length >= 3_000);

    const { rows } = await cell.control((transaction) =>
      run(
        transaction,
        sql`select tenant, count(*)::int as events, count(distinct event)::int as ids, count(distinct number)::int as numbers
              from tessera.handled group by tenant order by tenant`,
      ),
    );
    expect(rows).toEqual([
      { tenant: 'acme', events: 1500, ids: 1500, numbers: 1500 },
      { tenant: 'beta', events: 1500, ids: 1500, numbers: 1500 },
    ]);
    expect(readers.reduce((sum, { stats }) => sum + stats.failures, 0)).toBeGreaterThan(3);
    expect(new Set(heard.map(({ tenant, id }) => `${tenant} ${id}`)).size).toBe(3_000);
    expect(heard).toHaveLength(3_000);
    expect(heard[0]).toMatchObject({ object: 'thing', change: 'update' });
    await subscription.close();
    await other.close();
  });

  it('sees an event that took its id early and was committed late', async () => {
    const seen: number[] = [];
    const reader = readOutbox(
      cell,
      (events) => {
        seen.push(...events.map(({ payload }) => Number(payload['number'])));
        return Promise.resolve();
      },
      { log: silentLogger, intervalMs: 10 },
    );
    await cell.tenant('acme').transaction(async (transaction) => {
      await run(transaction, sql`insert into tessera.outbox (payload) values ('{"number": 1}')`);
      await write('acme', 2, 1);
      await until('the later event', () => seen.includes(2));
    });
    await until('the earlier event', () => seen.includes(1));
    await reader.stop();
    expect(seen).toEqual([2, 1]);
  });

  it('packs many changes into messages that NOTIFY takes', async () => {
    const messages: string[] = [];
    const subscription = await cell.listen(changesChannel, (message) => void messages.push(message));
    await write('acme', 1, 500);
    const reader = readOutbox(cell, () => Promise.resolve(), { log: silentLogger });
    await until('all changes', () => messages.flatMap(unpackChanges).length === 500);
    await reader.stop();
    expect(reader.stats).toEqual({ events: 500, batches: 1, failures: 0 });
    expect(messages.length).toBeGreaterThan(1);
    expect(messages.length).toBeLessThan(6);
    await subscription.close();
  });
});

describe('unpackChanges', () => {
  it.each(['', 'hello', '{}', '[1]', '[["a","b","c","d","e"]]', '[["a","b"]]'])('makes nothing of %j', (message) => {
    expect(unpackChanges(message)).toEqual([]);
  });
});

describe('listen', () => {
  it('comes back after its connection was cut, and says so', async () => {
    const other = await open(database, { applicationName: 'listening' });
    const messages: string[] = [];
    let returns = 0;
    const subscription = await other.listen('news', (message) => void messages.push(message), { onReconnect: () => void (returns += 1) });
    const notify = (message: string) => cell.control((transaction) => run(transaction, sql`select pg_notify('news', ${message})`));
    await notify('before');
    await until('the first message', () => messages.length === 1);
    for (let round = 1; round <= 2; round += 1) {
      await connected(database.url, (client) =>
        client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'listening'", [
          database.name,
        ]),
      );
      await until('the return', () => returns === round);
    }
    await notify('after');
    await until('the second message', () => messages.length === 2);
    expect(messages).toEqual(['before', 'after']);
    expect(other.stats().listener).toEqual({ connected: true, reconnects: 2 });
    await subscription.close();
    await notify('unheard');
    await sleep(50);
    expect(messages).toHaveLength(2);
    await other.close();
  });

  it('goes on where one subscriber throws', async () => {
    const messages: string[] = [];
    const bad = await cell.listen('news', () => {
      throw new Error('not today');
    });
    const good = await cell.listen('news', (message) => void messages.push(message));
    await cell.control((transaction) => run(transaction, sql`select pg_notify('news', 'x')`));
    await until('the message', () => messages.length === 1);
    await bad.close();
    await good.close();
  });
});
