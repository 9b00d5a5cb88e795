// Many records in one request, some of them right: what is refused leaves nothing behind, and what is out of sight stays as it was.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RecordResult } from '@tessera/engine';
import { selected } from '../support/engine.ts';
import { failureOf, refusals } from '../support/failures.ts';
import { accessScene, traces, type AccessScene, type Person } from './access-scene.ts';

const absent = '01900000-0000-7000-8000-000000000000';

let scene: AccessScene;
let bob: Person;
/** May give records away. */
let eve: Person;
beforeAll(async () => {
  scene = await accessScene();
  bob = await scene.person('bob');
  eve = await scene.person('eve', { permissionSets: ['hands'] });
});
afterAll(() => scene.close());

const code = (result: RecordResult): string =>
  result.ok ? 'ok' : result.problems.map((each) => `${each.code} ${each.pointer ?? ''}`).join(', ');
async function snapshot(ids: readonly string[]): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const id of ids) found.push(await stored(id), await traces(scene, id));
  return found;
}
const stored = (id: string) => scene.acme.read('account', id, 'name', 'status', 'region', 'version', 'updatedBy', 'dealCount', 'number');

describe('a bulk update of which some is right', () => {
  let own: string;
  let unseen: string;
  let readOnly: string;
  let open: string;
  beforeEach(async () => {
    const { acme, admin } = scene;
    own = await bob.create('account', { name: 'own' });
    unseen = await acme.create('account', { name: 'unseen' });
    readOnly = await acme.create('account', { name: 'readOnly' });
    open = await acme.create('account', { name: 'open', status: 'open' });
    await admin.run('records.share', { object: 'account', id: readOnly, shares: [{ to: { user: bob.id }, access: 'read' }] });
  });

  it('tells of each what it may, and writes nothing of what it refuses', async () => {
    const refused = [unseen, readOnly, open];
    const before = await snapshot(refused);
    const results = await bob.updateSome('account', [
      [own, { status: 'new' }],
      [unseen, { status: 'new' }],
      [readOnly, { status: 'new' }],
      [absent, { status: 'new' }],
      ['no id', { status: 'new' }],
      [open, { status: 'closed' }],
      [own, { status: 'again' }],
    ]);
    expect(results.map(code)).toEqual([
      'ok',
      'RECORD_NOT_FOUND /records/1',
      'RECORD_READ_ONLY /records/2',
      'RECORD_NOT_FOUND /records/3',
      'RECORD_NOT_FOUND /records/4',
      'RECORD_OUT_OF_SIGHT /records/5',
      'REQUEST_INVALID /records/6',
    ]);
    expect(await snapshot(refused)).toEqual(before);
    expect(await stored(own)).toMatchObject({ status: 'new', version: 2 });
    expect(await traces(scene, own)).toMatchObject({ history: 2 });
  });

  it('rolls up what was written, and that alone', async () => {
    const deals = await Promise.all(['a', 'b', 'c'].map((name) => scene.acme.create('deal', { name, owner: bob.id })));
    const [first = '', second = '', third = ''] = deals;
    const results = await bob.updateSome('deal', [
      [first, { account: own }],
      [second, { account: unseen }],
      [third, { account: own, amount: 'much' }],
    ]);
    expect(results.map(code)).toEqual(['ok', 'LOOKUP_NOT_FOUND /records/1/account', 'VALUE_TYPE /records/2/amount']);
    expect([(await stored(own))?.['dealCount'], (await stored(unseen))?.['dealCount']]).toEqual([1, 0]);
  });

  it('is refused as a whole where all or none is asked for', async () => {
    const records = [own, open].map((id) => ({ id, values: { status: 'closed' } }));
    const failure = await failureOf(bob.run('records.update', { object: 'account', records }));
    expect(failure.problems).toMatchObject([{ code: 'RECORD_OUT_OF_SIGHT', pointer: '/records/1' }]);
    expect(await stored(own)).toMatchObject({ status: null, version: 1 });
  });
});

describe('a bulk delete of which some is right', () => {
  it('tells of each what it may, and audits what went', async () => {
    const own = await bob.create('account', { name: 'own', deals: [{ name: 'd' }] });
    const unseen = await scene.acme.create('account', { name: 'unseen' });
    const records = [{ id: own, version: 9 }, { id: unseen, version: 9 }, { id: absent }, { id: 'no id' }];
    const first = await bob.run('records.delete', { object: 'account', allOrNone: false, records });
    expect(first.results.map(code)).toEqual([
      'RECORD_CHANGED /records/0',
      'RECORD_NOT_FOUND /records/1',
      'RECORD_NOT_FOUND /records/2',
      'RECORD_NOT_FOUND /records/3',
    ]);
    const second = await bob.run('records.delete', { object: 'account', allOrNone: false, records: [{ id: own }, { id: unseen }] });
    expect(second.results.map(code)).toEqual(['ok', 'RECORD_NOT_FOUND /records/1']);
    expect([await traces(scene, own), await traces(scene, unseen)]).toMatchObject([{ audit: 1 }, { audit: 0, history: 1 }]);
  });
});

describe('a record that goes out of sight', () => {
  it('stays as it was where the person no longer would see it', async () => {
    const open = await scene.acme.create('account', { name: 'open', status: 'open' });
    const [before, logged] = [await stored(open), await traces(scene, open)];
    expect(await refusals(bob.update('account', open, { status: 'closed' }))).toEqual([{ code: 'RECORD_OUT_OF_SIGHT', pointer: '' }]);
    const http = await bob.http.patch(`/api/v1/records/account/${open}`, { status: 'closed' });
    expect(http).toMatchObject({ status: 403, json: { code: 'RECORD_OUT_OF_SIGHT' } });
    const query = `mutation { updateAccount(id: "${open}", input: { status: "closed" }) { id } }`;
    expect((await bob.http.post('/graphql', { query })).text).toContain('RECORD_OUT_OF_SIGHT');
    expect([await stored(open), await traces(scene, open)]).toEqual([before, logged]);
    await bob.update('account', open, { region: 'still open' });
    expect(await stored(open)).toMatchObject({ region: 'still open', version: 2 });
  });

  it('may go where the write gives it another owner', async () => {
    const open = await scene.acme.create('account', { name: 'open', status: 'open' });
    await eve.update('account', open, { status: 'closed', owner: bob.id });
    expect(await eve.read('account', open, 'id')).toBeUndefined();
    expect(await bob.read('account', open, 'status')).toEqual({ status: 'closed' });
  });

  it('leaves no commit check behind', async () => {
    // The record breaks a rule that came later; a change of it that is refused is no reason to look.
    const { acme } = scene;
    const open = await acme.create('account', { name: 'old sin', status: 'open' });
    const own = await bob.create('account', { name: 'own' });
    const rule = { refuseWhen: { '==': [{ var: 'name' }, 'old sin'] }, check: 'commit', message: { en: 'No old sins.' } };
    await acme.apply({ 'extensions/account.json': { extends: 'account', validationRules: { sins__c: rule } } });
    const results = await bob.updateSome('account', [
      [open, { status: 'closed' }],
      [own, { region: 'r' }],
    ]);
    expect(results.map(code)).toEqual(['RECORD_OUT_OF_SIGHT /records/0', 'ok']);
    await acme.apply({ 'extensions/account.json': null });
  });
});

describe('a detail', () => {
  let shared: string;
  let own: string;
  beforeAll(async () => {
    shared = await scene.acme.create('account', { name: 'shared' });
    own = await eve.create('account', { name: 'own' });
    const shares = [bob, eve].map((person) => ({ to: { user: person.id }, access: 'read' as const }));
    await scene.admin.run('records.share', { object: 'account', id: shared, shares });
  });

  it('is not made under a master that may only be read, whoever gets it', async () => {
    for (const values of [{}, { owner: bob.id }])
      expect(await refusals(eve.create('site', { name: 's', account: shared, ...values }))).toEqual([
        { code: 'RECORD_READ_ONLY', pointer: '' },
      ]);
    expect(await refusals(eve.create('site', { name: 's', account: absent }))).toEqual([{ code: 'LOOKUP_NOT_FOUND', pointer: '/account' }]);
    expect(await scene.admin.sees('site')).toEqual([]);
  });

  it('is not moved to such a master, nor to one that is not seen', async () => {
    const site = await eve.create('site', { name: 's', account: own });
    const unseen = await scene.acme.create('account', { name: 'unseen' });
    for (const values of [{ account: shared }, { account: shared, owner: bob.id }])
      expect(await refusals(eve.update('site', site, values))).toEqual([{ code: 'RECORD_READ_ONLY', pointer: '' }]);
    expect(await refusals(eve.update('site', site, { account: unseen }))).toEqual([{ code: 'LOOKUP_NOT_FOUND', pointer: '/account' }]);
    expect(await scene.acme.read('site', site, 'account', 'owner', 'version')).toEqual({ account: own, owner: eve.id, version: 1 });
  });

  it('of a master that may only be read is neither changed nor deleted', async () => {
    const site = await scene.acme.create('site', { name: 's', account: shared });
    expect(await refusals(bob.update('site', site, { city: 'x' }))).toEqual([{ code: 'RECORD_READ_ONLY', pointer: '' }]);
    expect(await refusals(bob.remove('site', site))).toEqual([{ code: 'RECORD_READ_ONLY', pointer: '' }]);
  });
});

describe('an idempotency key', () => {
  it('is answered as before, and what is refused uses none up', async () => {
    const create = (name: string, key: string) =>
      bob.run('records.create', { object: 'account', records: [{ name }], returning: [selected('name')] }, { idempotencyKey: key });
    const [first, again] = [await create('once', 'k1'), await create('once', 'k1')];
    expect(again).toEqual(first);
    expect((await failureOf(create('twice', 'k1'))).code).toBe('IDEMPOTENCY_KEY_REUSED');
    const unseen = await scene.acme.create('account', { name: 'unseen' });
    const update = () =>
      bob.run('records.update', { object: 'account', records: [{ id: unseen, values: { region: 'r' } }] }, { idempotencyKey: 'k2' });
    expect((await failureOf(update())).code).toBe('RECORD_NOT_FOUND');
    await scene.acme.update('account', unseen, { owner: bob.id });
    expect((await update()).results).toMatchObject([{ ok: true }]);
  });

  it('of one person is not another one’s', async () => {
    const create = (person: Person) =>
      person.run('records.create', { object: 'account', records: [{ name: 'same' }] }, { idempotencyKey: 'shared key' });
    const [[first], [second]] = [(await create(bob)).results, (await create(eve)).results];
    expect(first?.ok === true && second?.ok === true && first.id !== second.id).toBe(true);
  });
});
