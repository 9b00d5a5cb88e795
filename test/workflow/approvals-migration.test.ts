// A change of a process while its approvals are running: they go on as they began, move where it says so, or stand in the way.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TesseraError } from '@tessera/kernel';
import { approvalScene, by, requests, type ApprovalScene } from './approvals-driving-scene.ts';
import type { Json } from '../support/engine.ts';

const ask = (who: 'ann' | 'bob' | 'cat', order: number, more: Json = {}): Json => ({
  type: 'approval',
  order,
  approvers: by(who),
  ...more,
});
const own = (name: string, steps: Json, more: Json = {}): Json => ({
  [`approvalProcesses/${name}.json`]: { name, object: 'request', on: ['create'], entry: { '==': [{ var: 'kind' }, name] }, steps, ...more },
});

let scene: ApprovalScene;
beforeAll(async () => {
  scene = await approvalScene(requests({}));
}, 400_000);
afterAll(() => scene.close());

const drained = (): Promise<unknown> => scene.engine.engine.drain('acme', Date.now() + 1_000);
/** What stands in the way of a change. */
async function blockedBy(files: Json): Promise<string> {
  const error = await scene.acme.apply(files).then(
    () => undefined,
    (found: unknown) => found as TesseraError,
  );
  return error === undefined ? 'nothing' : `${error.code}: ${error.problems.map(({ message }) => message).join(' ')}`;
}
const tasks = async (id: string): Promise<readonly unknown[]> =>
  scene.engine.sql(
    `select t.step, u.name as who from ${scene.acme.schema}.approval_task t join ${scene.acme.schema}."user" u on u.id = t.assignee_id
     where t.about_id = $1 and t.kind = 'approve' and t.state = 'open'`,
    [id],
  );

/** In how many hours the time-out of a request comes. */
async function dueIn(id: string): Promise<number> {
  const [timer] = await scene.engine.sql(
    `select extract(epoch from t.due_at - a.started_at) / 3600 as hours from ${scene.acme.schema}._timer t
     join ${scene.acme.schema}._approval a on a.record_id = t.record_id where t.kind = 'approval' and t.record_id = $1`,
    [id],
  );
  return Number(timer?.['hours']);
}

describe('a process with running approvals', () => {
  it('is not removed, but switched off: what runs goes on, and nothing begins', async () => {
    const { acme, people } = scene;
    const path = 'approvalProcesses/gone__c.json';
    const files = own('gone__c', { first: ask('ann', 10), second: ask('bob', 20) });
    await acme.apply(files);
    const id = await scene.create({ kind: 'gone__c', amount: 1 });
    const blocked = await blockedBy({ [path]: null });
    expect(blocked).toMatch(/PLAN_CHECK: 1 approvals of gone__c are running.*"active": false/);
    expect(blocked).toContain(String((await scene.approvals(id))[0]?.['id']));
    await acme.apply(own('gone__c', { first: ask('ann', 10), second: ask('bob', 20) }, { active: false }));
    const free = await scene.create({ kind: 'gone__c', amount: 1 });
    expect(await scene.approvals(free)).toEqual([]);
    await scene.act(id, people.ann, { type: 'approve' });
    await scene.act(id, people.bob, { type: 'approve' });
    expect((await scene.approvals(id))[0]).toMatchObject({ status: 'approved' });
    // With the last of them it may go, unless the history would go with it.
    expect(await blockedBy({ [path]: null })).toMatch(/PLAN_CHECK: The history of 1 approvals of request would go.*"active": false/);
    await acme.apply(own('other__c', { first: ask('ann', 10) }));
    expect(await blockedBy({ [path]: null })).toBe('nothing');
  });

  it('leaves them on the version that they began with where it changes', async () => {
    const { acme, people } = scene;
    await acme.apply(own('kept__c', { first: ask('ann', 10), second: ask('bob', 20) }));
    const id = await scene.create({ kind: 'kept__c', amount: 1 });
    await acme.apply(own('kept__c', { only: ask('cat', 10) }));
    expect(await tasks(id)).toEqual([{ step: 'first', who: 'ann' }]);
    await scene.act(id, people.ann, { type: 'approve' });
    expect(await tasks(id)).toEqual([{ step: 'second', who: 'bob' }]);
    const later = await scene.create({ kind: 'kept__c', amount: 1 });
    expect(await tasks(later)).toEqual([{ step: 'only', who: 'cat' }]);
    // What it goes on with must not be taken from it.
    await acme.apply({ 'calendars/shop__c.json': { name: 'shop__c', timeZone: 'UTC', hours: { monday: ['09:00-10:00'] } } });
    const timeout = { after: 'PT4H', calendar: 'shop__c', do: 'remind' };
    await acme.apply(own('kept__c', { only: ask('cat', 10, { timeout }) }));
    const timed = await scene.create({ kind: 'kept__c', amount: 1 });
    expect(await dueIn(timed)).toBeGreaterThan(4);
    // Its time follows the calendar.
    const always = Object.fromEntries(
      ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => [day, ['00:00-24:00']]),
    );
    await acme.apply({ 'calendars/shop__c.json': { name: 'shop__c', timeZone: 'UTC', hours: always } });
    await drained();
    expect(await dueIn(timed)).toBe(4);
    const change = { ...own('kept__c', { only: ask('cat', 10) }), 'calendars/shop__c.json': null };
    expect(await blockedBy(change)).toMatch(/1 running approvals of kept__c go on with the version.*shop__c.*migrate/);
    await scene.act(timed, people.cat, { type: 'approve' });
    expect(await blockedBy(change)).toBe('nothing');
  });

  it('leaves them theirs where what they name is called otherwise by now', async () => {
    const { acme, people } = scene;
    const lead = (label: string): Json => ({ 'roles/lead__c.json': { name: 'lead__c', label: { en: label } } });
    const asking = (name: string): Json =>
      own('named__c', { first: ask('ann', 10), second: { type: 'approval', order: 20, approvers: { lead: { role: name } } } });
    await acme.apply({ ...lead('Lead'), ...asking('lead__c') });
    const id = await scene.create({ kind: 'named__c', amount: 1 });
    const head = { 'roles/head__c.json': { name: 'head__c', label: { en: 'Head' }, renamedFrom: ['lead__c'] }, 'roles/lead__c.json': null };
    await acme.apply({ ...head, ...asking('head__c') });
    await acme.update('user', people.dan, { roles: ['clerk', 'head__c'] });
    await scene.act(id, people.ann, { type: 'approve' });
    expect(await tasks(id)).toEqual([{ step: 'second', who: 'dan' }]);
  });

  it('moves them where it says so, all or none', async () => {
    const { acme, people } = scene;
    await acme.apply(own('moves__c', { first: ask('ann', 10), second: ask('bob', 20) }));
    const [one, two] = [await scene.create({ kind: 'moves__c', amount: 1 }), await scene.create({ kind: 'moves__c', amount: 1 })];
    await scene.act(two, people.ann, { type: 'approve' });
    const timeout = { after: 'PT4H', do: 'remind' };
    const steps = {
      start: ask('ann', 10, { approvers: { ann: { field: 'ann' }, cat: { field: 'cat' } }, timeout }),
      second: ask('bob', 20),
      last: ask('cat', 30),
    };
    expect(await blockedBy(own('moves__c', steps, { migrate: {} }))).toMatch(
      /1 running approvals of moves__c cannot move.*first is not there/,
    );
    expect(await blockedBy(own('moves__c', steps, { migrate: { first: 'nowhere' } }))).toMatch(
      /METADATA_REFERENCE_MISSING: There is no step nowhere/,
    );
    expect((await scene.approvals(one))[0]?.['definition']).toBe((await scene.approvals(two))[0]?.['definition']);
    await acme.apply(own('moves__c', steps, { migrate: { first: 'start' } }));
    await drained();
    expect([await tasks(one), await tasks(two)]).toEqual([[{ step: 'start', who: 'ann' }], [{ step: 'second', who: 'bob' }]]);
    const timers = await scene.engine.sql(`select record_id from ${acme.schema}._timer where kind = 'approval'`);
    expect(timers).toEqual([{ record_id: one }]);
    const said = await scene.engine.sql(`select action from ${acme.schema}.request_approval_decision where record_id = $1 order by id`, [
      one,
    ]);
    expect(said.map(({ action }) => action)).toEqual(['submitted', 'migrated']);
    await scene.act(two, people.bob, { type: 'approve' });
    expect(await tasks(two)).toEqual([{ step: 'last', who: 'cat' }]);
  });

  it('is followed by them where it is renamed', async () => {
    const { acme, people } = scene;
    await acme.apply(own('old__c', { first: ask('ann', 10) }));
    const id = await scene.create({ kind: 'old__c', amount: 1 });
    const renamed = own('new__c', { first: ask('ann', 10), second: ask('bob', 20) }, { renamedFrom: ['old__c'], migrate: {} });
    await acme.apply({ ...renamed, 'approvalProcesses/old__c.json': null });
    await drained();
    expect((await scene.approvals(id))[0]).toMatchObject({ process: 'new__c', status: 'running' });
    const named = (table: string, by: string): Promise<unknown> =>
      scene.engine.sql(`select distinct process from ${acme.schema}.${table} where ${by}::text = $1`, [id]);
    expect([await named('approval_task', 'about_id'), await named('request_approval', 'record_id')]).toEqual(
      Array(2).fill([{ process: 'new__c' }]),
    );
    await scene.act(id, people.ann, { type: 'approve' });
    expect(await tasks(id)).toEqual([{ step: 'second', who: 'bob' }]);
  });
});
