// What a person of few rights may write: verbs, fields, record types, owners, and what is said of fields that are hidden.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { selected } from '../support/engine.ts';
import { failureOf, refusals } from '../support/failures.ts';
import { accessScene, traces, type AccessScene, type Person } from './access-scene.ts';

let scene: AccessScene;
let bob: Person;
/** May give records away. */
let eve: Person;
/** Reads all accounts, and writes nothing. */
let ray: Person;

beforeAll(async () => {
  scene = await accessScene();
  bob = await scene.person('bob');
  eve = await scene.person('eve', { permissionSets: ['hands'] });
  ray = await scene.person('ray', { roles: ['reader'] });
});
afterAll(() => scene.close());

/** The message with the field's name taken out, to compare what is said of two fields. */
async function said(work: Promise<unknown>, name: string): Promise<string> {
  const { problems } = await failureOf(work);
  return JSON.stringify(problems).replaceAll(name, 'X');
}
const account = (values: Readonly<Record<string, unknown>> = {}) => ({ name: 'One', ...values });

describe('verbs', () => {
  it('need their flag, whatever the record', async () => {
    const own = await scene.acme.create('account', account({ owner: ray.id }));
    const denied = [{ code: 'PERMISSION_DENIED', pointer: '' }];
    expect(await refusals(ray.create('account', account()))).toEqual(denied);
    for (const id of [own, scene.acme.administrator, 'no id at all']) {
      expect(await refusals(ray.update('account', id, { status: 'x' }))).toContainEqual(denied[0]);
      expect(await refusals(ray.remove('account', id))).toEqual(denied);
    }
    const restored = ray.run('records.restore', { object: 'account', ids: [own] });
    expect(await refusals(restored)).toEqual([{ code: 'PERMISSION_DENIED', pointer: '/ids/0' }]);
    expect(await refusals(bob.run('records.upsert', { object: 'task', by: 'nothing', records: [{ name: 'x' }] }))).toEqual([
      { code: 'KEY_UNKNOWN', pointer: undefined },
    ]);
  });

  it('are refused over REST, and no part of the GraphQL schema', async () => {
    expect(await ray.http.post('/api/v1/records/account', account())).toMatchObject({ status: 403, json: { code: 'PERMISSION_DENIED' } });
    const { json } = await ray.http.post('/graphql', { query: 'mutation { createAccount(input: { name: "x" }) { id } }' });
    expect(JSON.stringify(json['errors'])).toContain('GRAPHQL_INVALID');
  });

  it('are nothing for an object that may not be read: it is not there', async () => {
    const [hidden, invented] = await Promise.all(['project', 'projects9'].map((object) => failureOf(bob.create(object, { name: 'x' }))));
    expect(hidden?.code).toBe('OBJECT_UNKNOWN');
    expect(hidden?.message.replace('project', 'X')).toBe(invented?.message.replace('projects9', 'X'));
  });
});

describe('fields', () => {
  it('that are hidden are told of exactly as invented ones', async () => {
    const id = await bob.create('account', account());
    for (const hidden of ['score', 'taxNumber', 'twice']) {
      const [known, unknown] = [
        await said(bob.update('account', id, { [hidden]: '1' }), hidden),
        await said(bob.update('account', id, { zzz: '1' }), 'zzz'),
      ];
      expect(known).toBe(unknown);
      expect(known).toContain('FIELD_UNKNOWN');
      expect(await said(bob.create('account', account({ [hidden]: '1' })), hidden)).toBe(
        await said(bob.create('account', account({ zzz: '1' })), 'zzz'),
      );
    }
  });

  it('that may only be read or are masked are read-only', async () => {
    const id = await bob.create('account', account());
    for (const field of ['rating', 'phone', 'version', 'dealCount', 'number'])
      expect(await refusals(bob.update('account', id, { [field]: '+8613800138000' }))).toEqual([
        { code: 'FIELD_READ_ONLY', pointer: `/${field}` },
      ]);
  });

  it('are told all at once, each at its place', async () => {
    const records = [account({ rating: 'x', score: 1 }), account({ zzz: 1 })];
    expect(await refusals(bob.run('records.create', { object: 'account', records }))).toEqual([
      { code: 'FIELD_READ_ONLY', pointer: '/records/0/rating' },
      { code: 'FIELD_UNKNOWN', pointer: '/records/0/score' },
      { code: 'FIELD_UNKNOWN', pointer: '/records/1/zzz' },
    ]);
    const answer = await bob.http.post('/api/v1/records/account', account({ score: 1 }));
    expect(answer).toMatchObject({ status: 422, json: { code: 'FIELD_UNKNOWN', pointer: '/score' } });
  });

  it('that are secret may be set, and are shown as dots', async () => {
    const returning = [selected('key'), selected('phone')];
    const { results } = await bob.run('records.create', {
      object: 'account',
      records: [account({ key: 'a secret of twenty' })],
      returning,
    });
    expect(results).toMatchObject([{ ok: true, record: expect.stringContaining('••••enty') }]);
    const [row] = await scene.sql(`select key from ${scene.acme.schema}.account where key is not null`);
    expect(String(row?.['key'])).not.toContain('twenty');
  });

  it('that are hidden are set by their defaults, and none of them is answered', async () => {
    const { results } = await bob.run('records.create', { object: 'account', records: [account()], returning: [{ kind: 'allFields' }] });
    const [result] = results;
    if (result?.ok !== true) throw new Error('It is allowed.');
    expect(await scene.acme.read('account', result.id, 'score', 'twice')).toEqual({ score: 7, twice: 14 });
    for (const hidden of ['score', 'twice', 'taxNumber']) expect(result.record).not.toContain(hidden);
  });
});

describe('what is wrong with a hidden field', () => {
  const silent = [{ code: 'RECORD_REFUSED', pointer: '' }];

  it('is told without its name: required, and without a default', async () => {
    expect(await refusals(bob.create('ledger', { name: 'L' }))).toEqual(silent);
    expect(JSON.stringify((await failureOf(bob.create('ledger', { name: 'L' }))).problems)).not.toContain('book');
    const http = await bob.http.post('/api/v1/records/ledger', { name: 'L' });
    expect(http).toMatchObject({ status: 422, json: { code: 'RECORD_REFUSED' } });
    expect(http.text).not.toContain('book');
  });

  it('is told without its name: a validation rule at it', async () => {
    const id = await bob.create('account', account());
    expect(await refusals(bob.update('account', id, { status: 'boom' }))).toEqual(silent);
    expect(await refusals(bob.update('account', id, { status: 'bang' }))).toEqual([{ code: 'VALIDATION_FAILED', pointer: '/status' }]);
    expect(await refusals(scene.acme.run('records.update', { object: 'account', records: [{ id, values: { status: 'boom' } }] }))).toEqual([
      { code: 'VALIDATION_FAILED', pointer: '/score' },
    ]);
    expect(await traces(scene, id)).toMatchObject({ history: 1 });
  });

  it('is told without its name: a key over it', async () => {
    // The key is over region and tax number, of which a rep knows the region.
    const id = await scene.acme.create('account', account({ owner: bob.id, region: 'east', taxNumber: 'T-101' }));
    const clash = await scene.acme.create('account', account({ region: 'clash', taxNumber: 'T-103' }));
    await scene.acme.apply({ 'extensions/account.json': { extends: 'account', fields: { taxNumber: { unique: false } } } });
    await scene.acme.update('account', id, { taxNumber: 'T-103' });
    const { problems } = await failureOf(bob.update('account', id, { region: 'clash' }));
    expect(problems).toMatchObject([{ code: 'RECORD_NOT_UNIQUE', pointer: '/region', params: { fields: 'region' } }]);
    expect(JSON.stringify(problems)).not.toMatch(/taxNumber|T-103/);
    expect(JSON.stringify(problems)).not.toContain(clash);
  });
});

describe('record types', () => {
  it('are given where the role says so, by default too, and are kept', async () => {
    expect(await refusals(bob.create('account', account({ recordType: 'state' })))).toEqual([
      { code: 'RECORD_TYPE_NOT_ALLOWED', pointer: '/recordType' },
    ]);
    const own = await bob.create('account', account({ recordType: 'corporate' }));
    expect(await refusals(bob.update('account', own, { recordType: 'state' }))).toEqual([
      { code: 'RECORD_TYPE_NOT_ALLOWED', pointer: '/recordType' },
    ]);
    await bob.update('account', own, { recordType: null });
    const kept = await scene.acme.create('account', account({ recordType: 'state', owner: bob.id }));
    await bob.update('account', kept, { recordType: 'state', region: 'r' });
    expect(await scene.acme.read('account', kept, 'recordType', 'region')).toEqual({ recordType: 'state', region: 'r' });
  });
});

describe('the owner', () => {
  it('is whoever creates, and given to others with changeOwner only', async () => {
    const own = await bob.create('account', account({ owner: bob.id }));
    for (const owner of [eve.id, null]) {
      expect(await refusals(bob.create('account', account({ owner })))).toEqual([{ code: 'PERMISSION_DENIED', pointer: '/owner' }]);
      expect(await refusals(bob.update('account', own, { owner }))).toEqual([{ code: 'PERMISSION_DENIED', pointer: '/owner' }]);
    }
    await bob.update('account', own, { owner: bob.id, region: 'same' });
    expect(await bob.read('account', own, 'region')).toEqual({ region: 'same' });
  });

  it('that is given away takes the record along, and the answer shows nothing of it', async () => {
    const own = await eve.create('account', account());
    const change = { object: 'account', records: [{ id: own, values: { owner: bob.id } }], returning: [selected('name')] };
    const { results } = await eve.run('records.update', change);
    expect(results).toEqual([{ ok: true, id: own, version: 2, created: false }]);
    expect(await eve.sees('account')).not.toContain(own);
    expect(await bob.sees('account')).toContain(own);
    const made = await eve.http.post('/graphql', {
      query: `mutation { createAccount(input: { name: "given", owner: "${bob.id}" }) { id name } }`,
    });
    expect(made.json).toEqual({ data: { createAccount: null } });
  });
});
