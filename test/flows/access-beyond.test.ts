// Writes of a person of few rights where several parts meet: savepoints within savepoints, hidden relations and targets, commit checks.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureOf, refusals } from '../support/failures.ts';
import { accessScene, traces, type AccessScene, type Person } from './access-scene.ts';

const absent = '01900000-0000-7000-8000-000000000000';
let scene: AccessScene;
let bob: Person;
beforeAll(async () => {
  scene = await accessScene();
  bob = await scene.person('bob');
});
afterAll(() => scene.close());

async function said(work: Promise<unknown>, name: string): Promise<string> {
  const { problems } = await failureOf(work);
  return JSON.stringify(problems).replaceAll(name, 'X');
}

describe('a bulk update in which one record collides and another goes out of sight', () => {
  it('writes the others once, and these not at all', async () => {
    const { acme } = scene;
    await acme.create('account', { name: 'taken', code: 'taken' });
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4]) ids.push(await acme.create('account', { name: `o${String(n)}`, code: `c${String(n)}`, status: 'open' }));
    const [closed = '', coded = '', collides = '', moved = ''] = ids;
    const results = await bob.updateSome('account', [
      [closed, { status: 'closed' }],
      [coded, { code: 'new', status: 'open' }],
      [collides, { code: 'taken' }],
      [moved, { region: 'r' }],
    ]);
    expect(results.map((result) => (result.ok ? result.version : result.problems.map(({ code }) => code)))).toEqual([
      ['RECORD_OUT_OF_SIGHT'],
      2,
      ['RECORD_NOT_UNIQUE'],
      2,
    ]);
    const stored = (id: string) => acme.read('account', id, 'status', 'code', 'region', 'version');
    expect(await stored(closed)).toEqual({ status: 'open', code: 'c1', region: null, version: 1 });
    expect(await stored(coded)).toEqual({ status: 'open', code: 'new', region: null, version: 2 });
    expect(await stored(collides)).toEqual({ status: 'open', code: 'c3', region: null, version: 1 });
    expect(await stored(moved)).toEqual({ status: 'open', code: 'c4', region: 'r', version: 2 });
    expect(await traces(scene, closed)).toMatchObject({ history: 1 });
  });
});

describe('a relation that does not exist for the person', () => {
  it('is an unknown field, exactly as an invented one', async () => {
    const create = (relation: string): Promise<string> => said(bob.create('account', { name: 'x', [relation]: [{ name: 'p' }] }), relation);
    expect(await create('projects')).toBe(await create('zzz'));
    expect(await create('projects')).toContain('FIELD_UNKNOWN');
    const records = [{ name: 'right' }, { name: 'x', projects: 'no list' }];
    const { results } = await bob.run('records.create', { object: 'account', allOrNone: false, records });
    expect(results.map(({ ok }) => ok)).toEqual([true, false]);
    expect(await scene.admin.sees('project')).toEqual([]);
  });
});

describe('a lookup some of whose targets do not exist for the person', () => {
  it('is set to the others, in the form that it always has', async () => {
    const own = await bob.create('account', { name: 'own' });
    const deal = await bob.create('deal', { name: 'D', concerns: { object: 'account', id: own } });
    expect(await bob.read('deal', deal, 'concerns')).toEqual({ concerns: { object: 'account', id: own } });
    expect(await scene.acme.read('deal', deal, 'concerns')).toEqual({ concerns: { object: 'account', id: own } });
    const point = (object: string, id = absent): Promise<string> =>
      said(bob.create('deal', { name: 'D', concerns: { object, id } }), object);
    expect(await point('project')).toBe(await point('zzz'));
    expect(await point('project', await scene.acme.create('project', { name: 'P' }))).toContain('VALUE_TYPE');
    expect(await refusals(bob.create('deal', { name: 'D', concerns: own }))).toEqual([{ code: 'VALUE_TYPE', pointer: '/concerns' }]);
  });

  it('of which none exists points to nothing', async () => {
    const project = await scene.acme.create('project', { name: 'P' });
    const point = (id: string): Promise<string> => said(bob.create('deal', { name: 'D', work: id }), id);
    expect(await point(project)).toBe(await point(absent));
    expect(await point(project)).toContain('LOOKUP_NOT_FOUND');
    expect((await point(project)) + (await point('no id'))).not.toContain('project');
  });
});

describe('a commit check', () => {
  it('at a hidden field, or of a hidden object, names nothing', async () => {
    const { acme } = scene;
    const message = { en: 'It cannot be so.' };
    const own = await bob.create('account', { name: 'own' });
    const check = (name: string, at?: string) => ({
      refuseWhen: { '==': [{ var: 'region' }, name] },
      check: 'commit',
      message,
      ...(at === undefined ? {} : { at }),
    });
    const rules = { atHidden__c: check('hidden', 'score'), atShown__c: check('shown', 'region') };
    await acme.apply({ 'extensions/account.json': { extends: 'account', validationRules: rules } });
    expect(await refusals(bob.update('account', own, { region: 'hidden' }))).toEqual([{ code: 'RECORD_REFUSED', pointer: '' }]);
    expect(await refusals(bob.update('account', own, { region: 'shown' }))).toEqual([{ code: 'VALIDATION_FAILED', pointer: '/region' }]);
    expect(await refusals(acme.run('records.update', { object: 'account', records: [{ id: own, values: { region: 'hidden' } }] }))).toEqual(
      [{ code: 'VALIDATION_FAILED', pointer: '/score' }],
    );
  });

  it('of a record that the request does not name gives no id', async () => {
    const { acme } = scene;
    const rule = { refuseWhen: { '>': [{ var: 'dealCount' }, 1] }, check: 'commit', message: { en: 'One deal is enough.' } };
    await acme.apply({ 'extensions/account.json': { extends: 'account', validationRules: { one__c: rule } } });
    const shared = await acme.create('account', { name: 'shared', deals: [{ name: 'first' }] });
    await scene.admin.run('records.share', { object: 'account', id: shared, shares: [{ to: { user: bob.id } }] });
    const failure = await failureOf(bob.create('deal', { name: 'third', account: shared }));
    expect(failure.problems).toMatchObject([{ code: 'VALIDATION_FAILED', message: 'One deal is enough.' }]);
    expect(JSON.stringify(failure.problems)).not.toContain(shared);
  });
});
