// Automations at a time: timers follow the dates of records, are looked at once more when they are due, and follow the metadata.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import { automationScene, type AutomationScene } from './automations-scene.ts';

const visit: Json = {
  name: 'visit',
  plural: 'visits',
  label: { en: 'Visit' },
  sharing: 'private',
  fields: {
    day: { type: 'date' },
    at: { type: 'datetime' },
    done: { type: 'boolean' },
    account: { type: 'lookup', to: 'account' },
  },
};

const files: Json = {
  'settings.json': { timeZone: 'Asia/Shanghai' },
  'calendars/office.json': {
    name: 'office',
    hours: Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => [day, ['09:00-17:00']])),
  },
  'objects/visit.json': visit,
};

const timed = (name: string, trigger: Json, rest: Json = {}): Json => ({
  [`automations/${name}.json`]: {
    name,
    object: 'visit',
    runAs: 'system',
    trigger: { type: 'atTime', ...trigger },
    steps: { tell: { type: 'create', object: 'task', values: { name: { cat: [name, ' ', { var: 'name' }] } } } },
    ...rest,
  },
});

const open = { when: { '!': [{ var: 'done' }] } };
const without = (...names: readonly string[]): Json => Object.fromEntries(names.map((name) => [`automations/${name}.json`, null]));

let scene: AutomationScene;

beforeAll(async () => {
  scene = await automationScene(files);
});
afterAll(() => scene.close());
afterEach(async () => {
  await scene.sql(`delete from ${scene.acme.schema}.visit`);
  await scene.clear();
});

const create = (values: Json) => scene.admin.create('visit', { name: 'v', ...values });
const due = async () => (await scene.timers('atTime')).map((timer) => String(timer['due']));

describe('a date of a record', () => {
  beforeAll(() => scene.acme.apply(timed('remind__c', { before: 'P2D', of: 'day', at: '08:30' }, open)));
  afterAll(() => scene.acme.apply(without('remind__c')));

  it('sets a timer by the clocks of the tenant, moves it and takes it away', async () => {
    const id = await create({ day: '2031-05-10' });
    expect(await due()).toEqual(['2031-05-08 00:30']);
    await scene.admin.update('visit', id, { day: '2031-06-10' });
    expect(await due()).toEqual(['2031-06-08 00:30']);
    await scene.admin.update('visit', id, { name: 'other' });
    expect(await due()).toEqual(['2031-06-08 00:30']);
    await scene.admin.update('visit', id, { done: true });
    expect(await due()).toEqual([]);
    await scene.admin.update('visit', id, { done: false });
    await scene.admin.update('visit', id, { day: null });
    expect(await due()).toEqual([]);
  });

  it('starts a run when it is due, once, unless the record has changed past all writes', async () => {
    const [id] = [await create({ name: 'one', day: '2031-05-10' }), await create({ name: 'two', day: '2031-05-11' })];
    await scene.settle('2031-05-08T00:29:00Z');
    expect(await scene.tasks()).toEqual([]);
    await scene.settle('2031-05-08T00:31:00Z');
    expect([await scene.tasks(), await due()]).toEqual([['remind__c one'], ['2031-05-09 00:30']]);
    await scene.admin.update('visit', id, { name: 'again' });
    expect(await due()).toEqual(['2031-05-09 00:30']);
    // Behind the back of all: what is due is looked at once more.
    await scene.sql(`update ${scene.acme.schema}.visit set done = true where name = 'two'`);
    await scene.settle('2031-05-09T01:00:00Z');
    expect([await scene.tasks(), await due()]).toEqual([['remind__c one'], []]);
  });

  it('is due at once where its time is over when it is set, and not when the record comes back', async () => {
    const id = await create({ name: 'late', day: '2020-01-01' });
    await scene.settle();
    expect(await scene.tasks()).toEqual(['remind__c late']);
    await scene.admin.remove('visit', id);
    await scene.sql(`delete from ${scene.acme.schema}._run`);
    const why = async () => (await scene.admin.run('automations.explain', { automation: 'remind__c', record: id })).why;
    expect(await why()).toBe('The record is in the bin: nothing is due of it.');
    await scene.admin.run('records.restore', { object: 'visit', ids: [id] });
    expect([await due(), await why()]).toEqual([[], 'That time was over when the record came back, and is not made up for.']);
    const later = await create({ day: '2031-05-10' });
    await scene.admin.remove('visit', later);
    expect(await due()).toEqual([]);
    await scene.admin.run('records.restore', { object: 'visit', ids: [later] });
    expect(await due()).toEqual(['2031-05-08 00:30']);
  });

  it('never comes where it lies behind all years, and has always been where it lies before them', async () => {
    await create({ name: 'ever', day: '9999-12-31', at: '9999-12-31T23:59:59Z' });
    await create({ name: 'never', day: '0001-01-01', at: '0001-01-01T00:00:00Z' });
    await scene.acme.apply(timed('follow__c', { after: 'P1Y', of: 'at' }, { existing: 'catchUp' }));
    const id = await create({ name: 'later', at: '9999-12-31T23:59:59Z' });
    await scene.settle();
    expect(await scene.tasks()).toEqual(['remind__c never', 'follow__c never']);
    const told = await scene.admin.run('automations.explain', { automation: 'follow__c', record: id });
    expect(told).toMatchObject({ starts: false, why: 'at lies so late that it never comes.' });
    await scene.acme.apply(without('follow__c'));
  });

  it('comes to an end where an automation sets it again and again', async () => {
    const again = { s: { type: 'set', values: { at: { dateAdd: [{ var: 'at' }, 'PT1S'] } } } };
    await scene.acme.apply(timed('again__c', { of: 'at' }, { steps: again }));
    await create({ at: '2020-01-01T00:00:00Z' });
    await scene.settle();
    expect((await scene.runs()).length).toBe(50);
    const { failed } = await scene.admin.run('jobs.list', {});
    expect(failed).toMatchObject([{ kind: 'timer', error: { code: 'AUTOMATION_LIMIT' } }]);
    await scene.acme.apply(without('again__c'));
  });

  it('does not wait for a record in other hands, and comes back for it', async () => {
    const id = await create({ name: 'held', day: '2031-05-10' });
    await create({ name: 'free', day: '2031-05-10' });
    await scene.sql('begin');
    try {
      await scene.sql(`select id from ${scene.acme.schema}.visit where id = $1 for update`, [id]);
      await scene.settle('2031-05-08T01:00:00Z');
    } finally {
      await scene.sql('rollback');
    }
    expect([await scene.tasks(), await due()]).toEqual([['remind__c free'], ['2031-05-08 01:00']]);
    await scene.settle('2031-05-08T01:00:02Z');
    expect([await scene.tasks(), await due()]).toEqual([['remind__c free', 'remind__c held'], []]);
  });

  it('costs two statements for a thousand records', async () => {
    const write = (count: number) => () =>
      scene.admin.run('records.create', {
        object: 'visit',
        records: Array.from({ length: count }, (_, i) => ({ name: String(i), day: '2031-05-10' })),
      });
    await write(2)();
    const [few, many] = [await scene.statements(write(2)), await scene.statements(write(1000))];
    expect(many).toHaveLength(few.length);
    expect(await due()).toHaveLength(1004);
    const plain = await scene.statements(() =>
      scene.admin.run('records.create', { object: 'visit', records: [{ name: 'x' }, { name: 'y' }] }),
    );
    expect(few.length - plain.length).toBe(2);
  });
});

describe('durations', () => {
  it('count months and days by the calendar, and working time by its hours', async () => {
    await scene.acme.apply({
      ...timed('month__c', { after: 'P1M', of: 'day' }),
      ...timed('work__c', { after: 'PT10H', of: 'at', calendar: 'office' }),
      ...timed('days__c', { before: 'P1D', of: 'at', calendar: 'office' }),
      ...timed('itself__c', { of: 'at' }),
    });
    // A Friday, 16:00 in Shanghai.
    await create({ day: '2031-01-31', at: '2031-01-31T08:00:00Z' });
    expect((await scene.timers('atTime')).map(({ key, due: time }) => `${String(key).split('/')[1] ?? ''} ${String(time)}`)).toEqual([
      'days__c 2031-01-30 08:00',
      'itself__c 2031-01-31 08:00',
      // One hour on Friday, eight on Monday, one on Tuesday.
      'work__c 2031-02-04 02:00',
      'month__c 2031-02-27 16:00',
    ]);
    await scene.acme.apply(without('month__c', 'work__c', 'days__c', 'itself__c'));
    expect(await scene.timers()).toEqual([]);
  });
});

describe('what cannot be known from the record alone', () => {
  it('is asked when it is time, not when the record is written', async () => {
    await scene.acme.apply(timed('open__c', { of: 'day' }, { when: { '==': [{ var: 'account.status' }, 'open'] } }));
    const account = await scene.acme.create('account', { name: 'x', status: 'closed' });
    await create({ name: 'one', day: '2031-05-10', account });
    expect(await due()).toHaveLength(1);
    await scene.acme.update('account', account, { status: 'open' });
    await scene.settle('2031-05-10T00:00:00Z');
    expect(await scene.tasks()).toEqual(['open__c one']);
    await scene.acme.apply(without('open__c'));
  });
});
