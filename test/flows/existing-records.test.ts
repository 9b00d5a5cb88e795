// Records that are there when a clock or a stage flow comes or changes: a walk behind the commit gives them what they would have had.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const hour = 3_600_000;
const begin = Date.parse('2030-01-07T09:00:00Z');
const time = (hours: number): string => new Date(begin + hours * hour).toISOString();
const is = (status: string): Json => ({ '==': [{ var: 'status' }, status] });

const help = pack('help', {
  desk: { fields: { running: { type: 'number', scale: 0 } } },
  ticket: {
    sharing: 'private',
    fields: {
      status: { type: 'picklist', options: { open: { order: 1 }, waiting: { order: 2 }, done: { order: 3 } }, history: true },
      desk: { type: 'lookup', to: 'desk', inverse: 'tickets' },
    },
  },
  log: { fields: { ticket: { type: 'lookup', to: 'ticket', inverse: 'logs' } } },
});

const clock = (name: string, more: Json = {}): Json => ({
  [`clocks/${name}.json`]: {
    ...{ name, object: 'ticket', start: is('open'), pause: is('waiting'), stop: is('done'), target: 'PT10H' },
    ...{ thresholds: { half: { at: 0.5 }, late: { at: 1 } }, ...more },
  },
});
const told = (of: string, threshold = 'half'): Json => ({
  'automations/told__c.json': {
    name: 'told__c',
    object: 'ticket',
    runAs: 'system',
    trigger: { type: 'clock', clock: of, threshold },
    steps: { log: { type: 'create', object: 'log', values: { name: { var: '$record.name' }, ticket: { var: '$record.id' } } } },
  },
});
/** Would start for each record if the walk were a write of theirs. */
const onChange: Json = {
  'automations/changed__c.json': {
    name: 'changed__c',
    object: 'ticket',
    runAs: 'system',
    trigger: { type: 'record', on: ['update'] },
    steps: { log: { type: 'create', object: 'log', values: { name: 'changed', ticket: { var: '$record.id' } } } },
  },
};

let scene: TestEngine;
let acme: TestTenant;
let now = begin;

beforeAll(async () => {
  scene = await testEngine({ engine: { clock: { now: () => now } } });
  acme = await scene.tenant('acme', [help]);
});
afterAll(() => scene.close());

const drained = async (hours: number): Promise<void> => {
  now = begin + hours * hour;
  await scene.engine.drain('acme', now);
};
const ticket = (name: string, status: string, more: Json = {}) => acme.create('ticket', { name, status, ...more });
const timers = async (like: string) => {
  const rows = await scene.sql(`select key, due_at from ${acme.schema}._timer where key like $1 order by key`, [like]);
  return rows.map((row) => [String(row['key']).split('/').slice(1).join(' '), (Number(row['due_at']) - begin) / hour] as const);
};
const logs = async () => (await scene.sql(`select name from ${acme.schema}.log order by name`)).map(({ name }) => name);
const standing = async (id: string, name: string) =>
  Object.values((await acme.read('ticket', id, `${name}State__c`, `${name}Due__c`, `${name}Cycle__c`, 'version')) ?? {});

describe('a clock', () => {
  let open: string;
  let waiting: string;

  it('that is new begins for them, as nobody’s write', async () => {
    const desk = await acme.create('desk', { name: 'first' });
    open = await ticket('open', 'open', { desk });
    waiting = await ticket('waiting', 'waiting');
    const done = await ticket('done', 'done');
    const many = Array.from({ length: 600 }, (_, i) => ({ name: `n${String(i)}`, status: 'done' }));
    await acme.run('records.create', { object: 'ticket', records: many });
    const last = await ticket('last', 'open');
    await drained(1);
    const count = { of: 'tickets', function: 'count', where: { '==': [{ var: 'fixState__c' }, 'running'] } };
    const running = { running__c: { type: 'rollup', label: { en: 'Running' }, aggregate: count } };
    await acme.apply({ ...clock('fix__c'), ...told('fix__c'), ...onChange, 'extensions/desk.json': { extends: 'desk', fields: running } });
    await drained(2);
    expect(await standing(open, 'fix')).toEqual(['running', time(12), 1, 1]);
    expect((await standing(last, 'fix'))[0]).toBe('running');
    expect(await standing(done, 'fix')).toEqual([null, null, null, 1]);
    expect((await standing(waiting, 'fix'))[0]).toBe(null);
    expect(await acme.read('desk', desk, 'running__c')).toEqual({ running__c: 1 });
    const cycles = await scene.sql(
      `select record_id, state, cycle::int as cycle from ${acme.schema}.ticket_clock_cycle order by record_id`,
    );
    expect(cycles).toEqual([open, last].map((id) => ({ record_id: id, state: 'running', cycle: 1 })));
    expect(await timers('clock/%')).toEqual(
      [open, last].flatMap((id) => [
        [`fix__c ${id} 1 half`, 7],
        [`fix__c ${id} 1 late`, 12],
      ]),
    );
    expect([await timers('settleClock/%'), await logs()]).toEqual([[], []]);
  });

  it('that has another name keeps its state and its timers', async () => {
    await drained(3);
    await acme.apply({
      'clocks/fix__c.json': null,
      ...clock('mend__c', { renamedFrom: ['fix__c'] }),
      ...told('mend__c'),
      'extensions/desk.json': null,
    });
    expect(await timers('clock/%')).toEqual([]);
    await drained(4);
    expect(await standing(open, 'mend')).toEqual(['running', time(12), 1, 1]);
    expect((await timers(`clock/%${open}%`)).map(([key, due]) => [key, due])).toEqual([
      [`mend__c ${open} 1 half`, 7],
      [`mend__c ${open} 1 late`, 12],
    ]);
    await drained(7.5);
    expect(await logs()).toEqual(['last', 'open']);
  });

  it('whose thresholds are others tells of what is still to come', async () => {
    await acme.apply(clock('mend__c', { renamedFrom: ['fix__c'], thresholds: { half: { at: 0.5 }, most: { at: 0.8 } } }));
    await drained(8);
    expect((await timers(`clock/%${open}%`)).filter(([key]) => key.includes('most'))).toEqual([[`mend__c ${open} 1 most`, 10]]);
    await drained(11);
    expect(await logs()).toEqual(['last', 'open']);
    await acme.apply({ 'clocks/mend__c.json': null, 'automations/told__c.json': null, 'automations/changed__c.json': null });
    expect(await timers('clock/%')).toEqual([]);
  });
});

describe('a stage flow', () => {
  it('that is new knows since when they are in their stages, and keeps that', async () => {
    now = begin + 20 * hour;
    const id = await ticket('staged', 'open');
    now = begin + 22 * hour;
    await acme.update('ticket', id, { status: 'waiting' });
    const fresh = await ticket('fresh', 'open');
    const none = await acme.create('ticket', { name: 'none' });
    now = begin + 30 * hour;
    await acme.apply({
      'stageFlows/flow__c.json': {
        name: 'flow__c',
        object: 'ticket',
        field: 'status',
        creation: 'any',
        stages: { open: {}, waiting: {}, done: {} },
      },
    });
    await drained(31);
    const since = async (record: string) => (await acme.read('ticket', record, 'statusSince', 'version')) ?? {};
    expect(await since(id)).toEqual({ statusSince: time(22), version: 2 });
    expect([await since(fresh), await since(none)]).toMatchObject([{ statusSince: time(22) }, { statusSince: null }]);
    await acme.update('ticket', id, { status: 'done' });
    const rows = await scene.sql(
      `select "from", "to", since, until from ${acme.schema}.ticket_stage_change where record_id = $1 order by since`,
      [id],
    );
    expect(rows).toEqual([
      { from: null, to: 'waiting', since: new Date(time(22)), until: new Date(time(31)) },
      { from: 'waiting', to: 'done', since: new Date(time(31)), until: null },
    ]);
    const [all] = await scene.sql(`select count(*)::int as n from ${acme.schema}.ticket where status is not null and status_since is null`);
    expect(all).toEqual({ n: 0 });
  });
});
