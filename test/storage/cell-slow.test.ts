// Statements that take long: what the log is told of them, and what it never is.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger, sql, toStatement, type Logger } from '@tessera/kernel';
import { planKeyOf, type Cell } from '@tessera/storage';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, createTenantWithThing, open, run, thing } from './cell-support.ts';

type Line = Readonly<Record<string, unknown>> & { readonly statements: readonly string[] };

let database: TestDatabase;
const cells: Cell[] = [];
const lines: Line[] = [];
const log: Logger = {
  ...silentLogger,
  warn: (fields, message) => {
    if (message === 'slow statement') lines.push(fields as Line);
  },
};

/** A cell to which statements are slow after so long; nothing is as fast as the shortest time that there is. */
async function watching(slowStatementMs: number): Promise<Cell> {
  const cell = await open(database, { poolSize: 1, log, slowStatementMs });
  cells.push(cell);
  lines.length = 0;
  return cell;
}
const always = Number.MIN_VALUE;
const secret = 'a value of somebody';
const origin = { operation: 'records.read', requestId: 'r-1', key: 'the key of a request' };
const sleep = toStatement(sql`select pg_sleep(${0.05}::double precision), ${secret}::text`);

beforeAll(async () => {
  database = await testDatabase();
  const cell = await watching(0);
  await createTenantWithThing(cell, 'acme');
});
afterAll(async () => {
  for (const cell of cells) await cell.close();
  await database.drop();
});

describe('a statement that takes long', () => {
  it('is logged once, with all that tells it from others, and without its values', async () => {
    const cell = await watching(40);
    await cell.tenant('acme').for(origin).query(sleep);
    expect(lines).toEqual([
      {
        operation: 'records.read',
        planKey: planKeyOf(origin.key),
        tenant: 'acme',
        requestId: 'r-1',
        ms: expect.any(Number) as unknown,
        statements: [sleep.text],
      },
    ]);
    expect(Number(lines[0]?.['ms'])).toBeGreaterThanOrEqual(50);
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect([...cell.stats().slowStatements]).toEqual([['records.read', 1]]);
  });

  it('is logged where it fails, and where it is given up', async () => {
    const cell = await watching(always);
    const door = cell.tenant('acme').for(origin);
    const broken = toStatement(sql`select 1 / ${0}::integer, ${secret}::text`);
    expect(await codeOf(door.query(broken))).toBe('22012');
    expect(await codeOf(door.query(sleep, { timeoutMs: 10 }))).toBe('QUERY_TIMEOUT');
    expect(lines.map(({ statements }) => statements)).toEqual([[broken.text], [sleep.text]]);
    expect(JSON.stringify(lines)).not.toContain(secret);
  });

  it('has the key of its text where no request has one, and is the platform’s where nobody asks', async () => {
    const cell = await watching(always);
    const { text } = sleep;
    await cell.tenant('acme').query(sleep);
    await cell.tenant('acme').for({ operation: 'search', requestId: 'r-2' }).query(sleep);
    expect(lines).toMatchObject([
      { operation: 'platform', planKey: planKeyOf(text), requestId: undefined },
      { operation: 'search', planKey: planKeyOf(text), requestId: 'r-2' },
    ]);
    expect(new Set([planKeyOf(text), planKeyOf(origin.key)]).size).toBe(2);
  });

  it('is not told where it is fast, or where nothing is slow', async () => {
    for (const slowStatementMs of [3_600_000, 0]) {
      const cell = await watching(slowStatementMs);
      await cell.tenant('acme').for(origin).query(sleep);
      await cell.tenant('acme').transaction((transaction) => transaction.query(sleep));
      expect([lines, [...cell.stats().slowStatements]]).toEqual([[], []]);
    }
  });
});

describe('statements of a transaction', () => {
  it('are told together where they went out together, each apart where PostgreSQL did not know them yet', async () => {
    const cell = await watching(always);
    const add = (id: number) => toStatement(sql`insert into ${thing('acme')} values (${id}, ${secret})`, 'add');
    const count = toStatement(sql`select count(*) from ${thing('acme')}`, 'count');
    const work = (id: number) =>
      cell
        .tenant('acme')
        .for({ operation: 'records.create', requestId: 'r-3' })
        .transaction(async (transaction) => {
          transaction.ahead(add(id));
          await transaction.finish(count);
        });
    await work(10);
    const told = lines.map(({ statements }) => statements);
    expect(told).toEqual([['begin'], [add(0).text], [count.text], ['commit']]);
    lines.length = 0;
    await work(11);
    expect(lines).toMatchObject([{ operation: 'records.create', statements: ['begin', add(0).text, count.text, 'commit'] }]);
    expect(JSON.stringify(lines)).not.toContain(secret);
  });

  it('of administration are not looked at', async () => {
    const cell = await watching(always);
    await cell.administer('acme', (transaction) => run(transaction, sql`select pg_sleep(0.05)`));
    await cell.maintenance('acme').query(sleep);
    expect(lines).toEqual([]);
  });
});
