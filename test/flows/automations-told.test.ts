// What administrators are told of automations: runs with their journal, what is done about them, and why one started or did not.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import type { Json } from '../support/http-client.ts';
import { automation, automationScene, on, system, task, type AutomationScene } from './automations-scene.ts';

const all = (...conditions: readonly unknown[]): Json => ({ when: { and: conditions } });

const files: Json = {
  ...automation('opened', task('opened'), {
    ...on(['update'], { changed: ['status', 'region'] }),
    ...system,
    ...all({ '==': [{ var: 'status' }, 'open'] }, { '!=': [{ var: '$old.status' }, 'open'] }, { '>': [{ var: 'dealCount' }, 0] }),
  }),
  ...automation('inline', { set: { type: 'set', values: { rating: 'x' } } }, { ...on(['create'], { moment: 'beforeSave' }), ...system }),
  ...automation('pressed', task('pressed'), { trigger: { type: 'button', label: { en: 'Press' } }, ...system }),
  ...automation(
    'breaks',
    {
      tell: { type: 'create', object: 'task', order: 10, values: { name: 'first' } },
      next: { type: 'create', object: 'tag', order: 20, values: { name: { var: 'region' } } },
    },
    { ...system, when: { '==': [{ var: 'status' }, 'breaks'] } },
  ),
};

let scene: AutomationScene;

beforeAll(async () => {
  scene = await automationScene(files);
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

const get = async (path: string): Promise<Json> => (await scene.admin.http.get(`/api/v1${path}`)).json;
const post = (path: string, body: Json = {}) => scene.admin.http.post(`/api/v1${path}`, body);
const list = async (query = ''): Promise<readonly Json[]> => (await get(`/runs${query}`))['runs'] as readonly Json[];
const idOf = (run: Json | undefined): string => String(run?.['id']);

describe('runs', () => {
  it('are listed, shown with their journal, and retried from the step that failed', async () => {
    const record = await scene.admin.create('account', { name: 'x', status: 'breaks' });
    await scene.settle();
    const [run] = await list(`?automation=breaks&recordId=${record}&state=failed&object=account`);
    expect(run).toMatchObject({
      automation: 'breaks',
      recordId: record,
      actor: scene.admin.id,
      position: 'next',
      error: { message: expect.any(String) as unknown },
    });
    const { journal } = await get(`/runs/${idOf(run)}`);
    expect(journal).toMatchObject([
      { path: 'tell', state: 'done', output: { object: 'task' } },
      { path: 'next', state: 'failed', error: { code: expect.any(String) as unknown } },
    ]);
    await scene.admin.update('account', record, { region: 'mended' });
    expect((await post(`/runs/${idOf(run)}/retry`)).status).toBe(204);
    await scene.settle();
    expect(await get(`/runs/${idOf(run)}`)).toMatchObject({ state: 'done', error: null });
    expect(await scene.tasks()).toEqual(['first']);
    expect((await post(`/runs/${idOf(run)}/retry`)).json['code']).toBe('RUN_NOT_FOUND');
  });

  it('are given up', async () => {
    await scene.admin.create('account', { name: 'x', status: 'breaks' });
    const [run] = await list();
    expect((await post(`/runs/${idOf(run)}/cancel`)).status).toBe(204);
    await scene.settle();
    expect(await scene.tasks()).toEqual([]);
    expect(await list('?state=cancelled')).toHaveLength(1);
    expect((await post(`/runs/${idOf(run)}/cancel`)).status).toBe(404);
  });

  it('go ninety days after they ended well, with their journals and definitions', async () => {
    const record = await scene.admin.create('account', { name: 'x', status: 'breaks' });
    await scene.settle();
    await scene.admin.create('account', { name: 'y', status: 'breaks', region: 'well' });
    await scene.settle();
    const { cell, clock } = scene;
    const { upkeep } = new Administration({ cell, log: silentLogger, secret: 'upkeep', clock });
    expect(await upkeep.trimRuns()).toBe(0);
    clock.ahead += 91 * 86_400_000;
    expect(await upkeep.trimRuns()).toBe(1);
    clock.ahead = 0;
    expect((await scene.runs()).map(({ state, record_id }) => [state, record_id])).toEqual([['failed', record]]);
    const [left] = await scene.sql(
      `select (select count(*)::int from ${scene.acme.schema}._definition) as kept, (select count(distinct run_id)::int from ${scene.acme.schema}._run_step) as told`,
    );
    expect(left).toEqual({ kept: 1, told: 1 });
  });

  it('come in pages, the latest first', async () => {
    for (const name of ['a', 'b', 'c']) await scene.admin.create('account', { name, status: 'breaks' });
    const first = await get('/runs?first=2');
    const second = await get(`/runs?first=2&before=${String(first['next'])}`);
    expect([first['runs'], second['runs'], second['next']]).toMatchObject([[{}, {}], [{}], null]);
    const ids = [...(first['runs'] as readonly Json[]), ...(second['runs'] as readonly Json[])].map(idOf);
    expect(ids).toEqual([...ids].sort().reverse());
  });

  it('are no matter of others', async () => {
    const rita = await scene.person('rita');
    const answers = [await rita.http.get('/api/v1/runs'), await rita.http.post('/api/v1/automations/opened/explain', { record: 'x' })];
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    expect((await scene.admin.http.get('/api/v1/runs/x')).status).toBe(404);
  });
});

describe('an explanation', () => {
  const explain = async (name: string, record: string, version?: number): Promise<Json> =>
    (await post(`/automations/${name}/explain`, { record, ...(version === undefined ? {} : { version }) })).json;
  const checks = ({ checks: found }: Json) => (found as readonly Json[]).map(({ part, ok }) => [part, ok]);

  it('tells of each part why it did not start, and of which write', async () => {
    const id = await scene.admin.create('account', { name: 'x', status: 'closed', region: 'north' });
    const created = await explain('opened', id);
    expect([checks(created)[0], created['starts'], created['why']]).toEqual([
      ['event', false],
      false,
      'The write was: create; it waits for update.',
    ]);
    await scene.admin.update('account', id, { name: 'y' });
    const other = await explain('opened', id);
    expect(checks(other).slice(0, 2)).toEqual([
      ['event', true],
      ['changed', false],
    ]);
    await scene.admin.update('account', id, { status: 'open' });
    const open = await explain('opened', id);
    expect(open).toMatchObject({
      starts: false,
      why: 'The condition does not hold: dealCount = "0".',
      write: { event: 'update', version: 3, actor: scene.admin.id, changed: [{ field: 'status', old: 'closed', new: 'open' }] },
      condition: {
        operator: 'and',
        value: false,
        parts: [
          { operator: '==', value: true, reads: [{ path: 'status', value: 'open' }] },
          { operator: '!=', value: true, reads: [{ path: '$old.status', value: 'closed' }] },
          { operator: '>', value: false, reads: [{ path: 'dealCount', value: '0' }] },
        ],
      },
      runs: [],
    });
  });

  it('tells of the run that was started, also later on', async () => {
    const id = await scene.admin.create('account', { name: 'x', status: 'closed' });
    await scene.admin.create('deal', { name: 'd', account: id });
    await scene.admin.update('account', id, { status: 'open' });
    await scene.settle();
    await scene.admin.update('account', id, { status: 'lost' });
    const then = await explain('opened', id, 2);
    expect(then).toMatchObject({ starts: true, why: 'It was started; its run is done.', runs: [{ state: 'done', recordId: id }] });
    expect(await explain('opened', id)).toMatchObject({ starts: false, runs: [], write: { version: 3 } });
  });

  it('tells of what runs within the write, and of what is asked for', async () => {
    const id = await scene.admin.create('account', { name: 'x' });
    expect(await explain('inline', id)).toMatchObject({
      starts: true,
      moment: 'beforeSave',
      why: 'It ran within the write, which keeps no run.',
    });
    expect(await explain('pressed', id)).toMatchObject({ starts: false, why: 'It starts when somebody presses its button.' });
    expect((await post('/automations/pressed/explain', { record: '0190f0f0-0000-7000-8000-000000000000' })).json['code']).toBe(
      'RECORD_NOT_FOUND',
    );
    expect((await post('/automations/nothing/explain', { record: id })).json['code']).toBe('COMPONENT_UNKNOWN');
    await scene.acme.apply(automation('off__c', task('x'), { ...system, active: false }));
    expect((await post('/automations/off__c/explain', { record: id })).json['detail']).toContain('it is switched off');
  });
});
