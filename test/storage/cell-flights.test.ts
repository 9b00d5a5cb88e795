// What a transaction sends together: its opening, what is sent ahead, what is asked at once, and the commit with the last of it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import { databaseErrorKind, type Cell, type Opening, type TenantTransaction } from '@tessera/storage';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { codeOf, createTenantWithThing, open, run, thing } from './cell-support.ts';

let database: TestDatabase;
let cell: Cell;

beforeAll(async () => {
  database = await testDatabase();
  cell = await open(database, { poolSize: 2, applicationName: 'flights' });
  await createTenantWithThing(cell, 'acme');
});
afterAll(async () => {
  await cell.close();
  await database.drop();
});
beforeEach(() => run(cell.tenant('acme'), sql`delete from ${thing('acme')} where id > 2`));

const kept = (fragment: Sql): Statement => toStatement(fragment, 'kept');
const add = (id: number): Statement => kept(sql`insert into ${thing('acme')} values (${id}, 'acme') returning id`);
const ids = async (): Promise<readonly unknown[]> =>
  (await run(cell.tenant('acme'), sql`select id from ${thing('acme')} order by id`)).rows.map((row) => row['id']);

type Work<T> = (transaction: TenantTransaction) => Promise<T>;
const transaction = <T>(work: Work<T>, opening?: Opening): Promise<T> =>
  cell.tenant('acme').transaction(work, opening === undefined ? {} : { opening });

/** Each twice: the first time PostgreSQL gets to know the statements, which then go out in one write. */
const twice = async (test: () => Promise<void>): Promise<void> => {
  for (let turn = 0; turn < 2; turn += 1) {
    await test();
    await run(cell.tenant('acme'), sql`delete from ${thing('acme')} where id > 2`);
  }
};

describe('statements that are sent ahead', () => {
  it('come before the next, in their order', () =>
    twice(async () => {
      await transaction(async (open) => {
        open.ahead(add(3));
        open.ahead(kept(sql`update ${thing('acme')} set id = id + 1 where id = 3`));
        const { rows } = await open.query(kept(sql`select id from ${thing('acme')} order by id`));
        expect(rows.map((row) => row['id'])).toEqual([1, 2, 4]);
        open.ahead(add(5));
      });
      expect(await ids()).toEqual([1, 2, 4, 5]);
    }));

  it('fail what comes next, which is not run, and all that was done', () =>
    twice(async () => {
      const next = transaction(async (open) => {
        await open.query(add(3));
        open.ahead(add(1));
        await open.query(add(4));
      });
      expect(databaseErrorKind(await next.catch((error: unknown) => error))).toBe('unique');
      const commit = transaction(async (open) => {
        await open.query(add(3));
        open.ahead(add(1));
      });
      expect(databaseErrorKind(await commit.catch((error: unknown) => error))).toBe('unique');
      expect(await ids()).toEqual([1, 2]);
    }));

  it('are told of before what the work throws', () =>
    twice(async () => {
      const work = transaction(async (open) => {
        await open.query(add(3));
        open.ahead(add(1));
        throw new RangeError('enough');
      });
      expect(databaseErrorKind(await work.catch((error: unknown) => error))).toBe('unique');
      const sound = transaction(async (open) => {
        await open.query(add(3));
        open.ahead(add(4));
        throw new RangeError('enough');
      });
      await expect(sound).rejects.toThrow('enough');
      expect(await ids()).toEqual([1, 2]);
    }));
});

describe('statements that are asked at once', () => {
  it('end with the first that fails', () =>
    twice(async () => {
      const seen: string[] = [];
      const work = transaction(async (open) => {
        const asked = [add(3), add(1), add(4)].map((statement) =>
          open.query(statement).then(
            ({ rows }) => seen.push(String(rows[0]?.['id'])),
            (error: unknown) => seen.push(databaseErrorKind(error)),
          ),
        );
        await Promise.all(asked);
      });
      expect(databaseErrorKind(await work.catch((error: unknown) => error))).toBe('unique');
      expect(seen).toEqual(['3', 'unique', 'unique']);
      expect(await ids()).toEqual([1, 2]);
    }));

  it('see each what those before have done, and what others have committed meanwhile', () =>
    twice(async () => {
      const other = add(9);
      const rows = await transaction(async (open) => {
        await open.query(kept(sql`select 1 as n`));
        await cell.tenant('acme').query(other);
        const looks = [add(3), kept(sql`select count(*)::int as n from ${thing('acme')}`)].map((statement) => open.query(statement));
        return (await Promise.all(looks))[1]?.rows;
      });
      expect(rows).toEqual([{ n: 4 }]);
    }));
});

describe('the last statement', () => {
  it('takes the commit along', () =>
    twice(async () => {
      const { rows } = await transaction(async (open) => {
        open.ahead(add(3));
        return open.finish(add(4));
      });
      expect(rows).toEqual([{ id: 4 }]);
      expect(await ids()).toEqual([1, 2, 3, 4]);
    }));

  it('lets nothing be sent after it', async () => {
    const work = transaction(async (open) => {
      await open.finish(add(3));
      await open.query(add(4));
    });
    await expect(work).rejects.toThrow('has ended');
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it('takes everything back where it fails', () =>
    twice(async () => {
      const work = transaction(async (open) => {
        await open.query(add(3));
        await open.finish(add(1));
      });
      expect(databaseErrorKind(await work.catch((error: unknown) => error))).toBe('unique');
      expect(await ids()).toEqual([1, 2]);
    }));

  it('does not pretend to have committed what failed before', async () => {
    const work = transaction(async (open) => {
      await open.query(add(1)).catch(() => undefined);
      await open.finish(kept(sql`select 1 as n`));
    });
    expect(databaseErrorKind(await work.catch((error: unknown) => error))).toBe('unique');
  });

  it('is stopped when the caller goes, and says so only where nothing was done', async () => {
    const aborted = new AbortController();
    const work = cell.tenant('acme').transaction(
      async (open) => {
        open.ahead(add(3));
        setTimeout(() => {
          aborted.abort();
        }, 50);
        return open.finish(kept(sql`select pg_sleep(20)::text as slept`));
      },
      { signal: aborted.signal },
    );
    expect(await codeOf(work)).toBe('REQUEST_CANCELLED');
    expect(await ids()).toEqual([1, 2]);
  });

  it('is no door for what would end the transaction', async () => {
    await expect(transaction((open) => open.finish(toStatement(sql`rollback`)))).rejects.toThrow('not for this door');
    await expect(
      transaction((open) => {
        open.ahead(toStatement(sql`commit`));
        return Promise.resolve();
      }),
    ).rejects.toThrow('not for this door');
  });
});

describe('an opening', () => {
  const opening = (condition: boolean): Opening => ({
    statements: [kept(sql`select 1 / (case when ${condition}::boolean then 1 else 0 end) as n`)],
    refused: (error) => new RangeError('not now', { cause: error }),
  });

  it('lets the work be done where it is met', () =>
    twice(async () => {
      await transaction(async (open) => open.finish(add(3)), opening(true));
      expect(await ids()).toEqual([1, 2, 3]);
    }));

  it('refuses it whatever it does: ask, send ahead, finish, throw, or nothing', () =>
    twice(async () => {
      const works: readonly Work<unknown>[] = [
        (open) => open.query(add(3)),
        (open) => {
          open.ahead(add(3));
          return Promise.resolve();
        },
        (open) => open.finish(add(3)),
        () => Promise.reject(new TypeError('of its own')),
        () => Promise.resolve(),
      ];
      for (const work of works) await expect(transaction(work, opening(false))).rejects.toThrow('not now');
      expect(await ids()).toEqual([1, 2]);
    }));

  it('is no excuse for what the work does wrong', async () => {
    expect(await codeOf(transaction((open) => open.query(add(1)), opening(true)))).toBe('23505');
    await expect(transaction(() => Promise.reject(new TypeError('of its own')), opening(true))).rejects.toThrow('of its own');
  });
});

describe('a connection that has died idle', () => {
  it('is replaced before anything is done', async () => {
    for (const last of [false, true]) {
      await run(cell.tenant('acme'), sql`select 1`);
      const work = transaction(async (open) => {
        // The work has its connection already, and has asked nothing yet.
        await connected(database.url, (client) =>
          client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'flights' and datname = $1", [
            database.name,
          ]),
        );
        if (!last) await open.query(add(3));
        await open.query(add(4));
      });
      await work;
      expect(await ids()).toEqual(last ? [1, 2, 4] : [1, 2, 3, 4]);
      await run(cell.tenant('acme'), sql`delete from ${thing('acme')} where id > 2`);
    }
  });
});

describe('an array', () => {
  it('arrives as it is, whether PostgreSQL knows the statement or not', async () => {
    const texts = ['', 'NULL', 'null', 'a"b', 'a\\b', "a'b", '{x,y}', 'a,b', ' a ', '\n\t', '阿里', '💥', 'a\\"b', null];
    const statement = kept(
      sql`select ${texts}::text[] as texts, ${[1, -2.5]}::numeric[]::text[] as numbers, ${[true, false, null]}::boolean[]::text[] as flags`,
    );
    for (let turn = 0; turn < 3; turn += 1) {
      const { rows } = await cell.tenant('acme').query(statement);
      expect(rows).toEqual([{ texts, numbers: ['1', '-2.5'], flags: ['true', 'false', null] }]);
    }
    expect((await cell.tenant('acme').query(kept(sql`select ${[]}::uuid[] as none`))).rows).toEqual([{ none: [] }]);
  });
});
