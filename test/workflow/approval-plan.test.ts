// Approval processes in a plan: what nothing would carry out is refused, unless it is switched off.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accessScene, type AccessScene } from '../flows/access-scene.ts';
import type { Json } from '../support/http-client.ts';

const process: Json = {
  name: 'rename__c',
  object: 'account',
  on: ['update'],
  entry: { changed: ['name'] },
  steps: { boss: { type: 'approval', approvers: { boss: { managerOf: 'submitter' } } } },
};

let scene: AccessScene;
beforeAll(async () => {
  scene = await accessScene();
});
afterAll(() => scene.close());

describe('a plan', () => {
  const plan = (content: Json): ReturnType<typeof scene.admin.http.post> =>
    scene.admin.http.post('/api/v1/metadata/plan', { files: { 'approvalProcesses/rename__c.json': content } });

  it('refuses a process that is right, since nothing drives it', async () => {
    const { status, json } = await plan(process);
    const problems = json['problems'] as readonly Json[];
    expect([status, problems.map(({ code, file }) => [code, file])]).toEqual([
      422,
      [['AUTOMATION_UNAVAILABLE', 'tenant/approvalProcesses/rename__c.json']],
    ]);
  });

  it('tells what is wrong with one first', async () => {
    const { json } = await plan({ ...process, onApproved: { set: { nothing: 1 } } });
    const problems = json['problems'] as readonly Json[];
    expect(problems.map(({ file, pointer }) => [file, pointer])).toEqual([
      ['tenant/approvalProcesses/rename__c.json', '/onApproved/set/nothing'],
    ]);
  });

  it('takes one that is switched off', async () => {
    expect((await plan({ ...process, active: false })).status).toBe(200);
  });
});
