// Records that are made void, and what rules say against that and against deleting them.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf, refusals } from '../support/failures.ts';

const v = (name: string) => ({ var: name });
const is = (field: string, value: string | boolean): Json => ({ '==': [v(field), value] });
const label = { en: 'x' };

const books = pack(
  'books',
  {
    firm: {
      fields: {
        state: { type: 'text' },
        owed: { type: 'rollup', aggregate: { of: 'bills', function: 'sum', value: v('amount') } },
      },
      validationRules: {
        inUse: { on: ['delete'], refuseWhen: is('state', 'used'), at: 'state', message: { en: 'It is in use.' } },
        notNegative: { check: 'commit', refuseWhen: { '<': [v('owed'), 0] }, message: { en: 'Nothing is owed to a firm.' } },
      },
    },
    bill: {
      fields: {
        firm: { type: 'masterDetail', to: 'firm', inverse: 'bills' },
        state: { type: 'text' },
        amount: { type: 'number', scale: 2 },
      },
      recordTypes: { plain: {}, strict: {} },
      validationRules: {
        paid: {
          on: ['save', 'delete'],
          refuseWhen: { and: [is('state', 'paid'), is('firm.state', 'closed')] },
          message: { en: 'It is paid.' },
        },
        strictly: { on: ['delete'], refuseWhen: { '!=': [v('name'), null] }, recordTypes: ['strict'], message: { en: 'Strictly kept.' } },
        sent: {
          on: ['void'],
          refuseWhen: { and: [is('state', 'sent'), is('lifeStatus', 'void'), is('$old.lifeStatus', 'normal')] },
          message: { en: 'It is sent.' },
        },
        named: { refuseWhen: is('name', 'broken'), message: { en: 'Broken.' } },
      },
    },
    job: {
      sharing: 'private',
      fields: { state: { type: 'text' }, code: { type: 'text' }, due: { type: 'datetime' }, note: { type: 'text' } },
    },
    entry: { appendOnly: true, fields: { amount: { type: 'number' } } },
    log: { fields: { was: { type: 'text' }, now: { type: 'text' } } },
  },
  {
    'matchingRules/code.json': { name: 'code', object: 'job', criteria: { code: { order: 1, fields: { code: {} } } } },
    'duplicateRules/jobs.json': { name: 'jobs', object: 'job', matching: 'code', action: 'block' },
    'clocks/work.json': {
      name: 'work',
      object: 'job',
      start: is('state', 'open'),
      stop: is('state', 'done'),
      target: 'PT8H',
      thresholds: { late: { at: 1 } },
    },
    'pools/desk.json': { name: 'desk', label, object: 'job', enter: is('state', 'open'), members: { all: { role: 'clerk' } } },
    'roles/clerk.json': { name: 'clerk', label, objects: { job: { read: true, fields: { '*': 'read' } } } },
    'automations/dueJob.json': {
      name: 'dueJob',
      object: 'job',
      runAs: 'system',
      trigger: { type: 'atTime', of: 'due', before: 'PT1H' },
      steps: { log: { type: 'create', object: 'log', values: { name: 'due' } } },
    },
    'automations/onVoid.json': {
      name: 'onVoid',
      object: 'job',
      runAs: 'system',
      trigger: { type: 'record', on: ['update'], changed: ['lifeStatus'], moment: 'afterSave' },
      steps: { log: { type: 'create', object: 'log', values: { name: v('code'), was: v('$old.lifeStatus'), now: v('lifeStatus') } } },
    },
    'automations/keep.json': {
      name: 'keep',
      object: 'job',
      runAs: 'system',
      trigger: { type: 'record', on: ['update'], moment: 'beforeSave' },
      steps: {
        stop: { order: 1, type: 'fail', when: { and: [is('note', 'keep'), is('lifeStatus', 'void')] }, message: { en: 'Keep it.' } },
        note: { order: 2, type: 'set', when: is('lifeStatus', 'void'), values: { note: 'voided' } },
      },
    },
  },
);

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [books]);
});
afterAll(() => engine.close());
afterEach(() => {
  engine.clock.ahead = 0;
});

const made = (object: string, ...ids: readonly string[]) => acme.run('records.void', { object, records: ids.map((id) => ({ id })) });
const counted = (object: string, ...ids: readonly string[]) => acme.run('records.unvoid', { object, records: ids.map((id) => ({ id })) });
const firm = (values = {}) => acme.create('firm', { name: 'F', ...values });
const bill = async (values: Json = {}, of?: string) =>
  acme.create('bill', { name: 'B', firm: of ?? (await firm()), amount: 10, ...values });
const life = async (object: string, id: string) => (await acme.read(object, id, 'lifeStatus'))?.['lifeStatus'];

describe('a validation rule on delete', () => {
  it('refuses with its message, and does not hold saves up', async () => {
    const id = await firm({ state: 'used' });
    expect(await failureOf(acme.remove('firm', id))).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'It is in use.',
      params: { rule: 'inUse', object: 'firm' },
    });
    await acme.update('firm', id, { state: 'free' });
    await acme.remove('firm', id);
    expect(await acme.read('firm', id, 'id')).toBeUndefined();
  });

  it('holds up what it belongs to, one of many alone, and follows lookups', async () => {
    const [open, closed] = [await firm(), await firm()];
    for (const one of [open, closed]) await bill({ state: 'paid' }, one);
    await acme.update('firm', closed, { state: 'closed' });
    const records = [open, closed].map((id) => ({ id }));
    const { results } = await acme.run('records.delete', { object: 'firm', records, allOrNone: false });
    expect(results.map((result) => (result.ok ? 'gone' : result.problems.map(({ message, pointer }) => [message, pointer])))).toEqual([
      'gone',
      [['It is paid.', '/records/1']],
    ]);
  });

  it('is for its record types', async () => {
    const [plain, strict] = [await bill({ recordType: 'plain' }), await bill({ recordType: 'strict' })];
    await acme.remove('bill', plain);
    expect(await refusals(acme.remove('bill', strict))).toEqual([{ code: 'VALIDATION_FAILED', pointer: '' }]);
  });
});

describe('a void record', () => {
  const owed = async (id: string) => (await acme.read('firm', id, 'owed'))?.['owed'];

  it('stays, counts in no roll-up, and counts again; history and audit tell', async () => {
    const of = await firm();
    const [a, b] = [await bill({}, of), await bill({ amount: 5 }, of)];
    expect((await made('bill', a, b)).results).toMatchObject([
      { ok: true, version: 2 },
      { ok: true, version: 2 },
    ]);
    expect([await life('bill', a), await owed(of)]).toEqual(['void', 0]);
    // What is so already is not made so again.
    expect((await made('bill', a)).results).toMatchObject([{ version: 2 }]);
    await counted('bill', a);
    expect([await life('bill', a), await life('bill', b), await owed(of)]).toEqual(['normal', 'void', 10]);
    const lines = await engine.sql(
      `select old, new, actor from ${acme.schema}._history where record_id = $1 and field = 'lifeStatus' order by id`,
      [a],
    );
    expect(lines).toEqual([
      { old: 'normal', new: 'void', actor: acme.administrator },
      { old: 'void', new: 'normal', actor: acme.administrator },
    ]);
    const audit = await engine.sql(`select action from ${acme.schema}._audit where record_id = $1 order by id`, [b]);
    expect(audit).toEqual([{ action: 'record.voided' }]);
  });

  it('is a draft again that was one', async () => {
    const id = await bill();
    await engine.sql(`update ${acme.schema}.bill set life_status = 'draft' where id = $1`, [id]);
    await made('bill', id);
    await counted('bill', id);
    expect(await life('bill', id)).toBe('draft');
  });

  it('is stopped by rules on void only, of many alone, and by the version', async () => {
    const [broken, sent, free] = [await bill(), await bill({ state: 'sent' }), await bill()];
    await engine.sql(`update ${acme.schema}.bill set name = 'broken' where id = $1`, [broken]);
    const records = [{ id: broken }, { id: sent }, { id: free, version: 7 }, { id: free.replace(/^./, 'f') }];
    const { results } = await acme.run('records.void', { object: 'bill', records, allOrNone: false });
    expect(results.map((result) => (result.ok ? 'void' : result.problems.map(({ code, pointer }) => `${code} ${pointer ?? ''}`)))).toEqual([
      'void',
      ['VALIDATION_FAILED /records/1'],
      ['RECORD_CHANGED /records/2'],
      ['RECORD_NOT_FOUND /records/3'],
    ]);
    expect(await failureOf(made('bill', sent))).toMatchObject({ message: 'It is sent.' });
    expect(await refusals(made('bill', free, sent))).toEqual([{ code: 'VALIDATION_FAILED', pointer: '/records/1' }]);
    expect(await life('bill', free)).toBe('normal');
  });

  it('is asked nothing at the commit, but what counted it is', async () => {
    const of = await firm();
    const [plus, minus] = [await bill({}, of), await bill({ amount: -10 }, of)];
    expect(await refusals(made('bill', plus))).toEqual([{ code: 'VALIDATION_FAILED', pointer: '' }]);
    await made('bill', minus);
    expect(await owed(of)).toBe(10);
  });

  it('is no person, and nothing that is only added to', async () => {
    expect(await refusals(made('user', acme.administrator))).toEqual([{ code: 'USER_NOT_DELETABLE', pointer: '' }]);
    const entry = await acme.create('entry', { name: 'E', amount: 1 });
    expect(await refusals(made('entry', entry))).toEqual([{ code: 'OBJECT_APPEND_ONLY', pointer: '' }]);
  });
});

describe('what happens by itself', () => {
  const job = (values: Json) => acme.create('job', { name: 'J', ...values });
  const logs = async (name: string) => engine.sql(`select was, now from ${acme.schema}.log where name = $1 order by id`, [name]);
  const timers = async (id: string) =>
    (await engine.sql(`select key from ${acme.schema}._timer where record_id = $1 order by key`, [id])).length;

  it('hears of a change, and may refuse it or set something before', async () => {
    const id = await job({ code: 'heard', note: 'keep' });
    expect(await failureOf(made('job', id))).toMatchObject({ message: 'Keep it.' });
    await acme.update('job', id, { note: null });
    await made('job', id);
    expect(await acme.read('job', id, 'note')).toEqual({ note: 'voided' });
    await counted('job', id);
    expect(await logs('heard')).toEqual([
      { was: 'normal', now: 'void' },
      { was: 'void', now: 'normal' },
    ]);
  });

  it('stands still: clocks stop, times end, pools let go, until it counts again', async () => {
    const due = new Date(engine.clock.now() + 3 * 3_600_000).toISOString();
    const id = await job({ code: 'still', state: 'open', due, owner: null });
    const stands = () => acme.read('job', id, 'workState', 'pool', 'pooledAt');
    expect([await stands(), await timers(id)]).toEqual([{ workState: 'running', pool: 'desk', pooledAt: expect.any(String) }, 2]);
    await made('job', id);
    expect([await stands(), await timers(id)]).toEqual([{ workState: 'paused', pool: null, pooledAt: null }, 0]);
    engine.clock.ahead = 86_400_000;
    await engine.engine.drain('acme', engine.clock.now());
    await counted('job', id);
    // The time that has gone by is not made up for.
    expect([await stands(), await timers(id)]).toEqual([{ workState: 'running', pool: 'desk', pooledAt: expect.any(String) }, 1]);
    await engine.engine.drain('acme', engine.clock.now());
    expect(await logs('due')).toEqual([]);
  });

  it('is like nothing: it is no duplicate, and is asked for duplicates when it counts again', async () => {
    const id = await job({ code: 'same' });
    expect(await refusals(job({ code: 'same' }))).toEqual([{ code: 'DUPLICATE_FOUND', pointer: '/code' }]);
    await made('job', id);
    const other = await job({ code: 'same' });
    expect(await refusals(counted('job', id))).toEqual([{ code: 'DUPLICATE_FOUND', pointer: '/code' }]);
    await made('job', other);
    await counted('job', id);
    expect(await life('job', id)).toBe('normal');
  });
});
