// Clocks to which one write does several things: stopped with another target, paused as they begin, go on or begin anew.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const v = (name: string): Json => ({ var: name });
const clock = (name: string, reopen: string): readonly [string, Json] => [
  `clocks/${name}.json`,
  {
    name,
    object: 'ticket',
    start: { '==': [v('open'), true] },
    pause: { '==': [v('waits'), true] },
    stop: { '==': [v('open'), false] },
    target: v('minutes'),
    thresholds: { half: { at: 0.5 } },
    reopen,
  },
];

const help = pack(
  'help',
  {
    ticket: {
      fields: { open: { type: 'boolean' }, waits: { type: 'boolean' }, minutes: { type: 'number', scale: 0 } },
    },
  },
  {
    ...Object.fromEntries([clock('anew', 'restart'), clock('onward', 'resume')]),
    'automations/half.json': {
      name: 'half',
      object: 'ticket',
      runAs: 'system',
      trigger: { type: 'clock', clock: 'anew', threshold: 'half' },
      steps: { note: { type: 'set', values: { name: { cat: [v('name'), '!'] } } } },
    },
  },
);

let scene: TestEngine;
let acme: TestTenant;
const began = Date.parse('2030-01-07T09:00:00Z');
let now = began;
const at = (minutes: number): void => {
  now = began + minutes * 60_000;
};

beforeAll(async () => {
  scene = await testEngine({ engine: { clock: { now: () => now } } });
  acme = await scene.tenant('acme', [help]);
});
afterAll(() => scene.close());
beforeEach(() => {
  at(0);
});

const ticket = (values: Json = {}) => acme.create('ticket', { name: 'T', open: true, minutes: 120, ...values });
const minutesAfter = (text: unknown): unknown => (typeof text === 'string' ? (Date.parse(text) - began) / 60_000 : text);

/** State, due (minutes after the beginning), elapsed minutes, cycle. */
const standing = async (id: string, name: string) => {
  const found = (await acme.read('ticket', id, `${name}State`, `${name}Due`, `${name}Elapsed`, `${name}Cycle`)) ?? {};
  return [found[`${name}State`], minutesAfter(found[`${name}Due`]), found[`${name}Elapsed`], found[`${name}Cycle`]];
};
/** What the history says of each cycle: state, due, end, target, elapsed. */
const cycles = async (id: string, name: string) => {
  const rows = await scene.sql(
    `select state, due_at::text as due, ended_at::text as ended, target::float as target, elapsed::float as elapsed
     from ${acme.schema}.ticket_clock_cycle where record_id = $1 and clock = $2 order by cycle`,
    [id, name],
  );
  return rows.map(({ state, due, ended, target, elapsed }) => [state, minutesAfter(due), minutesAfter(ended), target, elapsed]);
};
const timers = async (id: string): Promise<readonly string[]> =>
  (await scene.sql(`select key from ${acme.schema}._timer where record_id = $1 order by key`, [id])).map(({ key }) =>
    String(key).replace(`/${id}/`, ' '),
  );

describe('a clock that is stopped', () => {
  it('is held to the target that the same write gives it', async () => {
    const [missed, met, late] = [await ticket(), await ticket({ minutes: 30 }), await ticket()];
    at(60);
    await acme.update('ticket', missed, { open: false, minutes: 30 });
    await acme.update('ticket', met, { open: false, minutes: 120 });
    await acme.update('ticket', late, { open: false });
    expect(await standing(missed, 'anew')).toEqual(['missed', 30, 60, 1]);
    expect(await cycles(missed, 'anew')).toEqual([['missed', 30, 60, 30, 60]]);
    expect(await standing(met, 'anew')).toEqual(['met', 120, 60, 1]);
    expect(await cycles(met, 'anew')).toEqual([['met', 120, 60, 120, 60]]);
    await acme.update('ticket', late, { minutes: 30 });
    expect(await standing(late, 'anew')).toEqual(['met', 120, 60, 1]);
    expect(await cycles(late, 'anew')).toEqual([['met', 120, 60, 120, 60]]);
    expect([await timers(missed), await timers(met), await timers(late)]).toEqual([[], [], []]);
  });

  it('while it stands still is held to the target of that write too', async () => {
    const id = await ticket();
    at(60);
    await acme.update('ticket', id, { waits: true });
    at(300);
    await acme.update('ticket', id, { open: false, minutes: 45 });
    expect(await standing(id, 'anew')).toEqual(['missed', null, 60, 1]);
    expect(await cycles(id, 'anew')).toEqual([['missed', null, 300, 45, 60]]);
  });
});

describe('a clock that a write pauses', () => {
  it('and gives another target keeps what has run, and is due by that target when it goes on', async () => {
    const id = await ticket();
    at(40);
    await acme.update('ticket', id, { waits: true, minutes: 60 });
    expect(await standing(id, 'anew')).toEqual(['paused', null, 40, 1]);
    expect(await cycles(id, 'anew')).toEqual([['paused', null, null, 60, 40]]);
    expect(await timers(id)).toEqual([]);
    at(100);
    await acme.update('ticket', id, { minutes: 90 });
    await acme.update('ticket', id, { waits: false, minutes: 100 });
    expect(await standing(id, 'anew')).toEqual(['running', 160, 40, 1]);
    // Half of a hundred minutes lies ahead.
    await scene.engine.drain('acme', now + 9 * 60_000);
    expect(await acme.read('ticket', id, 'name')).toEqual({ name: 'T' });
    at(110);
    await scene.engine.drain('acme', now);
    expect(await acme.read('ticket', id, 'name')).toEqual({ name: 'T!' });
  });

  it('as it begins stands still from its first minute', async () => {
    const id = await ticket({ waits: true });
    expect(await standing(id, 'anew')).toEqual(['paused', null, 0, 1]);
    expect(await cycles(id, 'anew')).toEqual([['paused', null, null, 120, 0]]);
    expect(await timers(id)).toEqual([]);
    at(30);
    await acme.update('ticket', id, { waits: false });
    expect(await standing(id, 'anew')).toEqual(['running', 150, 0, 1]);
    expect(await timers(id)).toEqual(['clock/anew 1/half', 'clock/onward 1/half']);
  });

  it('as it begins anew has a new cycle, or its old one, that stands still', async () => {
    const id = await ticket();
    at(30);
    await acme.update('ticket', id, { open: false });
    at(60);
    await acme.update('ticket', id, { open: true, waits: true, minutes: 50 });
    expect(await standing(id, 'anew')).toEqual(['paused', null, 0, 2]);
    expect(await cycles(id, 'anew')).toEqual([
      ['met', 120, 30, 120, 30],
      ['paused', null, null, 50, 0],
    ]);
    expect(await standing(id, 'onward')).toEqual(['paused', null, 30, 1]);
    expect(await cycles(id, 'onward')).toEqual([['paused', null, null, 50, 30]]);
    expect(await timers(id)).toEqual([]);
    at(90);
    await acme.update('ticket', id, { waits: false });
    expect(await standing(id, 'anew')).toEqual(['running', 140, 0, 2]);
    expect(await standing(id, 'onward')).toEqual(['running', 110, 30, 1]);
    // Half of fifty minutes has run by now: that comes at once.
    expect(await timers(id)).toEqual(['clock/anew 2/half', 'clock/onward 1/half']);
  });

  it('and stops at once has ended', async () => {
    const id = await ticket();
    at(30);
    await acme.update('ticket', id, { open: false, waits: true });
    expect(await standing(id, 'anew')).toEqual(['met', 120, 30, 1]);
    await acme.update('ticket', id, { waits: false });
    expect(await standing(id, 'anew')).toEqual(['met', 120, 30, 1]);
    expect(await timers(id)).toEqual([]);
  });
});
