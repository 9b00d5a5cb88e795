// Statements that the server keeps: run for the first time by pg's own means and from then on by ours, with the same answers.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql, type Sql } from '@tessera/kernel';
import type { Cell, QueryResult } from '@tessera/storage';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, createTenantWithThing, open, run, thing } from './cell-support.ts';

let database: TestDatabase;
let cell: Cell;

beforeAll(async () => {
  database = await testDatabase();
  // One connection: what was run once is known at the next time.
  cell = await open(database, { poolSize: 1 });
  await createTenantWithThing(cell, 'acme');
});

afterAll(async () => {
  await cell.close();
  await database.drop();
});

/** The answers of a first run, of a second, and of one that nothing is kept for. */
async function thrice(fragment: () => Sql, name: string): Promise<readonly QueryResult[]> {
  const door = cell.tenant('acme');
  return [await run(door, fragment(), name), await run(door, fragment(), name), await run(door, fragment())];
}

const values: Readonly<Record<string, readonly [type: Sql, value: unknown]>> = {
  'a text': [sql`text`, 'Zoë says "hi", 中文 and 🦊'],
  'an empty text': [sql`text`, ''],
  'half of a surrogate pair': [sql`text`, 'x\ud83d'],
  'a long text': [sql`text`, 'ä'.repeat(100_000)],
  nothing: [sql`text`, null],
  'nothing at all': [sql`text`, undefined],
  'a number': [sql`int`, -42],
  'a double': [sql`float8`, 1.5e-7],
  'a bigint': [sql`bigint`, 9_007_199_254_740_993n],
  yes: [sql`boolean`, true],
  no: [sql`boolean`, false],
  bytes: [sql`bytea`, Buffer.from([0, 255, 10])],
  texts: [sql`text[]`, ['a', 'b,"c"\\', null, '', 'null']],
  numbers: [sql`int[]`, [1, -2]],
  'no texts': [sql`text[]`, []],
  JSON: [sql`jsonb`, { a: [1, null, 'x'] }],
  'a time': [sql`timestamptz`, new Date(1_800_000_000_123)],
};

describe('a kept statement', () => {
  it.each(Object.entries(values))('takes and gives %s like any other', async (_name, [type, value]) => {
    const [first, second, plain] = await thrice(() => sql`select ${value}::${type} as value, ${value}::${type} is null as empty`, 'value');
    expect(second).toEqual(first);
    expect(plain).toEqual(first);
    expect(first?.rows).toHaveLength(1);
  });

  it('counts rows', async () => {
    expect((await thrice(() => sql`select id, whose from ${thing('acme')} order by id`, 'all')).map(({ rowCount }) => rowCount)).toEqual([
      2, 2, 2,
    ]);
    expect((await thrice(() => sql`select id from ${thing('acme')} where id > 5`, 'none')).map(({ rows }) => rows)).toEqual([[], [], []]);
    const update = (): Sql => sql`update ${thing('acme')} set whose = 'acme'`;
    expect(await thrice(update, 'update')).toEqual([2, 2, 2].map((rowCount) => ({ rows: [], rowCount })));
    const insert = (): Sql => sql`insert into ${thing('acme')} select max(id) + 1, 'acme' from ${thing('acme')}`;
    expect((await thrice(insert, 'insert')).map(({ rowCount }) => rowCount)).toEqual([1, 1, 1]);
    await run(cell.tenant('acme'), sql`delete from ${thing('acme')} where id > 2`);
  });

  it('fails as it would otherwise, and the connection goes on', async () => {
    const door = cell.tenant('acme');
    const divide = (by: number): Promise<QueryResult> => run(door, sql`select 1 / ${by}::int as value`, 'divide');
    for (const [by, value] of [
      [1, 1],
      [0, undefined],
      [1, 1],
    ] as const) {
      if (value === undefined) expect(await codeOf(divide(by))).toBe('22012');
      else expect((await divide(by)).rows).toEqual([{ value }]);
    }
    const nul = (text: string): Promise<QueryResult> => run(door, sql`select ${text}::text as value`, 'nul');
    await nul('a');
    expect(await codeOf(nul('a\0b'))).toBe('REQUEST_INVALID');
    expect(cell.stats().tenants.opened).toBe(1);
  });

  it('is kept anew where its columns have changed', async () => {
    const all = (): Promise<QueryResult> => run(cell.tenant('acme'), sql`select * from ${thing('acme')} where id = 1`, 'star');
    await all();
    expect((await all()).rows).toEqual([{ id: 1, whose: 'acme' }]);
    await cell.administer('acme', (transaction) => run(transaction, sql`alter table ${thing('acme')} add column more text default 'x'`));
    expect((await all()).rows).toEqual([{ id: 1, whose: 'acme', more: 'x' }]);
    expect((await all()).rows).toEqual([{ id: 1, whose: 'acme', more: 'x' }]);
  });

  it('is given up when the caller has gone', async () => {
    const own = await open(database, { poolSize: 1 });
    const sleepy = (seconds: number): { text: string; values: readonly unknown[]; name: string } => ({
      text: 'select pg_sleep($1::float8)::text as slept',
      values: [seconds],
      name: 'sleep',
    });
    const door = own.tenant('acme');
    await door.query(sleepy(0));
    const gone = new AbortController();
    const answer = codeOf(door.query(sleepy(30), { signal: gone.signal }));
    setTimeout(() => {
      gone.abort();
    }, 50);
    expect(await answer).toBe('REQUEST_CANCELLED');
    expect((await door.query(sleepy(0), { signal: new AbortController().signal })).rows).toEqual([{ slept: '' }]);
    await own.close();
  });
});
