// Clocks of records: their state with every write, their thresholds when they are due, and the climb from manager to manager.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const v = (name: string): Json => ({ var: name });
const is = (status: string): Json => ({ '==': [v('status'), status] });
const options = (...names: readonly string[]): Json => Object.fromEntries(names.map((name, i) => [name, { order: i }]));

const onThreshold = (clock: string, threshold: string): Json => ({
  name: `${clock}${threshold}`,
  object: 'ticket',
  runAs: 'system',
  trigger: { type: 'clock', clock, threshold },
  steps: {
    log: {
      type: 'create',
      object: 'log',
      values: { name: `${clock} ${threshold}`, ticket: v('$record.id'), level: v('$inputs.level'), person: v('$inputs.person') },
    },
  },
});
const clock = (name: string, more: Json): Json => ({
  name,
  object: 'ticket',
  start: is('open'),
  pause: is('waiting'),
  stop: is('done'),
  ...more,
});

const help = pack(
  'help',
  {
    ticket: {
      sharing: 'private',
      fields: {
        status: { type: 'picklist', options: options('new', 'open', 'waiting', 'done') },
        urgent: { type: 'boolean' },
        cycles: { type: 'rollup', aggregate: { of: 'clockCycles', function: 'count' } },
      },
    },
    log: {
      fields: { ticket: { type: 'lookup', to: 'ticket', inverse: 'logs' }, level: { type: 'number', scale: 0 }, person: { type: 'user' } },
    },
  },
  {
    'calendars/office.json': {
      name: 'office',
      timeZone: 'UTC',
      hours: Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => [day, ['09:00-17:00']])),
      days: { '2030-01-09': 'holiday' },
    },
    'clocks/fix.json': clock('fix', {
      calendar: 'office',
      target: 'PT8H',
      thresholds: { half: { at: 0.5 }, soon: { before: 'PT1H' }, late: { at: 1 } },
      reopen: 'resume',
    }),
    'clocks/answer.json': clock('answer', {
      target: { if: [{ '==': [v('urgent'), true] }, 30, 120] },
      thresholds: { climb: { after: 'PT10M', repeat: { every: 'PT1H' } } },
      reopen: 'restart',
      missed: 'each',
    }),
    'clocks/once.json': clock('once', {
      target: 'P1D',
      thresholds: { again: { at: 1, repeat: { every: 'PT1H', times: 3 } } },
      missed: 'latest',
    }),
    ...Object.fromEntries(
      [
        ['fix', 'half'],
        ['fix', 'soon'],
        ['fix', 'late'],
        ['answer', 'climb'],
        ['once', 'again'],
      ].map(([name = '', threshold = '']) => [`automations/${name}${threshold}.json`, onThreshold(name, threshold)]),
    ),
  },
);

let scene: TestEngine;
let acme: TestTenant;
/** A Monday. */
const monday = Date.parse('2030-01-07T09:00:00Z');
const hour = 3_600_000;
let now = monday;
const at = (hours: number): void => {
  now = monday + hours * hour;
};
const time = (hours: number): string => new Date(monday + hours * hour).toISOString();
const people: Record<string, string> = {};

beforeAll(async () => {
  scene = await testEngine({ engine: { clock: { now: () => now } } });
  acme = await scene.tenant('acme', [help]);
  for (const [name, manager] of [['chief'], ['boss', 'chief'], ['rep', 'boss']] as const)
    people[name] = await acme.create('user', {
      name,
      email: `${name}@acme.example`,
      ...(manager === undefined ? {} : { manager: people[manager] ?? null }),
    });
});
afterAll(() => scene.close());
beforeEach(() => {
  at(0);
});

const ticket = (values: Json = {}) => acme.create('ticket', { name: 'T', status: 'open', owner: people['rep'] ?? '', ...values });
const drained = async (hours: number) => {
  at(hours);
  await scene.engine.drain('acme', now);
};
/** What thresholds have started for a ticket. */
const logs = async (id: string, what: string): Promise<readonly unknown[]> => {
  const rows = await scene.sql(
    `select l.level::int as level, u.name as person from ${acme.schema}.log l left join ${acme.schema}."user" u on u.id = l.person_id where l.ticket_id = $1 and l.name = $2 order by l.level`,
    [id, what],
  );
  return rows.map(({ level, person }) => [level, person]);
};
/** Fields of a clock, with times in hours after that Monday. */
const standing = async (id: string, name: string) => {
  const found = (await acme.read('ticket', id, `${name}State`, `${name}Due`, `${name}Elapsed`, `${name}Cycle`)) ?? {};
  const due = found[`${name}Due`];
  return [
    found[`${name}State`],
    typeof due === 'string' ? (Date.parse(due) - monday) / hour : due,
    found[`${name}Elapsed`],
    found[`${name}Cycle`],
  ];
};
const timers = (id: string) => scene.sql(`select key from ${acme.schema}._timer where record_id = $1 order by key`, [id]);

describe('a clock', () => {
  it('runs from one condition to another, without what is between and without the night', async () => {
    const id = await ticket({ status: 'new' });
    expect(await standing(id, 'fix')).toEqual([null, null, null, null]);
    at(4);
    await acme.update('ticket', id, { status: 'open' });
    expect(await standing(id, 'fix')).toEqual(['running', 28, 0, 1]);
    at(7);
    expect((await standing(id, 'fix'))[2]).toBe(180);
    await acme.update('ticket', id, { status: 'waiting' });
    expect(await standing(id, 'fix')).toEqual(['paused', null, 180, 1]);
    at(30);
    expect((await standing(id, 'fix'))[2]).toBe(180);
    await acme.update('ticket', id, { status: 'open' });
    // Tuesday at three: two hours that day, Wednesday is a holiday, three hours on Thursday.
    expect(await standing(id, 'fix')).toEqual(['running', 75, 180, 1]);
    at(31);
    await acme.update('ticket', id, { status: 'done' });
    expect(await standing(id, 'fix')).toEqual(['met', 75, 240, 1]);
    expect(await timers(id)).toEqual([]);
    at(72);
    await acme.update('ticket', id, { status: 'open' });
    expect(await standing(id, 'fix')).toEqual(['running', 76, 240, 1]);
    at(80);
    await acme.update('ticket', id, { status: 'done' });
    expect((await standing(id, 'fix')).slice(0, 3)).toEqual(['missed', 76, 720]);
  });

  it('is sorted, filtered and summed by', async () => {
    await ticket({ name: 'S', urgent: true });
    await ticket({ name: 'S' });
    const list = {
      filter: { and: [{ '==': [v('name'), 'S'] }, { '<': [v('answerDue'), time(100)] }] },
      orderBy: [{ path: 'answerElapsed' }, { path: 'answerDue', descending: true }],
      page: { first: 5 },
    };
    const parts = [{ kind: 'nodes' as const, as: 'n', selections: [{ kind: 'field' as const, as: 'due', field: 'answerDue' }] }];
    const answer = JSON.parse(
      await acme.run('records.read', { roots: [{ kind: 'list', as: 'l', object: 'ticket', list, parts }] }),
    ) as unknown;
    expect(answer).toEqual({ l: { n: [{ due: time(2) }, { due: time(0.5) }] } });
  });

  it('keeps its cycles, and follows a target that is another by now', async () => {
    const id = await ticket();
    expect((await standing(id, 'answer'))[1]).toBe(2);
    at(0.25);
    await acme.update('ticket', id, { urgent: true });
    expect((await standing(id, 'answer'))[1]).toBe(0.5);
    await acme.update('ticket', id, { status: 'done' });
    at(3);
    await acme.update('ticket', id, { status: 'open', urgent: false });
    expect(await standing(id, 'answer')).toEqual(['running', 5, 0, 2]);
    const rows = await scene.sql(
      `select cycle::int as cycle, state, started_at as started, ended_at is null as open, target::text as target, elapsed::text as elapsed from ${acme.schema}.ticket_clock_cycle where record_id = $1 and clock = 'answer' order by cycle`,
      [id],
    );
    expect(rows).toMatchObject([
      { cycle: 1, state: 'met', open: false, target: '30.00', elapsed: '15.00' },
      { cycle: 2, state: 'running', open: true, target: '120.00', elapsed: '0.00' },
    ]);
    expect((await acme.read('ticket', id, 'cycles'))?.['cycles']).toBe(4);
  });
});

describe('a threshold', () => {
  it('comes once in a cycle, when so much has run', async () => {
    const why = async (record: string) => (await acme.run('automations.explain', { automation: 'fixhalf', record })).why;
    const id = await ticket();
    await drained(3.9);
    expect(await logs(id, 'fix half')).toEqual([]);
    expect([await why(id), await why(await ticket({ status: 'new' }))]).toEqual([
      `It comes at ${time(4)}.`,
      'The clock fix has never run on the record.',
    ]);
    await drained(4);
    await drained(5);
    expect(await logs(id, 'fix half')).toEqual([[1, 'boss']]);
    expect(await why(id)).toBe('It was started; its run is done.');
    await acme.update('ticket', id, { status: 'waiting' });
    await drained(6.5);
    await acme.update('ticket', id, { status: 'open' });
    await drained(7.5);
    expect([await logs(id, 'fix half'), await logs(id, 'fix soon')]).toEqual([[[1, 'boss']], []]);
    // Two hours run until the evening, an hour and a half is left for the morning.
    await drained(24.5);
    expect([await logs(id, 'fix soon'), await logs(id, 'fix late')]).toEqual([[[1, 'boss']], []]);
    await drained(25.5);
    expect(await logs(id, 'fix late')).toEqual([[1, 'boss']]);
  });

  it('climbs from manager to manager up to the top', async () => {
    const id = await ticket();
    await drained(2.2);
    expect(await logs(id, 'answer climb')).toEqual([[1, 'boss']]);
    await drained(3.2);
    expect(await logs(id, 'answer climb')).toEqual([
      [1, 'boss'],
      [2, 'chief'],
    ]);
    await drained(30);
    expect(await logs(id, 'answer climb')).toHaveLength(2);
  });

  it('after an outage comes each time, or once for the latest', async () => {
    const id = await ticket();
    await drained(24 * 3);
    expect(await logs(id, 'answer climb')).toEqual([
      [1, 'boss'],
      [2, 'chief'],
    ]);
    expect(await logs(id, 'once again')).toEqual([[3, null]]);
  });

  it('is looked at again when it is due: what has moved, ended or gone does not come', async () => {
    const [moved, gone, ended] = [await ticket(), await ticket(), await ticket()];
    // The timers are there still, as if they had been taken before.
    const old = await scene.sql(`select * from ${acme.schema}._timer where record_id = any($1)`, [[moved, gone, ended]]);
    expect(old.length).toBe(15);
    at(1);
    await acme.update('ticket', moved, { status: 'waiting' });
    await acme.update('ticket', ended, { status: 'done' });
    await acme.remove('ticket', gone);
    expect([await timers(moved), await timers(ended), await timers(gone)]).toEqual([[], [], []]);
    const columns = ['id', 'key', 'kind', 'due_at', 'object', 'record_id', 'content', 'created_at'];
    for (const row of old)
      await scene.sql(
        `insert into ${acme.schema}._timer (${columns.join(', ')}) values (${columns.map((_, i) => `$${String(i + 1)}`).join(', ')})`,
        columns.map((column) => (column === 'content' ? JSON.stringify(row[column]) : row[column])),
      );
    await drained(5);
    for (const id of [moved, gone, ended])
      for (const what of ['fix half', 'answer climb', 'once again']) expect(await logs(id, what)).toEqual([]);
    await acme.run('records.restore', { object: 'ticket', ids: [gone] });
    await drained(9);
    expect(await logs(gone, 'fix half')).toEqual([[1, 'boss']]);
  });

  it('starts nothing twice, whoever takes its timer first', async () => {
    const id = await ticket();
    at(4.2);
    await Promise.all([scene.engine.drain('acme', now), scene.engine.drain('acme', now)]);
    await drained(4.3);
    expect(await logs(id, 'fix half')).toEqual([[1, 'boss']]);
  });
});
