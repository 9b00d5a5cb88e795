// Blocks of steps over many records: what they see of one another, chunks, and the way back where one fails.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { shop, shopScene, v, type Shop } from './interpreter-scene.ts';

const when = (name: string) => ({ when: { '==': [v('stage'), name] } });
const ofOrder = { '==': [v('order'), v('$record')] };

const layer = shop({
  lines: {
    ...when('lines'),
    steps: {
      floor: { order: 1, type: 'let', values: { least: { '*': [v('$record.amount'), 1] } } },
      each: {
        order: 2,
        type: 'forEach',
        object: 'line',
        where: { and: [ofOrder, { '>=': [v('qty'), v('$steps.floor.least')] }] },
        sort: { qty: { direction: 'descending' } },
        steps: {
          double: { order: 1, type: 'let', values: { qty: { '*': [v('$item.qty'), 2] } } },
          kind: {
            order: 2,
            type: 'branch',
            cases: {
              odd: {
                when: { '==': [{ '%': [v('$item.qty'), 2] }, 1] },
                steps: { tell: { type: 'update', record: v('$item'), values: { state: 'odd' } } },
              },
            },
            otherwise: { tell: { type: 'update', record: v('$item'), values: { state: { cat: ['even of ', v('$record.code')] } } } },
          },
          write: {
            order: 3,
            when: { '!=': [v('$item.qty'), 4] },
            type: 'create',
            object: 'entry',
            values: { order: v('$record'), line: v('$item'), number: v('$steps.double.qty'), text: v('$item.state') },
          },
        },
      },
      end: { order: 3, type: 'set', values: { stage: { cat: ['done ', { text: v('$steps.each.count') }] } } },
    },
  },
  nested: {
    ...when('nested'),
    steps: {
      accounts: {
        type: 'forEach',
        object: 'account',
        sort: { code: {} },
        steps: {
          lines: {
            order: 1,
            type: 'forEach',
            object: 'line',
            where: { and: [ofOrder, { '>': [v('qty'), v('$outer.credit')] }] },
            steps: {
              write: {
                type: 'create',
                object: 'entry',
                values: { order: v('$record'), text: { cat: [v('$outer.code'), ' ', v('$item.state')] } },
              },
            },
          },
          counted: { order: 2, type: 'update', record: v('$item'), values: { count: v('$steps.lines.count') } },
        },
      },
    },
  },
  total: {
    ...when('total'),
    steps: {
      each: {
        type: 'forEach',
        object: 'line',
        where: ofOrder,
        steps: {
          add: {
            type: 'set',
            values: { margin: { '+': [{ if: [{ '==': [v('$record.margin'), null] }, 0, v('$record.margin')] }, v('$item.qty')] } },
          },
        },
      },
    },
  },
  broken: {
    ...when('broken'),
    steps: {
      each: {
        order: 1,
        type: 'forEach',
        object: 'line',
        where: ofOrder,
        steps: {
          first: { order: 1, type: 'create', object: 'entry', values: { line: v('$item'), text: 'first' } },
          second: { order: 2, type: 'create', object: 'entry', values: { line: v('$item'), title: v('$item.state') } },
        },
      },
      end: { order: 2, type: 'set', values: { stage: 'mended' } },
    },
  },
  seat: {
    ...when('seat'),
    steps: {
      take: {
        type: 'atomic',
        lock: { object: 'account', where: { '==': [v('taken'), false] } },
        steps: {
          free: { order: 1, type: 'find', object: 'account', where: { '==': [v('taken'), false] }, sort: { code: {} } },
          full: { order: 2, when: { '==': [v('$steps.free'), null] }, type: 'fail', message: { en: 'Nothing is free.' } },
          took: { order: 3, type: 'update', record: v('$steps.free'), values: { taken: true } },
          own: { order: 4, type: 'set', values: { account: v('$steps.free') } },
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

const order = (values: Record<string, unknown>) => scene.acme.create('order', values);
const states = async () => (await scene.runs()).map(({ state, message }) => `${state} ${message ?? ''}`.trim());

describe('forEach', () => {
  it('does its steps for each record of its query, each with what the ones before came to', async () => {
    const id = await order({
      code: 'X',
      stage: 'lines',
      amount: 2,
      lines: [1, 2, 3, 4, 5].map((qty) => ({ qty })),
    });
    await scene.drain();
    expect(await states()).toEqual(['done']);
    expect(await scene.records('line', 'qty::int as qty, state', 'order by qty')).toEqual([
      { qty: 1, state: null },
      { qty: 2, state: 'even of X' },
      { qty: 3, state: 'odd' },
      { qty: 4, state: 'even of X' },
      { qty: 5, state: 'odd' },
    ]);
    expect(await scene.records('entry', 'number::int as number, text', 'order by number')).toEqual([
      { number: 4, text: 'even of X' },
      { number: 6, text: 'odd' },
      { number: 10, text: 'odd' },
    ]);
    expect(await scene.acme.read('order', id, 'stage')).toEqual({ stage: 'done 4' });
    expect(await scene.steps('lines')).toEqual([
      'floor:done each:done each/double:done each/kind:done each/kind/odd/tell:done each/kind/otherwise/tell:done each/write:done end:done',
    ]);
  });

  it('goes through many in chunks, and through none', async () => {
    const lines = Array.from({ length: 450 }, (_, i) => ({ qty: i + 10 }));
    const [many, none] = [await order({ stage: 'lines', amount: 5, lines }), await order({ stage: 'lines', amount: 5 })];
    await scene.drain();
    expect(await states()).toEqual(['done', 'done']);
    expect(await scene.records('entry', 'count(*)::int as n, sum(number)::int as sum')).toEqual([
      { n: 450, sum: lines.reduce((sum, { qty }) => sum + 2 * qty, 0) },
    ]);
    expect(await scene.acme.read('order', many, 'stage')).toEqual({ stage: 'done 450' });
    expect(await scene.acme.read('order', none, 'stage')).toEqual({ stage: 'done 0' });
    const [steps = ''] = await scene.steps('lines');
    expect(steps.split(' ').filter((step) => step === 'each/write:done')).toHaveLength(3);
  });

  it('nests, and knows the records around', async () => {
    for (const [code, credit] of [
      ['a', 1],
      ['b', 3],
      ['c', 9],
    ] as const)
      await scene.acme.create('account', { name: code, code, credit });
    await order({ stage: 'nested', lines: [2, 4].map((qty) => ({ qty, state: `s${String(qty)}` })) });
    await scene.drain();
    expect(await states()).toEqual(['done']);
    expect((await scene.records('entry', 'text', 'order by text')).map(({ text }) => text)).toEqual(['a s2', 'a s4', 'b s4']);
    expect(await scene.records('account', 'code, count::int as count', 'order by code')).toEqual([
      { code: 'a', count: 2 },
      { code: 'b', count: 1 },
      { code: 'c', count: 0 },
    ]);
  });

  it('lets one item read what another has written to the same record', async () => {
    const id = await order({ stage: 'total', lines: [1, 2, 3].map((qty) => ({ qty })) });
    await scene.drain();
    expect(await scene.acme.read('order', id, 'margin')).toEqual({ margin: 6 });
  });

  it('takes a step back for all of its items where one fails, and goes on from there when it is retried', async () => {
    const long = 'x'.repeat(50);
    const bad = await order({ stage: 'broken', lines: [{ state: 'a' }, { state: long }, { state: 'c' }] });
    const good = await order({ stage: 'broken', lines: [{ state: 'd' }] });
    await scene.drain();
    const runs = await scene.runs('broken');
    expect(runs.map(({ state, position }) => `${state} ${position}`).sort()).toEqual(['done end', 'failed each/second']);
    expect(await scene.records('entry', 'text, title', 'order by title, text')).toEqual([
      { text: null, title: 'd' },
      ...['first', 'first', 'first', 'first'].map((text) => ({ text, title: null })),
    ]);
    expect(await scene.acme.read('order', good, 'stage')).toEqual({ stage: 'mended' });
    const failed = runs.find(({ state }) => state === 'failed');
    const [line] = await scene.records('line', 'id', `and state = '${long}'`);
    await scene.acme.update('line', String(line?.['id']), { state: 'b' });
    await scene.acme.run('runs.retry', { id: failed?.id ?? '' });
    await scene.drain();
    expect(await scene.acme.read('order', bad, 'stage')).toEqual({ stage: 'mended' });
    expect((await scene.records('entry', 'title', 'and title is not null order by title')).map(({ title }) => title)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
    expect((await scene.journal(failed?.id ?? '')).map(({ path, state }) => `${path}:${state}`)).toEqual([
      'each:done',
      'each/first:done',
      'each/second:failed',
      'each/second:done',
      'end:done',
    ]);
  });
});

describe('atomic', () => {
  it('gives each run a seat of its own, though all of them come at once', async () => {
    for (const code of ['a', 'b', 'c']) await scene.acme.create('account', { name: code, code });
    const records = Array.from({ length: 4 }, () => ({ stage: 'seat' }));
    await scene.acme.run('records.create', { object: 'order', records });
    await scene.drain();
    expect([...(await states())].sort()).toEqual(['done', 'done', 'done', 'failed Nothing is free.']);
    expect(await scene.records('"order"', 'count(distinct account_id)::int as accounts, count(account_id)::int as n')).toEqual([
      { accounts: 3, n: 3 },
    ]);
  });
});
