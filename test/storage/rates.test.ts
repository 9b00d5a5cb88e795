// Budgets of requests that nodes lease from the database, and attempts to sign in that they count together.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, TesseraError, type Logger } from '@tessera/kernel';
import { beginAttempt, endAttempt, openCell, purgeAttempts, RateLeases, type Cell, type RateRule } from '@tessera/storage';
import { connected, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { until } from './cell-support.ts';

let database: TestDatabase;
let cells: readonly Cell[] = [];
const opened: RateLeases[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const open = (): Promise<Cell> => openCell({ url: database.url, log: silentLogger });
  cells = [await open(), await open(), await open()];
});
afterAll(async () => {
  await Promise.all(cells.map((cell) => cell.close()));
  await database.drop();
});
beforeEach(async () => {
  await Promise.all(opened.splice(0).map((leases) => leases.close()));
});
afterAll(() => Promise.all(opened.map((leases) => leases.close())));

const rows = async (text: string, values: readonly unknown[] = []): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  connected(database.url, async (client) => (await client.query<Record<string, unknown>>(text, [...values])).rows);

/** How many transactions of a cell's control schema run meanwhile. */
function counted(cell: Cell): { readonly cell: Cell; count: number } {
  const made = {
    count: 0,
    cell: new Proxy(cell, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (name === 'control') made.count += 1;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
  };
  return made;
}

interface Node {
  readonly leases: RateLeases;
  readonly clock: { at: number };
}

/** Where budgets are counted, a database that is slow for a while must not open them. */
const patientMs = 30_000;

function node(cell: Cell, log: Logger = silentLogger, timeoutMs = patientMs): Node {
  const clock = { at: performance.now() };
  const began = performance.now();
  const leases = new RateLeases({ cell, log, timeoutMs, now: () => clock.at + performance.now() - began });
  opened.push(leases);
  return { leases, clock };
}

const cellAt = (i: number): Cell => {
  const cell = cells[i];
  if (cell === undefined) throw new Error('There is no such node.');
  return cell;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** So many at once. */
function takes(leases: RateLeases, count: number, key: string, rule: RateRule): Promise<readonly number[]> {
  return Promise.all(Array.from({ length: count }, async () => await leases.take(key, rule)));
}

/** So many are used up, and hardly any come while a test runs, however slow the machine. */
const scarce = (burst: number): RateRule => ({ rate: 0.01, burst });

/** Sends as fast as it can until the time is up; answers how many were let through. */
async function flood({ leases }: Node, key: string, rule: RateRule, ms: number): Promise<number> {
  let passed = 0;
  for (const end = performance.now() + ms; performance.now() < end;) {
    const taken = await takes(leases, 20, key, rule);
    passed += taken.filter((wait) => wait === 0).length;
    await pause(2);
  }
  return passed;
}

describe('a budget that nodes share', () => {
  it('is not exceeded by all of them together beyond the stated bound, and is used up', async () => {
    const rule = { rate: 400, burst: 800 };
    const nodes = cells.map((cell) => node(cell));
    const began = performance.now();
    const passed = (await Promise.all(nodes.map((each) => flood(each, 'shared', rule, 3_000)))).reduce((a, b) => a + b, 0);
    const seconds = (performance.now() - began) / 1_000;
    expect(passed).toBeLessThanOrEqual(rule.burst + rule.rate * (seconds + 1) + nodes.length * (rule.rate / 20));
    // They leave nothing unused that they may have: the burst, and most of what flows in, but for what lies there.
    const [bucket] = await rows(
      `select least(burst, tokens + rate * extract(epoch from clock_timestamp() - at)) as left from tessera.rate where key = 'shared'`,
    );
    expect(passed + Number(bucket?.['left'])).toBeGreaterThan(rule.burst + rule.rate * seconds * 0.8 - rule.rate / 10);
  });

  it('is exact where one node spends it at once', async () => {
    const { leases } = node(cellAt(0));
    const waits = await takes(leases, 200, 'once', scarce(30));
    const passed = waits.filter((wait) => wait === 0).length;
    expect(passed).toBeGreaterThanOrEqual(30);
    expect(passed).toBeLessThanOrEqual(32);
    for (const wait of waits.filter((each) => each > 0)) expect(wait).toBeLessThanOrEqual(1_000);
  });

  it('fills again by the time of the database, whatever the clock of the node says', async () => {
    const rule = scarce(20);
    const { leases, clock } = node(cellAt(0));
    await takes(leases, 60, 'time', rule);
    clock.at += 3_600_000;
    const early = await takes(leases, 20, 'time', rule);
    expect(early.filter((wait) => wait === 0).length).toBeLessThan(3);
    await rows(`update tessera.rate set at = at - interval '1 hour' where key = 'time'`);
    clock.at += 2_000;
    const later = await takes(leases, 60, 'time', rule);
    const passed = later.filter((wait) => wait === 0).length;
    expect(passed).toBeGreaterThanOrEqual(18);
    expect(passed).toBeLessThanOrEqual(22);
  });

  it('holds for small budgets at many nodes too', async () => {
    const rule = { rate: 1, burst: 2 };
    const nodes = [...cells, ...cells].map((cell) => node(cell));
    const began = performance.now();
    const passed = (await Promise.all(nodes.map((each) => flood(each, 'small', rule, 4_000)))).reduce((a, b) => a + b, 0);
    const seconds = (performance.now() - began) / 1_000;
    expect(passed).toBeLessThanOrEqual(rule.burst + rule.rate * (seconds + 1) + nodes.length);
  });

  it('keeps one caller’s apart from another’s', async () => {
    const rule = scarce(5);
    const { leases } = node(cellAt(0));
    await takes(leases, 40, 'one', rule);
    expect(await leases.take('one', rule)).toBeGreaterThan(0);
    expect(await leases.take('two', rule)).toBe(0);
  });

  it('counts what was spent ahead of a lease at another node too', async () => {
    const rule = { rate: 100, burst: 100 };
    const [first, second] = [node(cellAt(0)), node(cellAt(1))];
    for (let i = 0; i < 5; i += 1) expect(await first.leases.take('debt', rule)).toBe(0);
    await until('the debt to be paid', async () => {
      const [bucket] = await rows(`select debt from tessera.rate where key = 'debt'`);
      return Number(bucket?.['debt'] ?? 0) >= 2;
    });
    expect(await second.leases.take('debt', rule)).toBe(0);
  });
});

describe('a request', () => {
  it('costs no round trip in the ordinary case', async () => {
    const rule = { rate: 2_000, burst: 4_000 };
    const watched = counted(cellAt(0));
    const { leases } = node(watched.cell);
    // A pace well below the budget: 1,500 requests within about a second.
    let waited = 0;
    const began = performance.now();
    for (let i = 0; i < 300; i += 1) {
      const started = watched.count;
      await takes(leases, 5, 'usual', rule);
      if (watched.count > started) waited += 1;
      await pause(2);
    }
    // A lease is good for a fifth of a second, at whatever pace.
    expect(watched.count).toBeLessThan(25 + (performance.now() - began) / 200);
    expect(waited).toBeLessThanOrEqual(watched.count);
  });

  it('of a slow caller never waits for the database', async () => {
    const watched = counted(cellAt(0));
    const { leases } = node(watched.cell);
    for (let i = 0; i < 4; i += 1) expect(await leases.take(`slow`, { rate: 200, burst: 400 })).toBe(0);
    expect(watched.count).toBe(0);
  });

  it('that is refused asks nobody until there may be something again', async () => {
    const rule = scarce(1);
    const watched = counted(cellAt(0));
    const { leases } = node(watched.cell);
    for (let i = 0; i < 5; i += 1) await leases.take('refused', rule);
    const [before, began] = [watched.count, performance.now()];
    for (let i = 0; i < 500; i += 1) expect(await leases.take('refused', rule)).toBeGreaterThan(0);
    // Others may leave something: once a second it looks.
    expect(watched.count - before).toBeLessThanOrEqual(Math.floor((performance.now() - began) / 1_000));
  });

  it('goes through where the database fails, which is logged once', async () => {
    const logged: string[] = [];
    const log: Logger = { ...silentLogger, warn: (_fields, message) => void logged.push(message) };
    const broken = new Proxy(cellAt(0), {
      get: (target, name) =>
        name === 'control' ? () => Promise.reject(new Error('gone')) : (Reflect.get(target, name, target) as unknown),
    });
    const { leases } = node(broken, log);
    for (let i = 0; i < 50; i += 1) expect(await leases.take('broken', { rate: 1, burst: 1 })).toBe(0);
    expect(logged).toEqual([expect.stringContaining('not limited')]);
  });

  it('does not wait long for a database that hangs', async () => {
    const { leases } = node(cellAt(0), silentLogger, 100);
    const rule = { rate: 1, burst: 1 };
    await leases.take('hangs', rule);
    await connected(database.url, async (client) => {
      await client.query('begin');
      await client.query('lock table tessera.rate in access exclusive mode');
      const began = performance.now();
      expect(await takes(leases, 20, 'hangs', rule)).toEqual(Array.from({ length: 20 }, () => 0));
      expect(performance.now() - began).toBeLessThan(20_000);
      await client.query('rollback');
    });
  });
});

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof TesseraError ? error.code : String(error)),
  );

describe('attempts to sign in', () => {
  const account = { key: 'account', limit: 3, windowSeconds: 60 };
  const address = { key: 'address', limit: 5, windowSeconds: 60 };
  beforeEach(() => rows('delete from tessera.login_limit'));

  it('are counted exactly, however many come at once at however many nodes', async () => {
    const wide = { ...address, limit: 1_000 };
    const outcomes = await Promise.all(Array.from({ length: 30 }, (_, i) => codeOf(beginAttempt(cellAt(i % 3), [account, wide]))));
    expect(outcomes.filter((code) => code === 'none')).toHaveLength(3);
    expect(outcomes.filter((code) => code === 'LOGIN_LIMITED')).toHaveLength(27);
    // Those that were refused have been noted for neither key.
    expect(await rows('select key, failures, pending from tessera.login_limit order by key')).toEqual([
      { key: 'account', failures: 0, pending: 3 },
      { key: 'address', failures: 0, pending: 3 },
    ]);
  });

  it('are refused for good only by failures; those under way are worth waiting for', async () => {
    for (let i = 0; i < 3; i += 1) await beginAttempt(cellAt(0), [account, address]);
    await expect(beginAttempt(cellAt(0), [account])).rejects.toMatchObject({ params: { final: false, retryAfter: 1 } });
    for (let i = 0; i < 3; i += 1) {
      await endAttempt(cellAt(1), [
        { key: 'account', outcome: 'failed' },
        { key: 'address', outcome: 'failed' },
      ]);
    }
    await expect(beginAttempt(cellAt(2), [account])).rejects.toMatchObject({ params: { final: true } });
    const refusal: unknown = await beginAttempt(cellAt(2), [account]).catch((error: unknown) => error);
    const { retryAfter } = (refusal as TesseraError).params;
    expect(retryAfter).toBeGreaterThan(50);
    expect(retryAfter).toBeLessThanOrEqual(60);
  });

  it('are forgiven or undone as their end says', async () => {
    await beginAttempt(cellAt(0), [account, address]);
    await endAttempt(cellAt(0), [
      { key: 'account', outcome: 'failed' },
      { key: 'address', outcome: 'failed' },
    ]);
    await beginAttempt(cellAt(0), [account, address]);
    await endAttempt(cellAt(0), [
      { key: 'address', outcome: 'undone' },
      { key: 'account', outcome: 'forgiven' },
    ]);
    expect(await rows('select key, failures, pending from tessera.login_limit order by key')).toEqual([
      { key: 'account', failures: 0, pending: 0 },
      { key: 'address', failures: 1, pending: 0 },
    ]);
  });

  it('count from zero in the next window, and are purged long after', async () => {
    for (let i = 0; i < 3; i += 1) {
      await beginAttempt(cellAt(0), [account]);
      await endAttempt(cellAt(0), [{ key: 'account', outcome: 'failed' }]);
    }
    expect(await codeOf(beginAttempt(cellAt(0), [account]))).toBe('LOGIN_LIMITED');
    await rows(`update tessera.login_limit set ends_at = now() - interval '1 second'`);
    await beginAttempt(cellAt(0), [account]);
    expect(await rows('select failures, pending, ends_at > now() as open from tessera.login_limit')).toEqual([
      { failures: 0, pending: 1, open: true },
    ]);
    await rows(`update tessera.login_limit set ends_at = now() - interval '2 hours'`);
    await purgeAttempts(cellAt(0));
    expect(await rows('select key from tessera.login_limit')).toEqual([]);
  });
});
