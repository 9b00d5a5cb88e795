// Waiting: for a time, a condition over the record, an event, another automation; and what wakes a run.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { tellEvent } from '@tessera/workflow';
import { label, shop, shopScene, v, type Shop } from './interpreter-scene.ts';

const when = (name: string) => ({ when: { '==': [v('stage'), name] } });
const hour = 3_600_000;
const told = { type: 'set', order: 2, values: { stage: { cat: ['by ', v('$steps.pause.reason')] } } };

const layer = shop(
  {
    timed: { ...when('timed'), steps: { pause: { order: 1, type: 'wait', for: 'PT2H' }, told } },
    until: { ...when('until'), steps: { pause: { order: 1, type: 'wait', until: v('$record.at'), for: 'P30D' }, told } },
    dated: { ...when('dated'), steps: { pause: { order: 1, type: 'wait', until: v('$record.due') }, told } },
    office: { ...when('office'), steps: { pause: { order: 1, type: 'wait', for: 'PT1H', calendar: 'weekdays' }, told } },
    condition: {
      ...when('condition'),
      steps: { pause: { order: 1, type: 'wait', condition: { '>': [v('$record.amount'), 10] }, event: 'paid', for: 'P1D' }, told },
    },
    caller: {
      ...when('caller'),
      steps: {
        ask: { order: 1, type: 'call', automation: 'helper', values: { word: 'hello' } },
        after: { order: 2, type: 'create', object: 'entry', values: { text: 'after' } },
      },
    },
    starter: {
      ...when('starter'),
      steps: {
        ask: { order: 1, type: 'call', automation: 'helper', values: { word: 'hello' }, wait: false },
        after: { order: 2, type: 'create', object: 'entry', values: { text: 'at once' } },
      },
    },
    helper: {
      trigger: { type: 'called', inputs: { word: { type: 'text', required: true } } },
      steps: {
        pause: { order: 1, type: 'wait', for: 'PT1H' },
        check: { order: 2, when: { '<': [v('$record.amount'), 0] }, type: 'fail', message: { en: 'Negative.' } },
        tell: { order: 3, type: 'create', object: 'entry', values: { text: { cat: [v('$inputs.word'), ' ', v('$record.code')] } } },
      },
    },
    each: {
      ...when('each'),
      steps: {
        lines: {
          order: 1,
          type: 'forEach',
          object: 'line',
          where: { '==': [v('order'), v('$record')] },
          steps: {
            ask: { order: 1, type: 'call', automation: 'ofLine', record: v('$item') },
            tell: { order: 2, type: 'create', object: 'entry', values: { line: v('$item'), text: v('$item.state') } },
          },
        },
      },
    },
    ofLine: { object: 'line', trigger: { type: 'called' }, steps: { mark: { type: 'set', values: { state: 'seen' } } } },
  },
  {
    'settings.json': { timeZone: 'UTC' },
    'calendars/weekdays.json': {
      name: 'weekdays',
      hours: {
        monday: ['09:00-17:00'],
        tuesday: ['09:00-17:00'],
        wednesday: ['09:00-17:00'],
        thursday: ['09:00-17:00'],
        friday: ['09:00-17:00'],
      },
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
const stage = async (id: string): Promise<unknown> => (await scene.acme.read('order', id, 'stage'))?.['stage'];
const states = async (automation?: string) => (await scene.runs(automation)).map(({ state }) => state);
const timers = async () => (await scene.engine.sql(`select count(*)::int as n from ${scene.acme.schema}._timer`))[0]?.['n'];

describe('wait', () => {
  it('lasts its time, and says that it was that', async () => {
    const id = await order({ stage: 'timed' });
    await scene.drain();
    expect(await states()).toEqual(['waiting']);
    await scene.drain(hour);
    expect(await stage(id)).toBe('timed');
    await scene.drain(2 * hour + 60_000);
    expect(await stage(id)).toBe('by for');
    expect(await scene.steps('timed')).toEqual(['pause:waiting pause:done told:done']);
    expect(await timers()).toBe(0);
  });

  it('ends at an instant, or with the start of a day, the sooner of two', async () => {
    const at = new Date(Date.now() + 3 * hour).toISOString();
    const day = new Date(Date.now() + 48 * hour).toISOString().slice(0, 10);
    const [first, second, none] = [
      await order({ stage: 'until', at }),
      await order({ stage: 'dated', due: day }),
      await order({ stage: 'dated' }),
    ];
    await scene.drain();
    expect(await stage(none)).toBe('by until');
    await scene.drain(3 * hour + 60_000);
    expect([await stage(first), await stage(second)]).toEqual(['by until', 'dated']);
    await scene.drain(Date.parse(day) - Date.now() - 60_000);
    expect(await stage(second)).toBe('dated');
    await scene.drain(Date.parse(day) - Date.now() + 60_000);
    expect(await stage(second)).toBe('by until');
  });

  it('counts working time where it names a calendar', async () => {
    await order({ stage: 'office' });
    await scene.drain();
    const [timer] = await scene.engine.sql(
      `select extract(isodow from due_at at time zone 'UTC')::int as day, extract(hour from due_at at time zone 'UTC')::int as hour from ${scene.acme.schema}._timer`,
    );
    expect(timer?.['day']).toBeLessThanOrEqual(5);
    expect(timer?.['hour']).toBeGreaterThanOrEqual(9);
    expect(timer?.['hour']).toBeLessThanOrEqual(17);
  });

  it('ends when a write makes its condition hold, and not by other writes', async () => {
    const [id, other] = [await order({ stage: 'condition', amount: 1 }), await order({ stage: 'condition', amount: 1 })];
    await scene.drain();
    await scene.acme.update('order', id, { amount: 5 });
    await scene.drain();
    expect(await states()).toEqual(['waiting', 'waiting']);
    await scene.acme.update('order', id, { amount: 50 });
    await scene.drain();
    expect([await stage(id), await stage(other)]).toEqual(['by condition', 'condition']);
    expect(await timers()).toBe(1);
    expect((await scene.steps('condition'))[0]).toBe('pause:waiting pause:done told:done');
  });

  it('is over at once where the condition holds already', async () => {
    const id = await order({ stage: 'condition', amount: 11 });
    await scene.drain();
    expect(await stage(id)).toBe('by condition');
  });

  it('ends when its event is told for the record', async () => {
    const [id, other] = [await order({ stage: 'condition', amount: 1 }), await order({ stage: 'condition', amount: 1 })];
    await scene.drain();
    const tell = (event: string) => scene.within((session) => tellEvent(session, 'order', [id], event));
    expect(await tell('lost')).toBe(0);
    expect(await tell('paid')).toBe(1);
    await scene.drain();
    expect([await stage(id), await stage(other)]).toEqual(['by event', 'condition']);
  });

  it('is given up where the record is deleted meanwhile', async () => {
    const id = await order({ stage: 'timed' });
    await scene.drain();
    await scene.acme.remove('order', id);
    await scene.drain(2 * hour + 60_000);
    expect((await scene.runs()).map(({ state, code }) => `${state} ${code ?? ''}`)).toEqual(['cancelled RECORD_NOT_FOUND']);
  });
});

describe('call', () => {
  it('waits for the end of what it has called', async () => {
    await order({ stage: 'caller', code: 'X' });
    await scene.drain();
    expect(await states()).toEqual(['waiting', 'waiting']);
    await scene.drain(hour + 60_000);
    expect((await scene.records('entry', 'text', 'order by id')).map(({ text }) => text)).toEqual(['hello X', 'after']);
    expect(await states()).toEqual(['done', 'done']);
    const [run] = await scene.engine.sql(`select chain from ${scene.acme.schema}._run where automation = 'helper'`);
    expect(run).toEqual({ chain: ['caller'] });
  });

  it('goes on at once where it is told to', async () => {
    await order({ stage: 'starter', code: 'X' });
    await scene.drain();
    expect((await scene.records('entry', 'text')).map(({ text }) => text)).toEqual(['at once']);
    await scene.drain(hour + 60_000);
    expect((await scene.records('entry', 'text', 'order by id')).map(({ text }) => text)).toEqual(['at once', 'hello X']);
  });

  it('fails with what it has called, and both go on when it is retried', async () => {
    const id = await order({ stage: 'caller', code: 'X', amount: -1 });
    await scene.drain(hour + 60_000);
    await scene.drain(3 * hour);
    const [caller] = await scene.runs('caller');
    expect(caller).toMatchObject({ state: 'failed', code: 'RUN_CALL_FAILED', position: 'ask' });
    expect(await states('helper')).toEqual(['failed']);
    await scene.acme.update('order', id, { amount: 1 });
    await scene.acme.run('runs.retry', { id: caller?.id ?? '' });
    await scene.drain(3 * hour);
    expect(await states()).toEqual(['done', 'done']);
    expect((await scene.records('entry', 'text', 'order by id')).map(({ text }) => text)).toEqual(['hello X', 'after']);
  });

  it('fails where what it has called is given up, and calls anew when it is retried', async () => {
    await order({ stage: 'caller', code: 'X' });
    await scene.drain();
    const [helper] = await scene.runs('helper');
    await scene.acme.run('runs.cancel', { id: helper?.id ?? '' });
    await scene.drain();
    const [caller] = await scene.runs('caller');
    expect(caller).toMatchObject({ state: 'failed', code: 'RUN_CALL_FAILED' });
    await scene.acme.run('runs.retry', { id: caller?.id ?? '' });
    await scene.drain(2 * hour);
    await scene.drain(4 * hour);
    expect([...(await states('helper'))].sort()).toEqual(['cancelled', 'done']);
    expect(await states('caller')).toEqual(['done']);
  });

  it('calls for each item, and waits for all of them', async () => {
    await order({ stage: 'each', lines: [1, 2, 3].map((qty) => ({ qty })) });
    await scene.drain();
    expect([...(await states())].sort()).toEqual(['done', 'done', 'done', 'done']);
    expect((await scene.records('entry', 'text')).map(({ text }) => text)).toEqual(['seen', 'seen', 'seen']);
  });
});

describe('a run that began with what has changed', () => {
  const steps = { pause: { order: 1, type: 'wait', condition: { '>': [v('credit'), 10] } }, end: { type: 'set', values: { taken: true } } };
  const pauses = { name: 'pauses__c', object: 'account', runAs: 'system', trigger: { type: 'record', on: ['create'] }, steps };

  it('looks for itself where no automation waits for such records any more', async () => {
    await scene.acme.apply({ 'automations/pauses__c.json': pauses });
    const id = await scene.acme.create('account', { name: 'A' });
    await scene.drain();
    await scene.acme.apply({ 'automations/pauses__c.json': null });
    await scene.drain();
    expect(await states()).toEqual(['waiting']);
    await scene.acme.update('account', id, { credit: 11 });
    await scene.drain(hour);
    expect([await states(), await scene.acme.read('account', id, 'taken')]).toEqual([['done'], { taken: true }]);
  });

  it('waits by the calendar as it is by now', async () => {
    const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
    const working = (...some: readonly string[]) => ({
      'calendars/shift__c.json': { name: 'shift__c', hours: Object.fromEntries(some.map((day) => [day, ['00:00-24:00']])) },
    });
    const yesterday = days[(new Date().getUTCDay() + 6) % 7] ?? '';
    const pause = { type: 'wait', order: 1, for: 'PT1H', calendar: 'shift__c' };
    await scene.acme.apply({ ...working(yesterday), 'automations/pauses__c.json': { ...pauses, steps: { ...steps, pause } } });
    await scene.acme.create('account', { name: 'A' });
    await scene.drain();
    await scene.acme.apply(working(...days));
    await scene.drain(2 * hour);
    expect(await states()).toEqual(['done']);
  });

  it('goes on with what is called otherwise by now', async () => {
    const thing = (name: string, state: string, from: Record<string, unknown> = {}) => ({
      ...{ name, plural: `${name}s`, label, sharing: 'publicReadWrite', ...from },
      fields: {
        name: { type: 'text' },
        of__c: { type: 'lookup', to: name },
        [state]: { type: 'text', ...('renamedFrom' in from ? { renamedFrom: ['state__c'] } : {}) },
      },
    });
    const mark = { type: 'update', order: 2, record: v('$item'), values: { state__c: { cat: ['was ', v('$old.state__c')] } } };
    const made = { type: 'update', order: 3, record: v('$steps.make'), values: { state__c: 'done' } };
    const each = { type: 'forEach', order: 2, object: 'thing__c', where: { '==': [v('of__c'), v('$record')] } };
    const goesOn = {
      ...{ ...pauses, name: 'goesOn__c', object: 'thing__c', trigger: { type: 'record', on: ['update'], changed: ['name'] } },
      steps: {
        make: { type: 'create', order: 1, object: 'thing__c', values: { name: 'made' } },
        parts: { ...each, steps: { pause: { type: 'wait', order: 1, for: 'P1D' }, mark, made } },
      },
    };
    await scene.acme.apply({ 'objects/thing__c.json': thing('thing__c', 'state__c'), 'automations/goesOn__c.json': goesOn });
    const id = await scene.acme.create('thing__c', { name: 'whole', state__c: 'old' });
    await scene.acme.create('thing__c', { name: 'part', of__c: id });
    await scene.acme.update('thing__c', id, { name: 'other', state__c: 'new' });
    await scene.drain();
    const stuff = thing('stuff__c', 'status__c', { renamedFrom: ['thing__c'] });
    await scene.acme.apply({ 'objects/thing__c.json': null, 'objects/stuff__c.json': stuff });
    await scene.drain(25 * hour);
    expect((await scene.runs()).map(({ state, message }) => `${state} ${message ?? ''}`)).toEqual(['done ']);
    expect((await scene.records('stuff__c', 'name, status__c', 'order by name')).map((row) => Object.values(row).join(' '))).toEqual([
      'made done',
      'other new',
      'part was old',
    ]);
  });
});
