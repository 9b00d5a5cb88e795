// What a change of metadata means for records and timers that are there already, and schedules, which begin and end with it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import type { Json } from '../support/http-client.ts';
import { automationScene, type AutomationScene } from './automations-scene.ts';

const visit: Json = {
  name: 'visit',
  plural: 'visits',
  label: { en: 'Visit' },
  sharing: 'private',
  fields: { day: { type: 'date' }, done: { type: 'boolean' } },
};

const tell = (name: string, what: unknown): Json => ({
  tell: { type: 'create', object: 'task', values: { name: { cat: [name, ' ', what] } } },
});

const made = (name: string, trigger: Json, rest: Json = {}): Json => ({
  [`automations/${name}.json`]: {
    name,
    object: 'visit',
    runAs: 'system',
    trigger,
    when: { '!': [{ var: 'done' }] },
    steps: tell(name, { var: 'name' }),
    ...rest,
  },
});

const atTime = (name: string, before: string, rest: Json = {}): Json => made(name, { type: 'atTime', before, of: 'day' }, rest);
const off = (name: string): Json => ({ [`automations/${name}.json`]: null });
const catchUp: Json = { existing: 'catchUp' };

let scene: AutomationScene;

beforeAll(async () => {
  scene = await automationScene({ 'settings.json': { timeZone: 'UTC' }, 'objects/visit.json': visit });
});
afterAll(() => scene.close());
afterEach(async () => {
  await scene.sql(`delete from ${scene.acme.schema}.visit`);
  await scene.clear();
});

const due = async (kind = 'atTime') => (await scene.timers(kind)).map((timer) => String(timer['due']));
const create = (values: Json) => scene.admin.create('visit', values);

describe('records that are there already', () => {
  it('are passed over by what is new, or caught up with', async () => {
    await create({ name: 'open', day: '2031-05-10' });
    await create({ name: 'done', day: '2031-05-10', done: true });
    const onCreate = { type: 'record', on: ['create'] };
    await scene.acme.apply({ ...atTime('skips__c', 'P1D'), ...made('passes__c', onCreate) });
    await scene.settle();
    expect([await due(), await scene.tasks()]).toEqual([[], []]);
    await scene.acme.apply({ ...atTime('counts__c', 'P1D', catchUp), ...made('starts__c', onCreate, catchUp) });
    await scene.settle();
    expect([await due(), await scene.tasks()]).toEqual([['2031-05-09 00:00'], ['starts__c open']]);
    // Once: what is applied again is no longer new.
    await scene.acme.apply({ ...made('starts__c', onCreate, { ...catchUp, steps: tell('changed', { var: 'name' }) }) });
    await scene.settle();
    expect(await scene.tasks()).toEqual(['starts__c open']);
    await scene.acme.apply({ ...off('skips__c'), ...off('passes__c'), ...off('counts__c'), ...off('starts__c') });
    expect(await scene.timers()).toEqual([]);
  });

  it('are caught up with in parts, however many there are', async () => {
    const records = Array.from({ length: 1_100 }, (_, i) => ({ name: String(i), day: '2031-05-10' }));
    await scene.admin.run('records.create', { object: 'visit', records });
    await scene.acme.apply(atTime('counts__c', 'P1D', catchUp));
    expect(await due('catchUp')).toHaveLength(1);
    await scene.settle();
    expect([(await due()).length, await due('catchUp')]).toEqual([1_100, []]);
    await scene.acme.apply(off('counts__c'));
    expect(await scene.timers()).toEqual([]);
  });
});

describe('timers that are set', () => {
  it('follow their automation when it changes', async () => {
    await scene.acme.apply(atTime('remind__c', 'P1D'));
    const id = await create({ name: 'one', day: '2031-05-10' });
    await scene.acme.apply(atTime('remind__c', 'P3D'));
    await scene.settle();
    expect(await due()).toEqual(['2031-05-07 00:00']);
    // What is no matter of the time moves nothing.
    await scene.acme.apply(atTime('remind__c', 'P3D', { label: { en: 'Remind' } }));
    expect(await due('retime')).toEqual([]);
    await scene.acme.apply({ 'settings.json': { timeZone: 'Asia/Shanghai' } });
    await scene.settle();
    expect(await due()).toEqual(['2031-05-06 16:00']);
    await scene.acme.apply({ 'settings.json': null, ...atTime('remind__c', 'P3D', { when: { '==': [{ var: 'name' }, 'two'] } }) });
    await scene.settle();
    expect(await due()).toEqual([]);
    await scene.admin.update('visit', id, { name: 'two' });
    expect(await due()).toEqual(['2031-05-07 00:00']);
    await scene.acme.apply(off('remind__c'));
    expect(await scene.timers()).toEqual([]);
  });
});

describe('an automation or object that is called otherwise by now', () => {
  const plan = (name: string, rest: Json = {}): Json => ({
    [`objects/${name}.json`]: { ...visit, name, plural: `${name}s`, fields: { day__c: { type: 'date' } }, ...rest },
  });
  const of = (name: string, object: string, rest: Json = {}): Json => ({
    object,
    when: { '!=': [{ var: 'name' }, null] },
    steps: tell('it', { var: 'name' }),
    ...rest,
    name,
  });
  const reminder = (name: string, object: string, rest: Json = {}): Json =>
    made(name, { type: 'atTime', before: 'P1D', of: 'day__c' }, of(name, object, rest));
  const counter = (name: string, object: string, rest: Json = {}): Json =>
    made(name, { type: 'record', on: ['create'] }, of(name, object, { ...catchUp, ...rest }));

  it('keeps its timers, and catches up with nothing again', async () => {
    await scene.acme.apply({ ...plan('plan__c'), ...reminder('remind__c', 'plan__c'), ...counter('count__c', 'plan__c') });
    await scene.admin.create('plan__c', { name: 'plan', day__c: '2031-05-10' });
    await scene.settle();
    await scene.acme.apply({ 'objects/plan__c.json': null, ...plan('tour__c', { renamedFrom: ['plan__c'] }) });
    await scene.settle();
    expect(await due()).toEqual(['2031-05-09 00:00']);
    await scene.acme.apply({
      ...{ ...off('remind__c'), ...off('count__c') },
      ...reminder('tell__c', 'tour__c', { renamedFrom: ['remind__c'] }),
      ...counter('add__c', 'tour__c', { renamedFrom: ['count__c'] }),
    });
    await scene.settle();
    expect([await due(), await scene.tasks()]).toEqual([['2031-05-09 00:00'], ['it plan']]);
    await scene.settle('2031-05-09T00:01:00Z');
    expect((await scene.runs()).map(({ automation }) => automation)).toEqual(['count__c', 'tell__c']);
  });
});

describe('schedules', () => {
  const daily = { type: 'schedule', cron: '0 8 * * *' };
  let other: Engine;

  beforeAll(async () => {
    other = await createEngine({ cell: scene.cell, log: silentLogger, secret: 'another', clock: scene.clock });
  });
  afterAll(() => other.close());

  it('take their turns over the records of their condition, once, whoever takes them', async () => {
    const now = Date.now();
    const next = new Date(now - (now % 86_400_000) + 32 * 3_600_000 + (now % 86_400_000 < 8 * 3_600_000 ? -86_400_000 : 0));
    await scene.acme.apply(made('daily__c', daily));
    expect(await due('schedule')).toEqual([next.toISOString().slice(0, 16).replace('T', ' ')]);
    await create({ name: 'open' });
    await create({ name: 'done', done: true });
    await Promise.all([scene.engine.drain('acme', next.getTime()), other.drain('acme', next.getTime())]);
    expect(await scene.tasks()).toEqual(['daily__c open']);
    // What was missed meanwhile is one turn.
    const week = next.getTime() + 7 * 86_400_000 + 60_000;
    await Promise.all([scene.engine.drain('acme', week), other.drain('acme', week)]);
    expect(await scene.tasks()).toHaveLength(2);
    expect(await due('schedule')).toEqual([new Date(week + 86_340_000).toISOString().slice(0, 16).replace('T', ' ')]);
  });

  it('move with their cron, and end with the automation', async () => {
    await scene.acme.apply(made('daily__c', daily));
    await scene.acme.apply(made('daily__c', { type: 'schedule', cron: '30 9 * * *', timeZone: 'Asia/Tokyo' }));
    expect((await due('schedule')).map((time) => time.slice(11))).toEqual(['00:30']);
    await scene.acme.apply(off('daily__c'));
    expect(await scene.timers()).toEqual([]);
  });

  it('need no object', async () => {
    const steps = tell('alone', '');
    await scene.acme.apply({ 'automations/alone__c.json': { name: 'alone__c', runAs: 'system', trigger: daily, steps } });
    await scene.settle(new Date(Date.now() + 86_400_000).toISOString());
    expect(await scene.tasks()).toEqual(['alone ']);
    await scene.acme.apply(off('alone__c'));
  });
});
