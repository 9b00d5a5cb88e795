// Automations that somebody asks for: buttons on records and on none, with what they ask for, by the rights of whoever presses them.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { automation, automationScene, system, task, type AutomationScene } from './automations-scene.ts';

const label = { en: 'Do it' };
const button = (rest: Json = {}): Json => ({ trigger: { type: 'button', label, ...rest }, ...system });

const inputs = {
  why: { type: 'text', required: true, order: 10 },
  size: { type: 'picklist', options: { big: {}, small: {} }, order: 20 },
  who: { type: 'lookup', to: 'account', order: 30 },
  sure: { type: 'boolean', order: 40 },
};

const files: Json = {
  ...automation('plain', task({ cat: ['pressed ', { var: 'name' }] }), button()),
  ...automation('asks', task({ cat: [{ var: '$inputs.why' }, ' ', { var: '$inputs.who.name' }] }), {
    ...button({ inputs }),
    when: { '!=': [{ var: '$inputs.why' }, 'no'] },
  }),
  ...automation('ofOpen', task('open'), button({ visibleWhen: { '==': [{ var: 'status' }, 'open'] } })),
  ...automation('ofScore', task('score'), button({ visibleWhen: { '>': [{ var: 'score' }, 1] } })),
  ...automation('asPerson', task('as a person'), { trigger: { type: 'button', label } }),
  'automations/everywhere.json': {
    name: 'everywhere',
    ...button({ inputs: { n: { type: 'number' } } }),
    steps: task({ text: { var: '$inputs.n' } }, null),
  },
  ...automation('notAsked', task('no'), { trigger: { type: 'called' } }),
};

let scene: AutomationScene;
let rita: Person;
let account: string;

beforeAll(async () => {
  scene = await automationScene(files);
  rita = await scene.person('rita');
  account = await rita.create('account', { name: 'Acme', status: 'closed' });
  await scene.settle();
});
afterAll(() => scene.close());
afterEach(() => scene.clear());

const press = (who: Person, name: string, body: Json = {}, id = account) =>
  who.http.post(`/api/v1/records/account/${id}/automations/${name}`, body);

describe('a button', () => {
  it('starts a run in the name of whoever presses it', async () => {
    const { status, json } = await press(rita, 'plain');
    expect([status, json]).toEqual([202, { run: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown }]);
    expect(await scene.runs()).toMatchObject([{ automation: 'plain', actor: rita.id, record_id: account, state: 'ready' }]);
    await scene.settle();
    expect(await scene.tasks()).toEqual(['pressed Acme']);
  });

  it('that is pressed twice under one Idempotency-Key starts one run, and answers twice', async () => {
    const twice = async (path: string) => {
      const headers = { authorization: `Bearer ${rita.http.token}`, 'content-type': 'application/json', 'idempotency-key': path };
      const answer = await fetch(`${scene.url}/api/v1${path}`, { method: 'POST', body: '{}', headers });
      return [answer.status, await answer.text()];
    };
    for (const path of [`/records/account/${account}/automations/plain`, '/automations/everywhere/start']) {
      const [first, second] = await Promise.all([twice(path), twice(path)]);
      expect([first[0], second]).toEqual([202, first]);
    }
    expect(await scene.runs()).toHaveLength(2);
  });

  it('takes what it asks for as fields of their types', async () => {
    const wrong = await press(rita, 'asks', { inputs: { size: 'huge', who: 'x', sure: 3, other: 1 } });
    expect([wrong.status, wrong.json['code']]).toEqual([422, 'INPUTS_INVALID']);
    const problems = wrong.json['problems'] as readonly Json[];
    expect(problems.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['INPUT_UNKNOWN', '/inputs/other'],
      ['VALUE_REQUIRED', '/inputs/why'],
      ['VALUE_OPTION_UNKNOWN', '/inputs/size'],
      ['VALUE_TYPE', '/inputs/who'],
      ['VALUE_TYPE', '/inputs/sure'],
    ]);
    const hidden = await scene.acme.create('account', { name: 'Hidden' });
    const unseen = await press(rita, 'asks', { inputs: { why: 'x', who: hidden } });
    expect([unseen.status, unseen.json]).toMatchObject([422, { code: 'LOOKUP_NOT_FOUND', pointer: '/inputs/who' }]);
    expect((await press(rita, 'asks', { inputs: { why: 'because', who: account, size: 'big' } })).status).toBe(202);
    await scene.settle();
    expect(await scene.tasks()).toEqual(['because Acme']);
  });

  it('does nothing where its condition does not hold', async () => {
    const answer = await press(rita, 'asks', { inputs: { why: 'no' } });
    expect([answer.status, answer.json['code']]).toEqual([409, 'AUTOMATION_NOT_APPLICABLE']);
    expect(await scene.runs()).toEqual([]);
  });

  it('is there only where it is shown, by the rights of whoever looks', async () => {
    expect((await press(rita, 'ofOpen')).json['code']).toBe('AUTOMATION_NOT_APPLICABLE');
    const open = await rita.create('account', { name: 'Open', status: 'open' });
    expect((await press(rita, 'ofOpen', {}, open)).status).toBe(202);
    // What the rule reads is hidden from one of them.
    expect((await press(rita, 'ofScore')).json['code']).toBe('AUTOMATION_NOT_APPLICABLE');
    expect((await press(scene.admin, 'ofScore')).status).toBe(202);
  });

  it('works with the rights of the person unless it says otherwise', async () => {
    expect((await press(rita, 'asPerson')).status).toBe(202);
    expect((await press(scene.admin, 'asPerson')).status).toBe(202);
    await scene.settle();
    expect((await scene.runs()).map(({ actor, state }) => [actor, state])).toEqual([
      [rita.id, 'failed'],
      [scene.admin.id, 'done'],
    ]);
    expect(await scene.tasks()).toEqual(['as a person']);
  });

  it('is of records that one sees, and of their object', async () => {
    const hidden = await scene.acme.create('account', { name: 'Hidden' });
    const answers = [
      await press(rita, 'plain', {}, hidden),
      await press(rita, 'plain', {}, 'x'),
      await press(rita, 'notAsked'),
      await press(rita, 'nothing'),
      await rita.http.post(`/api/v1/records/deal/${account}/automations/plain`, {}),
      await rita.http.post(`/api/v1/records/project/${account}/automations/plain`, {}),
      await rita.http.post('/api/v1/automations/plain/start', {}),
    ];
    expect(answers.map(({ status, json }) => [status, json['code']])).toEqual([
      [404, 'RECORD_NOT_FOUND'],
      [404, 'RECORD_NOT_FOUND'],
      [404, 'COMPONENT_UNKNOWN'],
      [404, 'COMPONENT_UNKNOWN'],
      [404, 'COMPONENT_UNKNOWN'],
      [404, 'OBJECT_UNKNOWN'],
      [404, 'COMPONENT_UNKNOWN'],
    ]);
    await scene.acme.remove('account', hidden);
    expect((await press(scene.admin, 'plain', {}, hidden)).json['code']).toBe('RECORD_NOT_FOUND');
  });

  it('may be about no record', async () => {
    expect((await rita.http.post('/api/v1/automations/everywhere/start', { inputs: { n: 5 } })).status).toBe(202);
    await scene.settle();
    expect(await scene.tasks()).toEqual(['5']);
  });
});
