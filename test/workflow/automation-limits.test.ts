// How far automations go: levels, chains, runs and records, and what is told where it is too far. And the versions that runs began with.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRecords } from '@tessera/records';
import { failureOf } from '../support/failures.ts';
import { shop, shopScene, v, type Shop } from './interpreter-scene.ts';

const when = (name: string) => ({ '==': [v('stage'), name] });
const afterSave = { trigger: { type: 'record', on: ['create'], moment: 'afterSave' } };

const versioned = (text: string, more: object = {}) => ({
  object: 'order',
  runAs: 'system',
  trigger: { type: 'called' },
  steps: {
    wait: { order: 1, type: 'wait', for: 'PT1H' },
    tell: { order: 2, type: 'create', object: 'entry', values: { text } },
    ...more,
  },
});

const layer = shop({
  down: {
    ...afterSave,
    when: { and: [when('down'), { '<': [v('amount'), 50] }] },
    steps: { next: { type: 'create', object: 'order', values: { stage: 'down', amount: { '+': [v('$record.amount'), 1] } } } },
  },
  onward: {
    trigger: { type: 'record', on: ['create'] },
    when: { and: [when('onward'), { '<': [v('amount'), 100] }] },
    steps: { next: { type: 'create', object: 'order', values: { stage: 'onward', amount: { '+': [v('$record.amount'), 1] } } } },
  },
  alone: { object: undefined, trigger: { type: 'called' }, steps: { x: { type: 'let', values: { x: 1 } } } },
  two: {
    ...afterSave,
    when: when('two'),
    steps: {
      a: { order: 1, type: 'create', object: 'entry', values: { text: 'a' } },
      b: { order: 2, type: 'create', object: 'entry', values: { text: 'b' } },
    },
  },
});

const version = (text: string, more?: object) => ({ 'automations/versioned__c.json': { name: 'versioned__c', ...versioned(text, more) } });

let scene: Shop;
beforeAll(async () => {
  scene = await shopScene(layer);
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

const order = (values: Record<string, unknown>) => scene.acme.create('order', values);

describe('a chain', () => {
  it('goes ten levels deep within a transaction, and no further', async () => {
    await order({ stage: 'down', amount: 40 });
    expect(await scene.records('"order"', 'count(*)::int as n')).toEqual([{ n: 11 }]);
    await scene.clear();
    const failure = await failureOf(order({ stage: 'down', amount: 39 }));
    expect(failure).toMatchObject({
      code: 'AUTOMATION_LIMIT',
      params: { limit: 10, chain: Array.from({ length: 11 }, () => 'down').join(' → ') },
    });
    expect(await scene.records('"order"', 'count(*)::int as n')).toEqual([{ n: 0 }]);
  });

  it('goes fifty levels over jobs, and no further', async () => {
    await order({ stage: 'onward', amount: 50 });
    await scene.drain();
    expect(await scene.records('"order"', 'count(*)::int as n')).toEqual([{ n: 51 }]);
    await scene.clear();
    await order({ stage: 'onward', amount: 49 });
    await scene.drain();
    expect(await scene.records('"order"', 'count(*)::int as n')).toEqual([{ n: 50 }]);
    const failed = (await scene.runs()).filter(({ state }) => state !== 'done');
    expect(failed).toMatchObject([{ state: 'failed', code: 'AUTOMATION_LIMIT', position: 'next' }]);
    expect(failed[0]?.message).toContain('onward → onward');
  });
});

describe('a transaction', () => {
  it('starts ten thousand runs', async () => {
    const start = (count: number) => scene.start('alone', ...Array.from({ length: count }, () => ({})));
    expect(await failureOf(start(10_001))).toMatchObject({ code: 'AUTOMATION_LIMIT', params: { limit: 10_000 } });
    expect(await scene.runs()).toEqual([]);
    expect(await start(3)).toHaveLength(3);
  });

  it('has ten thousand records written by automations', async () => {
    const write = (before: number) =>
      scene.within((session) => {
        session.cause.spent.records = before;
        return createRecords(session, 'order', [{ pointer: '', input: { stage: 'two' } }], { allOrNone: true });
      });
    await write(9_998);
    expect(await failureOf(write(9_999))).toMatchObject({ code: 'AUTOMATION_LIMIT', params: { limit: 10_000, chain: 'two' } });
    expect(await scene.records('entry', 'text', 'order by id')).toEqual([{ text: 'a' }, { text: 'b' }]);
  });
});

describe('the version that a run began with', () => {
  const begin = async (): Promise<void> => {
    const record = { object: 'order', id: await order({}) };
    await scene.start('versioned__c', { record });
    await scene.drain();
  };
  const finish = () => scene.drain(3_700_000);

  it('is the one that it goes on with', async () => {
    await scene.acme.apply(version('old'));
    await begin();
    await scene.acme.apply(version('new'));
    await begin();
    await finish();
    expect((await scene.records('entry', 'text', 'order by text')).map(({ text }) => text)).toEqual(['new', 'old']);
  });

  it('goes on when the automation is there no more', async () => {
    await scene.acme.apply(version('old'));
    await begin();
    await scene.acme.apply({ 'automations/versioned__c.json': null });
    await finish();
    expect((await scene.records('entry', 'text')).map(({ text }) => text)).toEqual(['old']);
  });

  it('fails the run where it no longer fits, with what is wrong, and goes on once it does', async () => {
    await scene.acme.apply({
      'objects/extra__c.json': {
        name: 'extra__c',
        plural: 'extras__c',
        label: { en: 'Extra' },
        fields: { name: { type: 'text', required: false }, word: { type: 'text' } },
      },
      ...version('old', { more: { order: 3, type: 'create', object: 'extra__c', values: { word: 'x' } } }),
    });
    await begin();
    await scene.acme.apply({ 'objects/extra__c.json': null, ...version('new') });
    await finish();
    const [run] = await scene.runs();
    expect(run).toMatchObject({ state: 'failed', code: 'RUN_OUTDATED' });
    const [row] = await scene.engine.sql(`select error->'problems'->0->>'message' as told from ${scene.acme.schema}._run`);
    expect(row?.['told']).toContain('extra__c');
  });
});
