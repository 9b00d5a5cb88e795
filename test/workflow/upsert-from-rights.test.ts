// Sets and allocations as a person makes them: out of what the person sees, written with no more than the person's rights.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { label, shop, shopScene, v, type Shop } from './interpreter-scene.ts';

const called = { trigger: { type: 'called' }, runAs: 'user' };

const sets = {
  type: 'upsert',
  object: 'entry',
  by: 'key',
  from: { object: 'account' },
  values: { key: v('code'), text: v('name'), order: v('$record') },
};

const allocate = {
  type: 'allocate',
  amount: v('amount'),
  over: { object: 'account', sort: { code: {} } },
  capacity: v('credit'),
  into: { object: 'share', by: 'once', amount: 'amount', values: { order: v('$record'), account: v('id') } },
};

const share = {
  name: 'share',
  plural: 'shares',
  label,
  sharing: 'publicReadWrite',
  fields: {
    name: { type: 'autoNumber', format: 'S-{0000}' },
    order: { type: 'lookup', to: 'order', required: true },
    account: { type: 'lookup', to: 'account', required: true },
    amount: { type: 'number', scale: 2 },
  },
  keys: { once: { fields: ['order', 'account'], unique: true } },
};

const edit = { read: true, create: true, update: true, fields: { '*': 'edit' } };

const layer = shop(
  {
    sets: { ...called, steps: { make: sets } },
    clean: { ...called, steps: { make: { ...sets, stale: 'delete', scope: { '==': [v('order'), v('$record')] } } } },
    hide: { ...called, steps: { make: { ...sets, stale: 'void', scope: { '==': [v('order'), v('$record')] } } } },
    spread: { ...called, steps: { make: allocate } },
  },
  {
    'objects/share.json': share,
    'roles/seller.json': { name: 'seller', label, objects: { account: edit, order: edit, entry: edit, share: edit } },
    'roles/keeper.json': { name: 'keeper', label, objects: { order: edit, account: edit, entry: { ...edit, delete: true } } },
    'roles/reader.json': {
      name: 'reader',
      label,
      objects: Object.fromEntries(['account', 'order', 'entry', 'share'].map((name) => [name, { read: true, fields: { '*': 'read' } }])),
    },
  },
);

let scene: Shop;
let order: { object: string; id: string };
let seller: string;
let reader: string;

beforeAll(async () => {
  scene = await shopScene(layer);
  seller = await scene.person('sam', 'seller');
  reader = await scene.person('rita', 'reader');
});
afterAll(() => scene.close());
beforeEach(async () => {
  await scene.acme.create('account', { name: 'Hidden', code: 'a', credit: 50 });
  await scene.acme.create('account', { name: 'Own', code: 'b', credit: 30, owner: seller });
  await scene.acme.create('account', { name: 'Read', code: 'c', credit: 30, owner: reader });
  order = { object: 'order', id: await scene.acme.create('order', { amount: 100 }) };
});
afterEach(async () => {
  await scene.engine.sql(`delete from ${scene.acme.schema}.share`);
  await scene.clear();
});

async function runAs(actor: string, automation: string): Promise<string> {
  await scene.start(automation, { record: order, actor });
  await scene.drain();
  const run = (await scene.runs(automation)).at(-1);
  return `${run?.state ?? ''} ${run?.code ?? ''}`.trim();
}

const keys = async (where = '') => (await scene.records('entry', 'key', `${where} order by key`)).map(({ key }) => key);

describe('a set made as a person', () => {
  it('is made of what the person sees', async () => {
    expect(await runAs(seller, 'sets')).toBe('done');
    expect(await keys()).toEqual(['b']);
    expect(await runAs(seller, 'clean')).toBe('done');
    expect(await keys()).toEqual(['b']);
  });

  it('writes nothing that the person may not write', async () => {
    expect(await runAs(reader, 'sets')).toBe('failed PERMISSION_DENIED');
    expect(await keys()).toEqual([]);
  });

  it('takes nothing away that the person may not delete or change', async () => {
    await scene.acme.create('entry', { key: 'old', order: order.id });
    expect(await runAs(seller, 'clean')).toBe('failed PERMISSION_DENIED');
    expect(await keys()).toEqual(['old']);
    // Whoever may not delete makes nothing void either.
    expect(await runAs(seller, 'hide')).toBe('failed PERMISSION_DENIED');
    expect(await runAs(await scene.person('kim', 'keeper'), 'hide')).toBe('done');
    expect(await keys(`and life_status = 'void'`)).toEqual(['old']);
    await scene.acme.create('entry', { key: 'b', order: order.id });
    const own = await scene.acme.create('entry', { key: 'c', order: order.id });
    await scene.acme.update('entry', own, { text: 'Read' });
    expect(await runAs(reader, 'hide')).toBe('failed PERMISSION_DENIED');
    expect(await keys(`and life_status = 'void'`)).toEqual(['old']);
  });
});

describe('an allocation made as a person', () => {
  const shares = () => scene.records('share', 'amount::float as amount, account_id', 'order by amount');

  it('goes to what the person sees', async () => {
    expect(await runAs(seller, 'spread')).toBe('done');
    expect((await shares()).map(({ amount }) => amount)).toEqual([30]);
  });

  it('writes nothing that the person may not write', async () => {
    expect(await runAs(reader, 'spread')).toBe('failed PERMISSION_DENIED');
    expect(await shares()).toEqual([]);
  });
});
