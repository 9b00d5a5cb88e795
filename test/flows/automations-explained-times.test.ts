// Why something by time did not start an automation: timers that came to nothing, and records of which nothing is due.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import { automationScene, type AutomationScene } from './automations-scene.ts';

const timed = (name: string, trigger: Json, more: Json = {}): Json => ({
  [`automations/${name}.json`]: {
    name,
    object: 'visit',
    runAs: 'system',
    trigger,
    steps: { tell: { type: 'create', object: 'task', values: { name: { cat: [name, ' ', { var: 'name' }] } } } },
    ...more,
  },
});

const files: Json = {
  'objects/visit.json': {
    name: 'visit',
    plural: 'visits',
    label: { en: 'Visit' },
    sharing: 'private',
    fields: { at: { type: 'datetime' }, open: { type: 'boolean' } },
  },
  'clocks/care.json': {
    name: 'care',
    object: 'visit',
    start: { '==': [{ var: 'open' }, true] },
    stop: { '==': [{ var: 'open' }, false] },
    target: 'P1D',
    thresholds: { late: { at: 1 } },
  },
  ...timed('remind', { type: 'atTime', of: 'at' }),
  ...timed('overdue', { type: 'clock', clock: 'care', threshold: 'late' }),
  ...timed('nightly', { type: 'schedule', cron: '0 3 * * *' }),
};

let scene: AutomationScene;

beforeAll(async () => {
  scene = await automationScene(files);
});
afterAll(() => scene.close());
afterEach(async () => {
  await mend();
  scene.clock.ahead = 0;
  await scene.sql(`truncate ${scene.acme.schema}.visit cascade`);
  await scene.clear();
});

const hour = 3_600_000;
const inHours = (hours: number): string => new Date(scene.clock.now() + hours * hour).toISOString();
const visit = (values: Json) => scene.admin.create('visit', { name: 'v', ...values });
const asVoid = (id: string) => scene.admin.run('records.void', { object: 'visit', records: [{ id }] });
const counted = (id: string) => scene.admin.run('records.unvoid', { object: 'visit', records: [{ id }] });

const explain = (automation: string, record: string) => scene.admin.run('automations.explain', { automation, record });
const why = async (name: string, record: string): Promise<string> => (await explain(name, record)).why;

/** No run of any automation can be written: whoever starts one comes upon a fault of the database, which may pass. */
const breakRuns = () => scene.sql(`alter table ${scene.acme.schema}._run add constraint broken check (automation = '') not valid`);
const mend = () => scene.sql(`alter table ${scene.acme.schema}._run drop constraint if exists broken`);

const failed = async (kind: string): Promise<number> =>
  (await scene.sql(`select 1 from ${scene.acme.schema}._timer where kind = $1 and failed_at is not null`, [kind])).length;

/** Goes ahead until a timer of the kind is tried no more. */
async function exhaust(kind: string): Promise<void> {
  for (let tries = 0; (await failed(kind)) === 0; tries += 1) {
    if (tries > 8) throw new Error(`A timer of ${kind} is tried for ever.`);
    scene.clock.ahead += 2 * hour;
    await scene.settle();
  }
}

const again = /^Its time came, and came to nothing so far: it is tried again at \d{4}-.*Z\.$/;
const over = /^Its time came, and came to nothing at \d{4}-.*Z: the failed jobs say why\.$/;
const start = 'It was started; its run is done.';

describe('a timer that came to nothing', () => {
  it('of a date is told, also where runs of earlier dates are there', async () => {
    const id = await visit({ at: inHours(-1) });
    await scene.settle();
    expect(await why('remind', id)).toBe(start);
    await breakRuns();
    await scene.admin.update('visit', id, { at: inHours(0) });
    await scene.settle();
    expect(await explain('remind', id)).toMatchObject({
      why: expect.stringMatching(again) as unknown,
      timer: { attempts: 1, failedAt: null },
    });
    await exhaust('atTime');
    const told = await explain('remind', id);
    expect(told).toMatchObject({ starts: true, why: expect.stringMatching(over) as unknown, runs: [{ state: 'done' }] });
    expect(told.timer?.failedAt).toEqual(expect.any(String));
    await mend();
    const jobs = await scene.admin.run('jobs.list', {});
    expect(jobs.failed).toMatchObject([{ kind: 'timer' }]);
    await scene.admin.run('jobs.retry', { id: jobs.failed[0]?.id ?? '' });
    await scene.settle();
    expect(await explain('remind', id)).toMatchObject({ why: start, timer: null, runs: [{ state: 'done' }, { state: 'done' }] });
  });

  it('of a clock is told', async () => {
    const id = await visit({ open: true });
    await breakRuns();
    scene.clock.ahead += 25 * hour;
    await scene.settle();
    expect(await why('overdue', id)).toMatch(again);
    await exhaust('clock');
    expect(await why('overdue', id)).toMatch(over);
    await scene.admin.update('visit', id, { open: false });
    expect(await why('overdue', id)).toBe('The clock care is missed in cycle 1; late has come 0 times in it.');
  });

  it('of a page of a turn is told of the records that stand on it', async () => {
    await scene.acme.apply(timed('hourly__c', { type: 'schedule', cron: '0 * * * *' }));
    try {
      const [id, gone] = [await visit({}), await visit({})];
      await breakRuns();
      await exhaust('scheduleTurn');
      expect(await why('hourly__c', id)).toMatch(over);
      await mend();
      scene.clock.ahead += hour;
      await scene.settle();
      expect(await why('hourly__c', id)).toBe(start);
      await scene.sql(`delete from ${scene.acme.schema}._run`);
      await scene.sql(`delete from ${scene.acme.schema}._timer where failed_at is not null`);
      await scene.admin.remove('visit', gone);
      expect(await explain('hourly__c', gone)).toMatchObject({
        starts: false,
        why: 'The record is in the bin, where no turn looks for it.',
      });
    } finally {
      await scene.acme.apply({ 'automations/hourly__c.json': null });
    }
  });
});

describe('a record that is void', () => {
  it('has no times, and says so, also of timers that had failed', async () => {
    const id = await visit({ at: inHours(1), open: true });
    await breakRuns();
    scene.clock.ahead += 25 * hour;
    await scene.settle();
    await exhaust('atTime');
    await exhaust('clock');
    await asVoid(id);
    await mend();
    for (const name of ['remind', 'overdue'])
      expect(await explain(name, id)).toMatchObject({
        starts: false,
        why: 'The record is void: nothing is due of it.',
        timer: null,
        runs: [],
      });
    await counted(id);
    await scene.settle();
    expect(await why('remind', id)).toBe('That time was over when the record came back, and is not made up for.');
    expect(await why('overdue', id)).toBe(start);
    await scene.admin.remove('visit', id);
    await scene.sql(`delete from ${scene.acme.schema}._run`);
    expect(await why('remind', id)).toBe('The record is in the bin: nothing is due of it.');
  });

  it('in the bin has no clock that goes on', async () => {
    const id = await visit({ open: true });
    await scene.admin.remove('visit', id);
    expect(await why('overdue', id)).toBe('The record is in the bin: nothing is due of it.');
    await scene.admin.run('records.restore', { object: 'visit', ids: [id] });
    expect(await why('overdue', id)).toMatch(/^It comes at /);
  });

  it('starts nothing by a timer that somebody had in hand while it became void', async () => {
    const [id, other] = [await visit({ name: 'void', at: inHours(1) }), await visit({ name: 'other', at: inHours(1) })];
    const [timer] = await scene.sql(`select * from ${scene.acme.schema}._timer where record_id = $1 and kind = 'atTime'`, [id]);
    await asVoid(id);
    const { id: timerId, key, kind, due_at: due, object, record_id: record, content, created_at: created } = timer ?? {};
    await scene.sql(
      `insert into ${scene.acme.schema}._timer (id, key, kind, due_at, object, record_id, content, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [timerId, key, kind, due, object, record, JSON.stringify(content), created],
    );
    scene.clock.ahead += 2 * hour;
    await scene.settle();
    expect([await scene.tasks(), await scene.timers('atTime')]).toEqual([['remind other'], []]);
    expect([await why('remind', id), await why('remind', other)]).toEqual(['The record is void: nothing is due of it.', start]);
  });
});
