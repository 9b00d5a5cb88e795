// Sets of runs: as many statements for many as for few, one that fails alone, and what is retried.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { shop, shopScene, v, type Shop } from './interpreter-scene.ts';

const when = (name: string) => ({ when: { '==': [v('stage'), name] } });

const layer = shop({
  plain: {
    ...when('plain'),
    steps: {
      account: { order: 1, type: 'find', object: 'account', where: { '==': [v('code'), v('$record.code')] } },
      made: {
        order: 2,
        type: 'create',
        object: 'entry',
        values: { order: v('$record'), title: v('$record.code'), text: v('$steps.account.name'), number: v('$steps.account.credit') },
      },
      own: { order: 3, type: 'set', values: { stage: { cat: ['got ', v('$steps.made.text')] }, account: v('$steps.account') } },
    },
  },
  counting: {
    ...when('counting'),
    steps: {
      add: { order: 1, type: 'update', record: v('$record.account'), values: { count: { '+': [v('$record.account.count'), 1] } } },
      shared: { order: 2, type: 'upsert', object: 'entry', by: 'key', values: { key: 'shared', text: v('$record.code') } },
    },
  },
  countingToo: {
    ...when('counting'),
    steps: { add: { type: 'update', record: v('$record.account'), values: { count: { '+': [v('$record.account.count'), 1] } } } },
  },
  lines: {
    ...when('lines'),
    steps: {
      each: {
        type: 'forEach',
        object: 'line',
        where: { '==': [v('order'), v('$record')] },
        steps: {
          tell: { order: 1, type: 'create', object: 'entry', values: { line: v('$item'), number: v('$item.order.amount') } },
          mark: { order: 2, type: 'update', record: v('$item'), values: { state: 'seen' } },
        },
      },
    },
  },
  swap: {
    ...when('swap'),
    steps: {
      both: {
        type: 'atomic',
        steps: {
          a: { order: 1, type: 'find', object: 'account', where: { '==': [v('code'), 'a'] } },
          b: { order: 2, type: 'find', object: 'account', where: { '==': [v('code'), 'b'] } },
          first: { order: 3, type: 'update', record: v('$steps.a'), values: { count: 1 } },
          second: { order: 4, type: 'update', record: v('$steps.b'), values: { count: 1 } },
          tell: { order: 5, type: 'create', object: 'entry', values: { text: 'swapped' } },
        },
      },
    },
  },
  partly: {
    ...when('partly'),
    steps: {
      both: {
        type: 'atomic',
        steps: {
          tell: { order: 1, type: 'create', object: 'entry', values: { text: 'half' } },
          no: { order: 2, when: { '<': [v('$record.amount'), 0] }, type: 'fail', message: { en: 'Not so.' } },
        },
      },
    },
  },
});

let scene: Shop;
beforeAll(async () => {
  scene = await shopScene(layer);
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

const orders = (count: number, values: (i: number) => Record<string, unknown>) =>
  scene.acme.run('records.create', { object: 'order', records: Array.from({ length: count }, (_, i) => values(i)) });
const stateCounts = async () =>
  scene.engine.sql(`select state, count(*)::int as n from ${scene.acme.schema}._run group by state order by state`);
const accounts = (count: number) =>
  scene.acme.run('records.create', {
    object: 'account',
    records: Array.from({ length: count }, (_, i) => ({ name: `Name ${String(i)}`, code: `c${String(i)}`, credit: i })),
  });

describe('a set of runs', () => {
  it('takes no more statements for many than for few', async () => {
    const count = async (n: number): Promise<number> => {
      await scene.clear();
      await accounts(n);
      await orders(n, (i) => ({ stage: 'plain', code: `c${String(i)}` }));
      const statements = await scene.engine.statements(() => scene.drain());
      expect(await stateCounts()).toEqual([{ state: 'done', n }]);
      expect(await scene.records('entry', 'count(*)::int as n, count(distinct text)::int as texts')).toEqual([{ n, texts: n }]);
      return statements.length;
    };
    await count(2);
    const few = await count(5);
    expect(await count(200)).toBe(few);
  });

  it('takes no more statements for many items than for few', async () => {
    const count = async (n: number, lines: number): Promise<number> => {
      await scene.clear();
      await orders(n, (i) => ({ stage: 'lines', amount: i, lines: Array.from({ length: lines }, (_, qty) => ({ qty })) }));
      const statements = await scene.engine.statements(() => scene.drain());
      expect(await stateCounts()).toEqual([{ state: 'done', n }]);
      expect(await scene.records('entry', 'count(*)::int as n')).toEqual([{ n: n * lines }]);
      expect(await scene.records('line', 'count(*)::int as n', `and state = 'seen'`)).toEqual([{ n: n * lines }]);
      return statements.length;
    };
    await count(2, 2);
    const few = await count(3, 2);
    expect(await count(20, 30)).toBe(few);
  });

  it('has those that write the same record do so one after the other, whoever does them', async () => {
    const account = await scene.acme.create('account', { name: 'A', code: 'a', count: 0 });
    await orders(20, (i) => ({ stage: 'counting', account, code: String(i) }));
    await Promise.all([scene.drain(), scene.drain(), scene.drain()]);
    await scene.drain();
    expect(await stateCounts()).toEqual([{ state: 'done', n: 40 }]);
    expect(await scene.records('account', 'count::int as count')).toEqual([{ count: 40 }]);
    expect(await scene.records('entry', 'key')).toEqual([{ key: 'shared' }]);
  });

  it('is done once, however many take it at once', async () => {
    await orders(300, (i) => ({ stage: 'plain', code: `c${String(i)}` }));
    await Promise.all([scene.drain(), scene.drain(), scene.drain()]);
    await scene.drain();
    expect(await stateCounts()).toEqual([{ state: 'done', n: 300 }]);
    expect(await scene.records('entry', 'count(*)::int as n, count(distinct order_id)::int as orders')).toEqual([{ n: 300, orders: 300 }]);
  });

  it('gives each run its own', async () => {
    await accounts(30);
    await orders(30, (i) => ({ stage: 'plain', code: `c${String(i)}` }));
    await scene.drain();
    const rows = await scene.engine.sql(
      `select o.stage, a.code as account, e.title, e.number::int as number from ${scene.acme.schema}."order" o
       join ${scene.acme.schema}.account a on a.id = o.account_id join ${scene.acme.schema}.entry e on e.order_id = o.id order by a.credit`,
    );
    expect(rows).toEqual(
      Array.from({ length: 30 }, (_, i) => ({
        stage: `got Name ${String(i)}`,
        account: `c${String(i)}`,
        title: `c${String(i)}`,
        number: i,
      })),
    );
  });

  it('goes on without the one that fails, which goes on from its step when it is retried', async () => {
    const long = 'x'.repeat(41);
    await orders(20, (i) => ({ stage: 'plain', code: i === 7 ? long : `c${String(i)}` }));
    await scene.drain();
    expect(await stateCounts()).toEqual([
      { state: 'done', n: 19 },
      { state: 'failed', n: 1 },
    ]);
    const failed = (await scene.runs()).find(({ state }) => state === 'failed');
    expect(failed).toMatchObject({ position: 'made', code: 'VALUE_TOO_LONG', attempts: 1 });
    expect(await scene.records('entry', 'count(*)::int as n')).toEqual([{ n: 19 }]);
    expect((await scene.journal(failed?.id ?? '')).map(({ path, state, type }) => `${path} ${type} ${state}`)).toEqual([
      'account find done',
      'made create failed',
    ]);
    const [order] = await scene.records('"order"', 'id', `and code = '${long}'`);
    await scene.acme.update('order', String(order?.['id']), { code: 'short' });
    await scene.acme.run('runs.retry', { id: failed?.id ?? '' });
    await scene.drain();
    expect(await stateCounts()).toEqual([{ state: 'done', n: 20 }]);
    expect(await scene.records('entry', 'count(*)::int as n')).toEqual([{ n: 20 }]);
  });
});

describe('atomic', () => {
  it('takes back all of it where a step within fails, for that run alone', async () => {
    await orders(5, (i) => ({ stage: 'partly', amount: i === 2 ? -1 : 1 }));
    await scene.drain();
    expect(await stateCounts()).toEqual([
      { state: 'done', n: 4 },
      { state: 'failed', n: 1 },
    ]);
    expect(await scene.records('entry', 'count(*)::int as n')).toEqual([{ n: 4 }]);
  });

  it('is done again after a deadlock', async () => {
    const [a, b] = [
      await scene.acme.create('account', { name: 'a', code: 'a' }),
      await scene.acme.create('account', { name: 'b', code: 'b' }),
    ];
    await orders(1, () => ({ stage: 'swap' }));
    const other = new pg.Client({ connectionString: scene.engine.database.url });
    await other.connect();
    const lock = (id: string) => other.query(`update ${scene.acme.schema}.account set credit = 1 where id = $1`, [id]);
    // Whoever looks for deadlocks first is the one that gives way.
    await other.query(`set deadlock_timeout = '1min'`);
    await other.query('begin');
    await lock(b);
    const drained = scene.drain();
    // The run has a, and waits for b.
    const blocked = `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and query like '%account%' and datname = current_database()`;
    for (let n = 0; n === 0;) n = Number((await scene.engine.sql(blocked))[0]?.['n']);
    await lock(a);
    await other.query('commit');
    await other.end();
    await drained;
    expect(await stateCounts()).toEqual([{ state: 'done', n: 1 }]);
    expect(await scene.records('account', 'count::int as count, credit::int as credit')).toEqual([
      { count: 1, credit: 1 },
      { count: 1, credit: 1 },
    ]);
    expect(await scene.records('entry', 'text')).toEqual([{ text: 'swapped' }]);
  });
});
