// Automations by time that set their own time again: near times are one chain, which comes to an end; later ones go on as long as they like.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import { automationScene, type AutomationScene } from './automations-scene.ts';

const v = (name: string): Json => ({ var: name });
const later = (duration: unknown): Json => ({ dateAdd: [v('$now'), duration] });

const onVisit = (name: string, trigger: Json, steps: Json): Json => ({
  [`automations/${name}.json`]: { name, object: 'visit', runAs: 'system', trigger, steps },
});

const files: Json = {
  'objects/visit.json': {
    name: 'visit',
    plural: 'visits',
    label: { en: 'Visit' },
    fields: {
      at: { type: 'datetime' },
      ping: { type: 'datetime' },
      pong: { type: 'datetime' },
      ahead: { type: 'number', scale: 0 },
      minutes: { type: 'number', scale: 2 },
      open: { type: 'boolean' },
    },
  },
  ...onVisit(
    'again',
    { type: 'atTime', of: 'at' },
    {
      s: {
        type: 'branch',
        cases: {
          second: { order: 1, when: { '==': [v('ahead'), 1] }, steps: { set: { type: 'set', values: { at: later('PT1S') } } } },
          minute: { order: 2, when: { '==': [v('ahead'), 60] }, steps: { set: { type: 'set', values: { at: later('PT1M') } } } },
          week: { order: 3, when: { '==': [v('ahead'), 604_800] }, steps: { set: { type: 'set', values: { at: later('P7D') } } } },
        },
      },
    },
  ),
  ...onVisit('ping', { type: 'atTime', of: 'ping' }, { s: { type: 'set', values: { pong: later('PT1S') } } }),
  ...onVisit('pong', { type: 'atTime', of: 'pong' }, { s: { type: 'set', values: { ping: later('PT1S') } } }),
  'clocks/care.json': {
    name: 'care',
    object: 'visit',
    start: { '==': [v('open'), true] },
    stop: { '==': [v('open'), false] },
    target: v('minutes'),
    thresholds: { late: { at: 1 } },
    reopen: 'restart',
  },
  ...onVisit(
    'reopen',
    { type: 'clock', clock: 'care', threshold: 'late' },
    {
      stop: { order: 1, type: 'set', values: { open: false } },
      start: { order: 2, type: 'set', values: { open: true } },
    },
  ),
};

let scene: AutomationScene;

beforeAll(async () => {
  scene = await automationScene(files);
});
afterAll(() => scene.close());
afterEach(async () => {
  scene.clock.ahead = 0;
  await scene.sql(`truncate ${scene.acme.schema}.visit cascade`);
  await scene.clear();
});

const visit = (values: Json) => scene.acme.create('visit', { name: 'v', ...values });
const now = (): string => new Date(scene.clock.now()).toISOString();
const failed = () => scene.sql(`select kind, error from ${scene.acme.schema}._timer where failed_at is not null`);
const ran = async (): Promise<number> => (await scene.runs()).length;

/** Goes ahead so many times, and does what is due each time. */
async function pass(times: number, seconds: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await scene.settle();
    scene.clock.ahead += seconds * 1_000;
  }
}

describe('an automation that sets its own time', () => {
  it('to a second ahead is cut like any loop, and says by what', async () => {
    const id = await visit({ at: now(), ahead: 1 });
    await pass(56, 2);
    expect(await ran()).toBe(50);
    expect(await failed()).toMatchObject([{ kind: 'atTime', error: { code: 'AUTOMATION_LIMIT' } }]);
    expect(JSON.stringify(await failed())).toContain('again → again');
    const { why } = await scene.admin.run('automations.explain', { automation: 'again', record: id });
    expect(why).toMatch(/^Its time came, and came to nothing at /);
    // Whoever sets the time anew begins anew.
    await scene.acme.update('visit', id, { at: now() });
    await scene.settle();
    expect([await ran(), await failed()]).toEqual([51, []]);
  });

  it.each([
    ['a minute', 60],
    ['a week', 604_800],
  ])('to %s ahead goes on for ever', async (_, seconds) => {
    await visit({ at: now(), ahead: seconds });
    await pass(56, seconds + 1);
    expect([await ran(), await failed()]).toEqual([56, []]);
  });

  it('by way of another is cut too', async () => {
    await visit({ ping: now() });
    await pass(56, 2);
    expect(await ran()).toBe(50);
    expect(JSON.stringify(await failed())).toContain('ping → pong → ping');
  });
});

describe('an automation that starts its own clock again', () => {
  it('with a target of a second is cut', async () => {
    await visit({ open: true, minutes: 0.02 });
    await pass(56, 2);
    expect(await ran()).toBe(50);
    expect(await failed()).toMatchObject([{ kind: 'clock', error: { code: 'AUTOMATION_LIMIT' } }]);
  });

  it('with a target of hours goes on for ever', async () => {
    await visit({ open: true, minutes: 120 });
    await pass(57, 7_201);
    expect([await ran(), await failed()]).toEqual([56, []]);
  });
});
