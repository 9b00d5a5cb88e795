// Automations, calendars, templates and decision tables over REST: planned, applied, shown to those who work on the metadata.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../support/http-client.ts';
import { accessScene, type AccessScene } from './access-scene.ts';

const automation: Json = {
  name: 'greet__c',
  object: 'account',
  trigger: { type: 'record', on: ['create'] },
  steps: { tell: { type: 'notify', to: { boss: { managerOf: 'owner' } }, template: 'hello__c' } },
};
const files: Json = {
  'templates/hello__c.json': { name: 'hello__c', object: 'account', inApp: { subject: { en: 'Hello {{ $user.name }}, see {{ name }}' } } },
  'calendars/office__c.json': { name: 'office__c', hours: { monday: ['09:00-18:00'] } },
  'decisionTables/rates__c.json': { name: 'rates__c', object: 'account', inputs: { region: { field: 'region' } }, outputs: ['name'] },
};

let scene: AccessScene;
const components = Object.keys(files).map((path) => path.replace('.json', '').replace(/s\//, '/'));

beforeAll(async () => {
  scene = await accessScene();
});
afterAll(() => scene.close());

describe('metadata of what happens by itself', () => {
  it('is planned, telling each mistake where it stands', async () => {
    const { http } = scene.admin;
    const steps = { tell: { type: 'notify', to: { boss: { managerOf: 'region' } }, template: 'hullo__c' } };
    const wrong = { ...files, 'automations/greet__c.json': { ...automation, steps } };
    const { status, json } = await http.post('/api/v1/metadata/plan', { files: wrong });
    const problems = json['problems'] as readonly Json[];
    expect([status, json['code']]).toEqual([422, 'METADATA_INVALID']);
    expect(problems.map(({ code, file, pointer }) => [code, file, pointer])).toEqual([
      ['RULE_TYPE', 'tenant/automations/greet__c.json', '/steps/tell/to/boss/managerOf'],
      ['METADATA_REFERENCE_MISSING', 'tenant/automations/greet__c.json', '/steps/tell/template'],
    ]);
    const plan = await http.post('/api/v1/metadata/plan', { files });
    const changes = plan.json['changes'] as readonly Json[];
    expect(changes.map(({ kind, name, change }) => [change, `${String(kind)}/${String(name)}`])).toEqual(
      expect.arrayContaining(components.map((component) => ['added', component])),
    );
    expect(plan.json['steps']).toEqual([]);
  });

  it('is applied, and shown to administrators only', async () => {
    expect((await scene.admin.http.apply(files)).status).toBe(200);
    const rep = await scene.person('rita');
    for (const component of components) {
      const [kind = '', name = ''] = component.split('/');
      const shown = await scene.admin.http.get(`/api/v1/metadata/${component}`);
      expect([shown.status, shown.json['name']]).toEqual([200, name]);
      expect(Object.keys((await scene.admin.http.get(`/api/v1/metadata/${kind}`)).json)).toContain(name);
      expect((await rep.http.get(`/api/v1/metadata/${component}`)).status).toBe(403);
    }
  });

  it('tells in which order the automations of an object run, before and after', async () => {
    const { http } = scene.admin;
    const first = { ...automation, name: 'first__c', order: 10 };
    const one = await http.apply({ ...files, 'automations/greet__c.json': automation });
    expect([one.status, one.json['automations']]).toEqual([
      200,
      [{ object: 'account', moment: 'afterCommit', before: [], after: ['greet__c'] }],
    ]);
    const plan = await http.post('/api/v1/metadata/plan', { files: { 'automations/first__c.json': first } });
    expect(plan.json['automations']).toEqual([
      { object: 'account', moment: 'afterCommit', before: ['greet__c'], after: ['first__c', 'greet__c'] },
    ]);
    const other = await http.post('/api/v1/metadata/plan', {
      files: { 'automations/greet__c.json': { ...automation, label: { en: 'Greet' } } },
    });
    expect(Object.keys(other.json)).not.toContain('automations');
  });
});
