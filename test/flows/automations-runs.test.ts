// Runs that writes start: as sets, with the rights that they have, and no further than they may.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Person } from './access-scene.ts';
import { automation, automationScene, on, system, task, type AutomationScene } from './automations-scene.ts';

const isStatus = (status: string) => ({ when: { '==': [{ var: 'status' }, status] } });
const next = {
  create: { type: 'create', object: 'account', values: { name: { cat: [{ var: 'name' }, 'x'] }, status: { var: 'status' } } },
};
const steps = { no: { type: 'update', record: { var: '$record' }, values: { rating: 'set' } } };

const files = {
  ...automation('told', task({ cat: ['told ', { var: 'name' }] }), { ...on(['create']), ...system, ...isStatus('told') }),
  ...automation('asPerson', task('as a person'), { ...on(['create']), ...isStatus('person') }),
  ...automation('seesScore', { tell: { type: 'let', values: { score: { var: 'score' } } } }, { ...on(['create']), ...isStatus('score') }),
  ...automation(
    'setsRating',
    { set: { type: 'set', values: { rating: 'high' } } },
    { ...on(['create'], { moment: 'beforeSave' }), ...isStatus('rating') },
  ),
  ...automation('writesRating', steps, { ...on(['create'], { moment: 'afterSave' }), ...isStatus('inline') }),
  ...automation(
    'leads',
    { create: { type: 'create', object: 'account', values: { name: 'led', status: { var: 'region' } } } },
    { ...on(['create'], { moment: 'afterSave' }), ...system, ...isStatus('leads') },
  ),
  ...automation('deeper', next, { ...on(['create'], { moment: 'afterSave' }), ...system, ...isStatus('deep') }),
  ...automation('longer', next, { ...on(['create']), ...system, ...isStatus('long') }),
};

let scene: AutomationScene;
let rita: Person;

beforeAll(async () => {
  scene = await automationScene(files);
  rita = await scene.person('rita');
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

const records = (count: number, status: string) => Array.from({ length: count }, (_, i) => ({ name: `n${String(i)}`, status }));
const create = (count: number, status: string) => scene.admin.run('records.create', { object: 'account', records: records(count, status) });

describe('runs of a write', () => {
  it('are started as a set, by as many statements whatever their number', async () => {
    await create(2, 'told');
    const few = await scene.statements(() => create(2, 'told'));
    const many = await scene.statements(() => create(1000, 'told'));
    expect(many).toHaveLength(few.length);
    expect(await scene.runs()).toHaveLength(1004);
    await scene.settle();
    expect(await scene.tasks()).toHaveLength(1004);
    expect((await scene.runs()).every(({ state }) => state === 'done')).toBe(true);
  });

  it('cost nothing where no automation waits for the object', async () => {
    const write = () => scene.admin.create('tag', { name: 'x' });
    await write();
    const texts = await scene.statements(write);
    expect(texts.filter((text) => /_run|_timer|_definition/.test(text))).toEqual([]);
    const plain = await scene.statements(() => scene.admin.create('account', { name: 'x', status: 'told' }));
    expect(plain.length).toBeGreaterThan(texts.length);
  });

  it('do not start for what is refused', async () => {
    await scene.admin.create('account', { name: 'x', code: 'taken' });
    const answer = await scene.admin.http.post('/api/v1/records/account', { name: 'x', status: 'told', code: 'taken' });
    expect(answer.status).toBe(409);
    expect(await scene.runs()).toEqual([]);
  });
});

describe('who acts', () => {
  it('is whoever wrote, with the rights of the person', async () => {
    const id = await rita.create('account', { name: 'x', status: 'person' });
    await scene.settle();
    expect(await scene.tasks()).toEqual([]);
    expect(await scene.runs()).toMatchObject([
      { automation: 'asPerson', state: 'failed', record_id: id, actor: rita.id, error: { code: 'PERMISSION_DENIED' } },
    ]);
    await scene.clear();
    await scene.admin.create('account', { name: 'y', status: 'person' });
    await scene.settle();
    expect(await scene.tasks()).toEqual(['as a person']);
  });

  it('is the system where it says so, and history names the person', async () => {
    await rita.create('account', { name: 'x', status: 'told' });
    await scene.settle();
    expect(await scene.tasks()).toEqual(['told x']);
    const [made = ''] = await scene.admin.sees('task');
    expect(await scene.admin.read('task', made, 'createdBy')).toEqual({ createdBy: rita.id });
  });

  it('sees nothing that the person does not', async () => {
    await rita.create('account', { name: 'x', status: 'score' });
    await scene.settle();
    const [run] = await scene.runs();
    expect(run).toMatchObject({ automation: 'seesScore', state: 'failed', error: { code: 'FIELD_UNKNOWN' } });
  });

  it('changes nothing within a write that the person may not', async () => {
    const before = await rita.http.post('/api/v1/records/account', { name: 'x', status: 'rating' });
    expect([before.status, before.json['code']]).toEqual([422, 'FIELD_READ_ONLY']);
    const after = await rita.http.post('/api/v1/records/account', { name: 'x', status: 'inline' });
    expect([after.status, after.json['code']]).toEqual([422, 'AUTOMATION_FAILED']);
    for (const region of ['rating', 'inline']) {
      const led = await rita.http.post('/api/v1/records/account', { name: 'x', status: 'leads', region });
      expect([region, led.status, led.json['code']]).toEqual([region, 422, 'AUTOMATION_FAILED']);
    }
    const id = await scene.admin.create('account', { name: 'x', status: 'rating' });
    expect(await scene.admin.read('account', id, 'rating')).toEqual({ rating: 'high' });
  });
});

describe('what goes on for ever', () => {
  it('is refused within a transaction, with the chain', async () => {
    const answer = await scene.admin.http.post('/api/v1/records/account', { name: 'x', status: 'deep' });
    expect([answer.status, answer.json['code']]).toEqual([422, 'AUTOMATION_LIMIT']);
    expect(String(answer.json['detail'])).toContain('deeper → deeper → deeper');
    expect(await scene.sql(`select id from ${scene.acme.schema}.account where status = 'deep'`)).toEqual([]);
  });

  it('ends as a failed run over jobs, with the chain', async () => {
    await scene.admin.create('account', { name: 'x', status: 'long' });
    await scene.settle();
    const runs = await scene.runs();
    const failed = runs.filter(({ state }) => state === 'failed');
    expect([runs.length, failed.length]).toEqual([50, 1]);
    expect(JSON.stringify(failed[0]?.['error'])).toContain('longer → longer');
  });
});
