// What each type of step does in a run, and what the journal says of it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { shop, shopScene, v, type Shop } from './interpreter-scene.ts';

const when = (name: string) => ({ when: { '==': [v('stage'), name] } });

const layer = shop({
  writing: {
    ...when('writing'),
    steps: {
      sums: {
        order: 1,
        type: 'let',
        values: { double: { '*': [v('$record.amount'), 2] }, name: v('$record.account.name'), formula: v('$record.twice') },
      },
      account: {
        order: 2,
        type: 'find',
        object: 'account',
        where: { '==': [v('code'), v('$record.code')] },
      },
      made: {
        order: 3,
        type: 'create',
        object: 'entry',
        values: {
          order: v('$record'),
          about: v('$record.about'),
          text: { cat: [v('$steps.sums.name'), '/', v('$steps.account.name')] },
          number: v('$steps.sums.double'),
          pin: 'not to be seen',
        },
      },
      changed: {
        order: 4,
        type: 'update',
        record: v('$steps.made'),
        values: { title: { cat: ['for ', v('$steps.made.text')] }, flag: true },
      },
      own: { order: 5, type: 'set', values: { stage: 'done', margin: v('$steps.sums.formula') } },
      none: { order: 6, type: 'find', object: 'account', where: { '==': [v('code'), 'nowhere'] } },
      nothing: { order: 7, type: 'update', record: v('$steps.none'), values: { name: 'x' } },
      kept: { order: 8, type: 'upsert', object: 'entry', by: 'key', values: { key: v('$record.code'), text: 'first', number: 1 } },
      again: { order: 9, type: 'upsert', object: 'entry', by: 'key', values: { key: v('$record.code'), text: 'second' } },
      ignored: {
        order: 10,
        type: 'upsert',
        object: 'entry',
        by: 'key',
        onMatch: 'ignore',
        values: { key: v('$record.code'), text: 'third' },
      },
      gone: { order: 11, type: 'delete', record: v('$steps.account') },
      not: { order: 12, when: { '>': [v('$record.amount'), 1000] }, type: 'set', values: { stage: 'never' } },
    },
  },
  branching: {
    ...when('branching'),
    steps: {
      size: {
        type: 'branch',
        cases: {
          big: { order: 1, when: { '>=': [v('$record.amount'), 100] }, steps: { mark: { type: 'set', values: { stage: 'big' } } } },
          middle: { order: 2, when: { '>=': [v('$record.amount'), 10] }, steps: { mark: { type: 'set', values: { stage: 'middle' } } } },
        },
        otherwise: { mark: { type: 'set', values: { stage: 'small' } } },
      },
    },
  },
  keyed: {
    ...when('keyed'),
    steps: { keep: { type: 'upsert', object: 'entry', by: 'key', values: { key: v('$record.code'), text: 'kept' } } },
  },
  failing: {
    ...when('failing'),
    steps: {
      before: { order: 1, type: 'create', object: 'entry', values: { order: v('$record'), text: 'stays' } },
      no: { order: 2, when: { '>': [v('$record.amount'), 5] }, type: 'fail', message: { en: 'Too much.', 'zh-CN': '太多' } },
      after: { order: 3, type: 'set', values: { stage: 'passed' } },
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

describe('steps that read and write', () => {
  it('work on what came before them, and leave their outcomes', async () => {
    const account = await scene.acme.create('account', { name: 'Acme', code: 'a1' });
    const other = await scene.acme.create('account', { name: 'Other', code: 'o1' });
    const id = await order({ code: 'o1', stage: 'writing', amount: '12.5', account, about: { object: 'account', id: account } });
    await scene.drain();
    expect((await scene.runs()).map(({ state, message }) => ({ state, message }))).toEqual([{ state: 'done', message: null }]);
    expect(
      await scene.records(
        'entry',
        'title, text, number::text as number, order_id, about_account_id, flag, key, created_by_id',
        'order by id',
      ),
    ).toEqual([
      {
        title: 'for Acme/Other',
        text: 'Acme/Other',
        number: '25.0000',
        order_id: id,
        about_account_id: account,
        flag: true,
        key: null,
        created_by_id: scene.acme.administrator,
      },
      expect.objectContaining({ key: 'o1', text: 'second', number: '1.0000' }) as unknown,
    ]);
    expect(await scene.acme.read('order', id, 'stage', 'margin')).toEqual({ stage: 'done', margin: 25 });
    expect(await scene.acme.read('account', other, 'name')).toBeUndefined();
    const [steps = ''] = await scene.steps('writing');
    expect(steps.split(' ').map((step) => step.split(':'))).toEqual([
      ...['sums', 'account', 'made', 'changed', 'own', 'none', 'nothing', 'kept', 'again', 'ignored', 'gone'].map((name) => [name, 'done']),
      ['not', 'skipped'],
    ]);
  });

  it('write into the journal what went in and came out, and nothing secret', async () => {
    const account = await scene.acme.create('account', { name: 'Acme', code: 'a1' });
    await order({ code: 'o1', stage: 'writing', amount: 3, account });
    await scene.drain();
    const [run] = await scene.runs('writing');
    const journal = await scene.journal(run?.id ?? '');
    const of = (path: string) => journal.find((entry) => entry.path === path);
    expect(JSON.parse(of('sums')?.output ?? '')).toEqual({ double: '6', name: 'Acme', formula: '6' });
    expect(JSON.parse(of('made')?.input ?? '')).toMatchObject({ values: { number: '6', pin: '••••' } });
    expect(JSON.parse(of('made')?.output ?? '')).toMatchObject({ object: 'entry' });
    expect(JSON.stringify(journal)).not.toContain('not to be seen');
    expect(of('made')).toMatchObject({ type: 'create', state: 'done', error: null });
    expect(run?.variables).toBe('{}');
  });
});

describe('upsert', () => {
  it('fails where its key has no value: nobody knows which record that would be', async () => {
    await Promise.all(['k', null].map((code) => order({ stage: 'keyed', code })));
    await scene.drain();
    expect([...(await scene.runs()).map(({ message }) => message)].sort()).toEqual([
      'The automation keyed could not do keep: it gives no value for key: the key key of entry needs all of them.',
      null,
    ]);
    expect(await scene.records('entry', 'key')).toEqual([{ key: 'k' }]);
  });
});

describe('branch', () => {
  it('takes the first case that holds, each record its own', async () => {
    const ids = await Promise.all([250, 20, 3].map((amount) => order({ stage: 'branching', amount })));
    await scene.drain();
    const stages = await Promise.all(ids.map((id) => scene.acme.read('order', id, 'stage')));
    expect(stages).toEqual([{ stage: 'big' }, { stage: 'middle' }, { stage: 'small' }]);
    expect([...(await scene.steps('branching'))].sort()).toEqual([
      'size:done size/big/mark:done',
      'size:done size/middle/mark:done',
      'size:done size/otherwise/mark:done',
    ]);
  });
});

describe('fail', () => {
  it('ends the run as failed, and what was done before stays; others go on', async () => {
    const ids = await Promise.all([9, 1].map((amount) => order({ stage: 'failing', amount })));
    await scene.drain();
    expect(
      (await scene.runs())
        .map(({ state, code, message, position }) => ({ state, code, message, position }))
        .sort((a, b) => (a.state < b.state ? 1 : -1)),
    ).toEqual([
      { state: 'failed', code: 'AUTOMATION_REFUSED', message: 'Too much.', position: 'no' },
      { state: 'done', code: null, message: null, position: 'after' },
    ]);
    expect(await scene.records('entry', 'text')).toHaveLength(2);
    expect(await scene.acme.read('order', ids[1] ?? '', 'stage')).toEqual({ stage: 'passed' });
  });
});
