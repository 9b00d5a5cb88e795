// What the rules of steps see: the record as it was and is, who acts, outcomes and inputs, in JavaScript and in the statements alike.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { shop, shopScene, v, type Shop } from './interpreter-scene.ts';

const layer = shop(
  {
    old: {
      trigger: { type: 'record', on: ['update'], changed: ['amount', 'account'] },
      steps: {
        tell: {
          type: 'create',
          object: 'entry',
          values: {
            number: v('$old.amount'),
            title: { cat: [v('$old.account.code'), '→', v('$record.account.code'), ' ', { text: v('$old.credit') }] },
            flag: { '>': [v('$record.amount'), v('$old.amount')] },
          },
        },
      },
    },
    bound: {
      trigger: {
        type: 'called',
        inputs: {
          number: { type: 'number' },
          day: { type: 'date' },
          flag: { type: 'boolean' },
          text: { type: 'text' },
          account: { type: 'lookup', to: 'account' },
          tags: { type: 'multiPicklist', options: { x: {}, y: {} } },
        },
      },
      steps: {
        values: {
          order: 1,
          type: 'let',
          values: {
            number: v('$inputs.number'),
            day: { dateAdd: [v('$inputs.day'), 1] },
            flag: v('$inputs.flag'),
            text: v('$inputs.text'),
            account: v('$inputs.account'),
          },
        },
        found: {
          order: 2,
          type: 'find',
          object: 'entry',
          where: {
            and: [
              { '==': [v('number'), v('$steps.values.number')] },
              { '==': [v('date'), v('$steps.values.day')] },
              { '==': [v('flag'), v('$steps.values.flag')] },
              { '==': [v('text'), v('$steps.values.text')] },
              { '==': [v('about:account'), v('$steps.values.account')] },
              { in: [v('title'), v('$inputs.tags')] },
            ],
          },
        },
        count: {
          order: 3,
          type: 'let',
          values: {
            all: { aggregate: { of: { object: 'entry' }, function: 'count', where: { '>=': [v('number'), v('$inputs.number')] } } },
            orders: { aggregate: { of: '$steps.found.about:account.orders', function: 'count' } },
            code: v('$steps.values.account.code'),
          },
        },
        about: { order: 4, type: 'create', object: 'entry', values: { about: v('$steps.found.about'), text: 'copied' } },
      },
    },
    system: { trigger: { type: 'called' }, steps: { who: { type: 'let', values: { id: v('$user'), rep: { hasRole: 'rep' } } } } },
    acting: {
      runAs: 'user',
      trigger: { type: 'called' },
      steps: {
        who: {
          type: 'let',
          values: {
            id: v('$user'),
            mail: v('$user.email'),
            zone: v('$tenant.timeZone'),
            rep: { hasRole: 'rep' },
            late: { '<': [v('$record.at'), v('$now')] },
          },
        },
      },
    },
  },
  {
    'settings.json': { timeZone: 'Asia/Shanghai' },
    'roles/rep.json': {
      name: 'rep',
      label: { en: 'Rep' },
      objects: { order: { read: true, fields: { '*': 'read' } }, user: { read: true, fields: { '*': 'read' } } },
    },
  },
);

let scene: Shop;
beforeAll(async () => {
  scene = await shopScene(layer);
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

const order = (values: Record<string, unknown>) => scene.acme.create('order', values);
const outputs = async (automation: string, path: string): Promise<unknown[]> => {
  const journals = await Promise.all((await scene.runs(automation)).map(({ id }) => scene.journal(id)));
  return journals.map((entries) => JSON.parse(entries.find((entry) => entry.path === path)?.output ?? 'null') as unknown);
};

describe('$old', () => {
  it('is the record as it was, its lookups followed, and of it only what is read is kept', async () => {
    const [a, b] = [
      await scene.acme.create('account', { name: 'A', code: 'a', credit: 3 }),
      await scene.acme.create('account', { name: 'B', code: 'b' }),
    ];
    const id = await order({ amount: 1, account: a, pin: 'top secret' });
    await scene.acme.update('order', id, { amount: 2, account: b });
    expect((await scene.runs('old')).map(({ variables }) => variables).join()).not.toContain('top secret');
    await scene.drain();
    expect(await scene.records('entry', 'title, number::int as number, flag')).toEqual([{ title: 'a→b 3', number: 1, flag: true }]);
  });
});

describe('values that were worked out before', () => {
  it('are bound for each frame in one statement, whatever their types', async () => {
    const account = await scene.acme.create('account', { name: 'A', code: 'a' });
    await order({ account });
    const record = { object: 'order', id: await order({}) };
    const entry = (number: number, more: object = {}) =>
      scene.acme.create('entry', {
        number,
        date: '2026-02-01',
        flag: true,
        text: 'it’s',
        title: 'y',
        about: { object: 'account', id: account },
        ...more,
      });
    const [one, two] = [await entry(1.5), await entry(2)];
    await entry(3, { flag: false });
    const inputs = (number: string) => ({ number, day: '2026-01-31', flag: true, text: 'it’s', account, tags: ['x', 'y'] });
    await scene.start('bound', { record, inputs: inputs('1.5') }, { record, inputs: inputs('2') }, { record, inputs: inputs('3') });
    await scene.drain();
    expect((await scene.runs('bound')).map(({ state, message }) => message ?? state)).toEqual(['done', 'done', 'done']);
    expect(await outputs('bound', 'found')).toEqual([{ object: 'entry', id: one }, { object: 'entry', id: two }, null]);
    expect(await outputs('bound', 'count')).toEqual([
      { all: '3', orders: '1', code: 'a' },
      { all: '2', orders: '1', code: 'a' },
      { all: '1', orders: '0', code: 'a' },
    ]);
    expect(await scene.records('entry', 'about_account_id', `and text = 'copied' order by id`)).toEqual([
      { about_account_id: account },
      { about_account_id: account },
      { about_account_id: null },
    ]);
  });
});

describe('who acts, and where', () => {
  it('is known to the rules', async () => {
    const rep = await scene.person('rita', 'rep');
    const record = { object: 'order', id: await order({ at: '2020-01-01T00:00:00Z' }) };
    await scene.start('acting', { record, actor: rep });
    await scene.drain();
    await scene.start('system', { record, actor: rep }, { record, actor: scene.acme.administrator });
    await scene.drain();
    expect(await outputs('system', 'who')).toEqual([
      { id: rep, rep: true },
      { id: scene.acme.administrator, rep: false },
    ]);
    expect(await outputs('acting', 'who')).toEqual([{ id: rep, mail: 'rita@acme.example', zone: 'Asia/Shanghai', rep: true, late: true }]);
  });
});
