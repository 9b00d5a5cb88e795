// Whose rights a run has: those of the person who caused it, as they are at the time of each step; or the platform's.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { label, shop, shopScene, v, type Shop } from './interpreter-scene.ts';

const called = { trigger: { type: 'called' } };

/** What it finds and writes; the same with two kinds of rights. */
const looking = {
  ...called,
  steps: {
    found: { order: 1, type: 'find', object: 'account', sort: { code: {} } },
    tell: {
      order: 2,
      type: 'create',
      object: 'entry',
      values: {
        order: v('$record'),
        text: { cat: [v('$steps.found.code'), '/', v('$record.account.code')] },
        number: { aggregate: { of: { object: 'account' }, function: 'count' } },
      },
    },
  },
};

const layer = shop(
  {
    asPerson: { ...looking, runAs: 'user' },
    asSystem: { ...looking, runAs: 'system' },
    raisePerson: { ...called, runAs: 'user', steps: { raise: { type: 'update', record: v('$record.account'), values: { credit: 7 } } } },
    raiseSystem: { ...called, runAs: 'system', steps: { raise: { type: 'update', record: v('$record.account'), values: { credit: 7 } } } },
    keepPerson: { ...called, runAs: 'user', steps: { keep: { type: 'set', values: { kept: 'x', sealed: 'x' } } } },
    keepSystem: { ...called, runAs: 'system', steps: { keep: { type: 'set', values: { kept: 'x', sealed: 'x' } } } },
    markSystem: {
      ...called,
      runAs: 'system',
      steps: {
        mark: { type: 'set', values: { stage: { cat: [{ if: [{ '==': [v('$record.stage'), null] }, '', v('$record.stage')] }, 'x'] } } },
      },
    },
    onMark: {
      runAs: 'user',
      trigger: { type: 'record', on: ['update'], changed: ['stage'], moment: 'beforeSave' },
      steps: {
        first: { order: 1, type: 'find', object: 'account', sort: { code: {} } },
        tell: { order: 2, type: 'set', values: { code: v('$steps.first.code') } },
      },
    },
    hidden: { ...called, runAs: 'user', steps: { read: { type: 'let', values: { x: v('$record.margin') } } } },
    given: {
      object: undefined,
      runAs: 'user',
      trigger: { type: 'called', inputs: { account: { type: 'lookup', to: 'account' } } },
      steps: { read: { type: 'let', values: { id: v('$inputs.account'), code: v('$inputs.account.code') } } },
    },
    slow: {
      ...called,
      runAs: 'user',
      steps: {
        wait: { order: 1, type: 'wait', for: 'PT1H' },
        tell: { order: 2, type: 'create', object: 'entry', values: { order: v('$record'), text: 'after' } },
      },
    },
    forEachOwn: {
      ...called,
      runAs: 'user',
      steps: {
        each: {
          type: 'forEach',
          object: 'account',
          steps: { tell: { type: 'create', object: 'entry', values: { text: v('$item.code') } } },
        },
      },
    },
  },
  {
    'roles/seller.json': {
      name: 'seller',
      label,
      objects: {
        account: { read: true, create: true, update: true, fields: { '*': 'edit' } },
        order: { read: true, create: true, update: true, fields: { '*': 'edit', margin: 'none' } },
        entry: { read: true, create: true, update: true, fields: { '*': 'edit' } },
      },
    },
    'roles/guest.json': { name: 'guest', label, objects: { order: { read: true, fields: { '*': 'read' } } } },
  },
);

let scene: Shop;
let seller: string;
let theirs: string;
let order: { object: string; id: string };

beforeAll(async () => {
  scene = await shopScene(layer);
  seller = await scene.person('sam', 'seller');
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

/** An account of the seller's, one of the administrator's, and an order of the latter. */
async function world(): Promise<void> {
  await scene.acme.create('account', { name: 'Hidden', code: 'a-hidden' });
  theirs = await scene.acme.create('account', { name: 'Own', code: 'b-own', owner: seller });
  const hidden = (await scene.records('account', 'id', `and code = 'a-hidden'`))[0]?.['id'];
  order = { object: 'order', id: await scene.acme.create('order', { amount: 5, margin: 1, account: String(hidden) }) };
}

const runOnce = async (automation: string, more: object = {}): Promise<string> => {
  const [id] = await scene.start(automation, { record: order, actor: seller, ...more });
  await scene.drain();
  const run = (await scene.runs(automation)).find((each) => each.id === id);
  return `${run?.state ?? ''} ${run?.code ?? ''}`.trim();
};

const entries = () => scene.records('entry', 'text, number::int as number, created_by_id', 'order by id');

describe('a run as the person', () => {
  it('finds, follows and counts only what the person sees, and writes in the person’s name', async () => {
    await world();
    expect(await runOnce('asPerson')).toBe('done');
    expect(await entries()).toEqual([{ text: 'b-own/', number: 1, created_by_id: seller }]);
  });

  it('may write no more than the person', async () => {
    await world();
    expect(await runOnce('raisePerson')).toBe('failed RECORD_NOT_FOUND');
    expect(await scene.records('account', 'code', 'and credit = 7')).toEqual([]);
    await scene.acme.update('order', order.id, { account: theirs });
    expect(await runOnce('raisePerson')).toBe('done');
    expect(await scene.records('account', 'code', 'and credit = 7')).toEqual([{ code: 'b-own' }]);
  });

  it('fails where a rule reads what the person may not', async () => {
    await world();
    expect(await runOnce('hidden')).toBe('failed FIELD_UNKNOWN');
  });

  it('reads of a record that was handed in no more than the person sees', async () => {
    await world();
    const hidden = String((await scene.records('account', 'id', `and code = 'a-hidden'`))[0]?.['id']);
    for (const account of [hidden, theirs]) await scene.start('given', { actor: seller, inputs: { account } });
    await scene.drain();
    const journals = await Promise.all((await scene.runs('given')).map(({ id }) => scene.journal(id)));
    expect(journals.map(([entry]) => JSON.parse(entry?.output ?? '') as unknown)).toEqual([
      { id: hidden, code: null },
      { id: theirs, code: 'b-own' },
    ]);
  });

  it('has them as they are at the time of the step, and fails once the person is no longer active', async () => {
    await world();
    const hour = 3_600_000;
    const after = async (change: Record<string, unknown>): Promise<string> => {
      const [id] = await scene.start('slow', { record: order, actor: seller });
      await scene.drain();
      await scene.acme.update('user', seller, change);
      await scene.drain(hour + 60_000);
      const run = (await scene.runs('slow')).find((each) => each.id === id);
      await scene.acme.update('user', seller, { active: true, roles: ['seller'] });
      return `${run?.state ?? ''} ${run?.code ?? ''}`.trim();
    };
    expect(await after({})).toBe('done');
    expect(await after({ roles: ['guest'] })).toBe('failed OBJECT_UNKNOWN');
    expect(await after({ active: false })).toBe('failed RUN_ACTOR_INACTIVE');
    expect(await entries()).toHaveLength(1);
  });

  it('goes through the records that the person sees', async () => {
    await world();
    expect(await runOnce('forEachOwn')).toBe('done');
    expect((await entries()).map(({ text }) => text)).toEqual(['b-own']);
  });

  it('stands apart from runs of others in the same set', async () => {
    await world();
    await scene.start(
      'asPerson',
      { record: order, actor: seller },
      { record: order, actor: scene.acme.administrator },
      { record: order, actor: seller },
    );
    await scene.drain();
    const texts = (await entries()).map(({ text, created_by_id }) => [text, created_by_id]);
    expect(texts).toEqual(
      expect.arrayContaining([
        ['b-own/', seller],
        ['b-own/', seller],
        ['a-hidden/a-hidden', scene.acme.administrator],
      ]),
    );
  });
});

describe('a run as the system', () => {
  it('sees everything, and names the person as the cause', async () => {
    await world();
    expect(await runOnce('asSystem')).toBe('done');
    expect(await entries()).toEqual([{ text: 'a-hidden/a-hidden', number: 2, created_by_id: seller }]);
    expect(await runOnce('raiseSystem')).toBe('done');
    expect(await scene.records('account', 'code, updated_by_id', 'and credit = 7')).toEqual([{ code: 'a-hidden', updated_by_id: seller }]);
  });

  it('has what it brings about within a write done with the rights of the person', async () => {
    await world();
    expect(await runOnce('markSystem')).toBe('done');
    expect(await scene.acme.read('order', order.id, 'code')).toEqual({ code: 'b-own' });
    expect(await runOnce('markSystem', { actor: scene.acme.administrator })).toBe('done');
    expect(await scene.acme.read('order', order.id, 'code')).toEqual({ code: 'a-hidden' });
    expect(await runOnce('markSystem', { actor: null })).toBe('done');
    expect(await scene.acme.read('order', order.id, 'code')).toEqual({ code: 'a-hidden' });
  });

  it('writes fields that are read-only for people, also for administrators', async () => {
    await world();
    const { administrator } = scene.acme;
    expect(await runOnce('keepPerson', { actor: administrator })).toBe('failed FIELD_READ_ONLY');
    expect(await scene.acme.read('order', order.id, 'kept', 'sealed')).toEqual({ kept: null, sealed: null });
    expect(await runOnce('keepSystem', { actor: administrator })).toBe('done');
    expect(await scene.acme.read('order', order.id, 'kept', 'sealed')).toEqual({ kept: 'x', sealed: 'x' });
  });

  it('is what the platform’s own doings go on as, whatever they say', async () => {
    await world();
    expect(await runOnce('asPerson', { actor: null })).toBe('done');
    expect(await entries()).toEqual([{ text: 'a-hidden/a-hidden', number: 2, created_by_id: null }]);
  });

  it('acts in nobody’s name where nobody caused it', async () => {
    await world();
    expect(await runOnce('asSystem', { actor: null })).toBe('done');
    expect((await entries()).map((entry) => entry['created_by_id'])).toEqual([null]);
  });
});
