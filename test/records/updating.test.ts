// Updates: what is absent, null or the same; versions; whose record it is; history that is exact under concurrent writers.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf, refusals } from '../support/failures.ts';
import { keepOutbox, type Told } from '../support/outbox.ts';

const crm = pack('crm', {
  note: {
    fields: {
      text: { type: 'text', history: true },
      amount: { type: 'currency', history: true },
      done: { type: 'boolean', history: true },
      tags: { type: 'multiPicklist', options: { a: { order: 10 }, b: { order: 20 } }, history: true },
      extra: { type: 'json' },
      plain: { type: 'text' },
    },
  },
  other: { fields: {} },
});
const extension = {
  extends: 'note',
  fields: {
    rank__c: { type: 'number', history: true },
    tenth__c: { type: 'formula', returns: 'number', scale: 2, formula: { '/': [{ var: 'rank__c' }, 10] } },
  },
};

let engine: TestEngine;
let acme: TestTenant;
let told: () => Promise<readonly Told[]>;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [crm]);
  await acme.apply({ 'extensions/note.json': extension });
  told = await keepOutbox(engine);
});
afterAll(() => engine.close());

const note = (values = {}) => acme.create('note', { name: 'N', text: 'one', amount: '10.50', done: true, tags: ['a'], ...values });
const historyOf = (id: string) =>
  engine.sql(`select field, old, new, change, actor, version from ${acme.schema}._history where record_id = $1 order by id`, [id]);

describe('an update', () => {
  it('leaves what is absent, clears by null and by an empty text, and keeps a boolean', async () => {
    const id = await note({ plain: 'p', rank__c: 5 });
    await acme.update('note', id, { text: '', amount: null, done: null, tags: null });
    expect(await acme.read('note', id, 'text', 'amount', 'done', 'tags', 'plain', 'tenth__c', 'version')).toEqual({
      text: null,
      amount: null,
      done: false,
      tags: null,
      plain: 'p',
      tenth__c: 0.5,
      version: 2,
    });
  });

  it('that changes nothing writes nothing: no version, no history, no outbox', async () => {
    const id = await note({ extra: { a: 1, b: [1, 2] } });
    await told();
    expect(await acme.update('note', id, { text: 'one', amount: '10.500', done: 'yes', tags: ['a'], extra: { b: [1, 2], a: 1 } })).toBe(1);
    expect(await acme.update('note', id, {})).toBe(1);
    expect(await told()).toEqual([]);
    expect(await historyOf(id)).toHaveLength(1);
  });

  it('keeps old and new value with actor and version, of fields with history', async () => {
    const id = await note();
    await acme.update('note', id, { text: 'two', amount: 11, plain: 'x', rank__c: 1 });
    const actor = acme.administrator;
    expect(await historyOf(id)).toEqual([
      { field: null, old: null, new: null, change: 'created', actor, version: 1 },
      { field: 'text', old: 'one', new: 'two', change: 'updated', actor, version: 2 },
      { field: 'amount', old: '10.5', new: '11', change: 'updated', actor, version: 2 },
      { field: 'rank__c', old: null, new: '1', change: 'updated', actor, version: 2 },
    ]);
    expect((await told()).at(-1)).toMatchObject({ object: 'note', change: 'updated', actor, records: [[id, 2]] });
  });

  it('by the caller’s version is refused where the record has another by now', async () => {
    const id = await note();
    expect(await acme.update('note', id, { text: 'two' }, 1)).toBe(2);
    expect(await failureOf(acme.update('note', id, { text: 'three' }, 1))).toMatchObject({
      code: 'RECORD_CHANGED',
      status: 409,
      params: { version: 2, expected: 1 },
    });
  });

  it('names each record once, and only records of its object that are there', async () => {
    const [a, b] = [await note(), await note()];
    const other = await acme.create('other', { name: 'O' });
    await acme.remove('note', b);
    const records = [a, a.toUpperCase(), b, other, 'x'].map((id) => ({ id, values: { text: 'new' } }));
    const work = () => acme.run('records.update', { object: 'note', records });
    expect(await refusals(work())).toEqual([
      { code: 'REQUEST_INVALID', pointer: '/records/1' },
      { code: 'RECORD_NOT_FOUND', pointer: '/records/2' },
      { code: 'RECORD_NOT_FOUND', pointer: '/records/3' },
      { code: 'RECORD_NOT_FOUND', pointer: '/records/4' },
    ]);
    expect(await acme.read('note', a, 'text')).toEqual({ text: 'one' });
    const { results } = await acme.run('records.update', { object: 'note', records, allOrNone: false });
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, false, false]);
  });

  it('of many writes to each what is its own', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => note()));
    const values = [{ text: 'x' }, { amount: 99 }, { rank__c: '1.5' }];
    await acme.run('records.update', { object: 'note', records: ids.map((id, i) => ({ id, values: values[i] ?? {} })) });
    const records = await Promise.all(ids.map((id) => acme.read('note', id, 'text', 'amount', 'rank__c', 'version')));
    expect(records).toEqual([
      { text: 'x', amount: 10.5, rank__c: null, version: 2 },
      { text: 'one', amount: 99, rank__c: null, version: 2 },
      { text: 'one', amount: 10.5, rank__c: 2, version: 2 },
    ]);
  });

  it('by sixteen at once has each an old value that was the new one before', async () => {
    const id = await note();
    await Promise.all(Array.from({ length: 16 }, (_, i) => acme.update('note', id, { text: `t${String(i)}` })));
    const lines = (await historyOf(id)).filter((line) => line['field'] === 'text');
    expect(lines).toHaveLength(16);
    lines.forEach((line, i) => {
      expect(line['version']).toBe(i + 2);
      expect(line['old']).toBe(i === 0 ? 'one' : lines[i - 1]?.['new']);
    });
  });

  it('by the same version from sixteen at once succeeds once', async () => {
    const id = await note();
    const all = await Promise.allSettled(Array.from({ length: 16 }, (_, i) => acme.update('note', id, { text: `v${String(i)}` }, 1)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('of the same many records from both ends never fails', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => note()));
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => {
        const order = i % 2 === 0 ? ids : [...ids].reverse();
        return acme.run('records.update', { object: 'note', records: order.map((id) => ({ id, values: { text: `w${String(i)}` } })) });
      }),
    );
    const versions = await engine.sql(`select distinct version, text from ${acme.schema}.note where id = any($1)`, [ids]);
    expect(versions).toHaveLength(1);
    expect(versions[0]).toMatchObject({ version: 9 });
  });
});

describe('whose a record is', () => {
  it('the creator’s, else whom the caller names; the department follows the owner', async () => {
    const [north, south] = [await acme.create('department', { name: 'North' }), await acme.create('department', { name: 'South' })];
    const person = (name: string, department: string) => acme.create('user', { name, email: `${name}@acme.example`, department });
    const [ann, bob] = [await person('ann', north), await person('bob', south)];
    const own = await note();
    expect(await acme.read('note', own, 'owner', 'ownerDepartment', 'createdBy', 'updatedBy')).toEqual({
      owner: acme.administrator,
      ownerDepartment: null,
      createdBy: acme.administrator,
      updatedBy: acme.administrator,
    });
    const id = await note({ owner: ann });
    expect(await acme.read('note', id, 'owner', 'ownerDepartment')).toEqual({ owner: ann, ownerDepartment: north });
    await acme.update('note', id, { owner: bob });
    expect(await acme.read('note', id, 'owner', 'ownerDepartment', 'createdBy')).toEqual({
      owner: bob,
      ownerDepartment: south,
      createdBy: acme.administrator,
    });
    expect((await historyOf(id)).find((line) => line['field'] === 'owner')).toMatchObject({ old: ann, new: bob });
    expect(await refusals(acme.update('note', id, { createdBy: bob, ownerDepartment: north, version: 9 }))).toEqual([
      { code: 'FIELD_READ_ONLY', pointer: '/createdBy' },
      { code: 'FIELD_READ_ONLY', pointer: '/ownerDepartment' },
      { code: 'FIELD_READ_ONLY', pointer: '/version' },
    ]);
    expect(await failureOf(acme.remove('user', bob))).toMatchObject({ code: 'USER_NOT_DELETABLE' });
  });

  it('nobody’s where the platform writes', async () => {
    const { results } = await engine.engine.run('records.create', acme.systemContext(), { object: 'note', records: [{ name: 'S' }] });
    const [result] = results;
    expect(await acme.read('note', result?.ok === true ? result.id : '', 'owner', 'createdBy')).toEqual({ owner: null, createdBy: null });
  });
});
