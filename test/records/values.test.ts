// What becomes of a record's values: defaults, coercion, required fields, options, rules; and what is read back.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, selected, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf, refusals } from '../support/failures.ts';

const say = (en: string, zh: string) => ({ en, 'zh-CN': zh });
const v = (name: string) => ({ var: name });

const shop = pack(
  'shop',
  {
    region: { fields: { code: { type: 'text', unique: true }, rate: { type: 'percent', scale: 4 } } },
    client: {
      fields: {
        region: { type: 'lookup', to: 'region', inverse: 'clients' },
        home: { type: 'lookup', to: 'region', inverse: 'natives', filter: { '!=': [v('code'), 'closed'] } },
        grade: { type: 'picklist', options: { a: { order: 10 }, b: { order: 20 }, old: { order: 30, active: false } }, default: 'a' },
        level: {
          type: 'picklist',
          options: { gold: { order: 10 }, silver: { order: 20 }, none: { order: 30 } },
          dependsOn: { field: 'grade', values: { a: ['gold', 'silver'], b: ['none'] } },
        },
        vip: { type: 'boolean' },
        trusted: { type: 'boolean', default: true },
        limit: { type: 'currency', default: { '*': [v('region.rate'), 1000] } },
        budget: { type: 'number', precision: 30, scale: 10 },
        small: { type: 'number', precision: 5, scale: 2, min: 0, max: 100 },
        note: { type: 'richText' },
        pin: { type: 'secret' },
        site: { type: 'url' },
        since: { type: 'date' },
        due: { type: 'date', default: { dateAdd: [{ today: [] }, 'P3D'] } },
        reason: { type: 'text', required: { '==': [v('grade'), 'b'] } },
        sealed: { type: 'text', readOnly: { '==': [v('$old.vip'), true] } },
        preset: { type: 'text', readOnly: { '==': [v('vip'), true] }, default: 'given' },
        fixed: { type: 'text', readOnly: true, default: 'stays' },
        sumOf: { type: 'formula', returns: 'number', scale: 3, formula: { '+': [v('first'), v('second')] } },
        first: { type: 'number', scale: 2 },
        second: { type: 'number', scale: 2 },
        regionRate: { type: 'quote', through: 'region', field: 'rate' },
        taxed: { type: 'formula', returns: 'number', scale: 4, formula: { '*': [v('first'), v('region.rate')] } },
        owned: { type: 'formula', returns: 'boolean', formula: { '==': [v('owner'), v('$user')] } },
      },
      recordTypes: { person: { order: 10 }, company: { order: 20, options: { grade: ['b'] } } },
      validationRules: {
        noFall: {
          refuseWhen: { '<': [v('first'), v('$old.first')] },
          at: 'first',
          message: say('It never falls.', '不能减少。'),
        },
        sameRegion: {
          refuseWhen: { and: [{ changed: 'second' }, { '>': [v('second'), { '*': [v('region.rate'), 100] }] }] },
          at: 'second',
          message: say('More than the region allows.', '超出区域上限。'),
        },
        tooManyClients: {
          refuseWhen: { '>': [{ aggregate: { of: 'region.clients', function: 'count' } }, 2] },
          message: say('The region is full.', '区域已满。'),
        },
        taxedLess: {
          refuseWhen: { '<': [v('taxed'), v('$old.taxed')] },
          message: say('Tax never falls.', '税额不能减少。'),
        },
        companyRule: {
          recordTypes: ['company'],
          refuseWhen: { isBlank: v('site') },
          at: 'site',
          message: say('A company has a site.', '公司需要网站。'),
        },
      },
    },
  },
  { 'settings.json': { languages: ['en', 'zh-CN'], timeZone: 'Asia/Shanghai', currency: 'CNY' } },
);

let engine: TestEngine;
let acme: TestTenant;
let north: string;
let south: string;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [shop]);
  north = await acme.create('region', { name: 'North', code: 'n', rate: 0.2 });
  south = await acme.create('region', { name: 'South', code: 's', rate: 0.1 });
});
afterAll(() => engine.close());

const stored = async (id: string) => (await engine.sql(`select * from ${acme.schema}.client where id = $1`, [id]))[0] ?? {};

describe('defaults', () => {
  it('are constants and rules, over lookups and the tenant’s day', async () => {
    const today = (): string => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(Date.now() + 3 * 86_400_000);
    const before = today();
    const id = await acme.create('client', { name: 'A', region: north });
    const days = [before, today()];
    const record = await acme.read('client', id, 'grade', 'vip', 'trusted', 'limit', 'due', 'recordType', 'owner', 'version', 'lifeStatus');
    expect(days).toContain(record?.['due']);
    expect(record).toMatchObject({
      grade: 'a',
      vip: false,
      trusted: true,
      recordType: 'person',
      version: 1,
      lifeStatus: 'normal',
    });
    expect(Number(record?.['limit'])).toBe(200);
    expect(await stored(id)).toMatchObject({ owner_id: acme.administrator, created_by_id: acme.administrator, limit: '200.00' });
  });

  it('give way to what the caller says, be it null or an empty text', async () => {
    const id = await acme.create('client', { name: 'B', grade: null, trusted: '', limit: null, due: '' });
    expect(await acme.read('client', id, 'grade', 'trusted', 'limit', 'due')).toEqual({
      grade: null,
      trusted: false,
      limit: null,
      due: null,
    });
  });

  it('leave empty what the record type does not offer', async () => {
    const id = await acme.create('client', { name: 'C', recordType: 'company', site: 'https://c.example' });
    expect(await acme.read('client', id, 'grade')).toEqual({ grade: null });
  });

  it('may be set where a rule forbids callers to', async () => {
    const id = await acme.create('client', { name: 'D', vip: true });
    expect(await acme.read('client', id, 'preset', 'fixed')).toEqual({ preset: 'given', fixed: 'stays' });
    expect(await refusals(acme.create('client', { name: 'D', vip: true, preset: 'mine' }))).toEqual([
      { code: 'FIELD_READ_ONLY', pointer: '/preset' },
    ]);
  });

  it('of a rule are rounded and held to the field’s limits', async () => {
    const odd = await acme.create('region', { name: 'Odd', code: 'o', rate: '0.0333' });
    const id = await acme.create('client', { name: 'E', region: odd });
    expect((await stored(id))['limit']).toBe('33.30');
  });
});

describe('coercion', () => {
  it('keeps decimals exact, as strings beyond 15 digits', async () => {
    const id = await acme.create('client', { name: 'F', budget: '12345678901234567890.0123456789', first: 0.1, second: '0.2' });
    const record = await acme.read('client', id, 'budget', 'sumOf');
    expect(record).toEqual({ budget: '12345678901234567890.0123456789', sumOf: 0.3 });
    expect(await refusals(acme.create('client', { name: 'F', budget: Number('1234567890.123456') }))).toEqual([
      { code: 'VALUE_TOO_MANY_DIGITS', pointer: '/budget' },
    ]);
  });

  it('rounds half up to the scale, then looks at the limits', async () => {
    const id = await acme.create('client', { name: 'G', small: '1.005' });
    expect(await acme.read('client', id, 'small')).toEqual({ small: 1.01 });
    expect(await refusals(acme.update('client', id, { small: 100.01 }))).toEqual([{ code: 'VALUE_OUT_OF_RANGE', pointer: '/small' }]);
  });

  it('tells every mistake of every record at its place', async () => {
    const records = [{ name: 'ok' }, { name: '', small: 'x', 'a/b': 1, createdAt: 1 }, { name: 'H', grade: 'zzz', since: '2026-02-30' }];
    expect(await refusals(acme.run('records.create', { object: 'client', records }))).toEqual([
      { code: 'VALUE_TYPE', pointer: '/records/1/small' },
      { code: 'FIELD_UNKNOWN', pointer: '/records/1/a~1b' },
      { code: 'FIELD_READ_ONLY', pointer: '/records/1/createdAt' },
      { code: 'VALUE_OPTION_UNKNOWN', pointer: '/records/2/grade' },
      { code: 'VALUE_TYPE', pointer: '/records/2/since' },
    ]);
    const [{ count } = { count: 0 }] = await engine.sql(`select count(*)::int as count from ${acme.schema}.client where name = 'ok'`);
    expect(count).toBe(0);
  });

  it('takes no name of JavaScript for a field', async () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      const input = JSON.parse(`{"name":"I","${name}":[{}]}`) as Record<string, unknown>;
      expect(await refusals(acme.create('client', input))).toEqual([{ code: 'FIELD_UNKNOWN', pointer: `/${name}` }]);
    }
    expect((await failureOf(acme.create('constructor', { name: 'I' }))).code).toBe('OBJECT_UNKNOWN');
  });

  it('cleans rich text; of nothing but scripts nothing is left', async () => {
    const id = await acme.create('client', { name: 'J', note: '<p onclick="x()">Hi <script>alert(1)</script><b>you</b></p>' });
    expect(await acme.read('client', id, 'note')).toEqual({ note: '<p>Hi <b>you</b></p>' });
    await acme.update('client', id, { note: '<script>alert(1)</script>' });
    expect(await acme.read('client', id, 'note')).toEqual({ note: null });
  });

  it('never gives a secret back: sealed in the table, masked in reads', async () => {
    const id = await acme.create('client', { name: 'K', pin: '1234' });
    const { pin } = await stored(id);
    expect(pin).toEqual(expect.any(String));
    expect(pin).not.toContain('1234');
    const [result] = (
      await acme.run('records.update', { object: 'client', records: [{ id, values: { pin: '5678' } }], returning: [selected('pin')] })
    ).results;
    expect(result).toMatchObject({ ok: true, record: '{"pin":"••••"}' });
    const history = await engine.sql(`select old, new from ${acme.schema}._history where record_id = $1 and field = 'pin'`, [id]);
    expect(history).toEqual([]);
  });
});

describe('required fields and options', () => {
  it('asks for what a rule requires, at the field', async () => {
    expect(await refusals(acme.create('client', { name: 'L', grade: 'b' }))).toEqual([{ code: 'VALUE_REQUIRED', pointer: '/reason' }]);
    const id = await acme.create('client', { name: 'L', grade: 'b', reason: 'so' });
    expect(await refusals(acme.update('client', id, { reason: '' }))).toEqual([{ code: 'VALUE_REQUIRED', pointer: '/reason' }]);
    await acme.update('client', id, { grade: 'a', reason: null });
  });

  it('offers what the controlling picklist lets, also when that one changes', async () => {
    expect(await refusals(acme.create('client', { name: 'M', level: 'none' }))).toEqual([
      { code: 'VALUE_OPTION_UNKNOWN', pointer: '/level' },
    ]);
    const id = await acme.create('client', { name: 'M', level: 'gold', reason: 'so' });
    expect(await refusals(acme.update('client', id, { grade: 'b' }))).toEqual([{ code: 'VALUE_OPTION_UNKNOWN', pointer: '/level' }]);
    await acme.update('client', id, { grade: 'b', level: 'none' });
  });

  it('offers what the record type lets, also when the record gets another type', async () => {
    const values = { name: 'N', recordType: 'company', site: 'https://n.example', reason: 'so' };
    expect(await refusals(acme.create('client', { ...values, grade: 'a' }))).toEqual([{ code: 'VALUE_OPTION_UNKNOWN', pointer: '/grade' }]);
    const id = await acme.create('client', { name: 'N', grade: 'a', site: 'https://n.example' });
    expect(await refusals(acme.update('client', id, { recordType: 'company' }))).toEqual([
      { code: 'VALUE_OPTION_UNKNOWN', pointer: '/grade' },
    ]);
    await acme.update('client', id, { recordType: 'company', grade: 'b', reason: 'so' });
  });

  it('lets a lookup be set to records that meet its filter, and stay when they no longer do', async () => {
    const closed = await acme.create('region', { name: 'Closed', code: 'closed' });
    expect(await refusals(acme.create('client', { name: 'X', home: closed }))).toEqual([{ code: 'LOOKUP_NOT_ALLOWED', pointer: '/home' }]);
    const id = await acme.create('client', { name: 'X', home: south });
    expect(await refusals(acme.update('client', id, { home: closed }))).toEqual([{ code: 'LOOKUP_NOT_ALLOWED', pointer: '/home' }]);
    await acme.update('region', closed, { code: 'open' });
    await acme.update('client', id, { home: closed });
    await acme.update('region', closed, { code: 'closed' });
    await acme.update('client', id, { name: 'Y' });
  });

  it('lets an option stay that can no longer be chosen', async () => {
    const id = await acme.create('client', { name: 'O' });
    await engine.sql(`update ${acme.schema}.client set grade = 'old' where id = $1`, [id]);
    await acme.update('client', id, { name: 'O2' });
    expect((await failureOf(acme.create('client', { name: 'P', grade: 'old' }))).code).toBe('VALUE_OPTION_UNKNOWN');
  });
});

describe('rules', () => {
  it('see the old record, and say so at the field in the reader’s language', async () => {
    const id = await acme.create('client', { name: 'Q', first: 5 });
    const failure = await failureOf(acme.update('client', id, { first: 4 }));
    expect(failure).toMatchObject({ code: 'VALIDATION_FAILED', pointer: '/first', message: 'It never falls.' });
    const records = [{ id, values: { first: 3 } }];
    const chinese = await failureOf(acme.run('records.update', { object: 'client', records }, { languages: ['zh-Hans', 'zh'] }));
    expect(chinese.message).toBe('不能减少。');
    await acme.update('client', id, { first: 6 });
  });

  it('go through lookups, and know what has changed', async () => {
    const id = await acme.create('client', { name: 'R', region: south, second: 10 });
    expect(await refusals(acme.update('client', id, { second: 11 }))).toEqual([{ code: 'VALIDATION_FAILED', pointer: '/second' }]);
    await engine.sql(`update ${acme.schema}.client set second = 99 where id = $1`, [id]);
    await acme.update('client', id, { name: 'R2' });
  });

  it('work out formulas of the old record over the old record’s lookups', async () => {
    const id = await acme.create('client', { name: 'S', region: north, first: 100 });
    expect(await refusals(acme.update('client', id, { region: south }))).toEqual([{ code: 'VALIDATION_FAILED', pointer: '' }]);
  });

  it('count what is there when the record is saved', async () => {
    const crowded = await acme.create('region', { name: 'Crowded', code: 'c' });
    for (const name of ['1', '2', '3']) await acme.create('client', { name, region: crowded });
    expect(await refusals(acme.create('client', { name: '4', region: crowded }))).toEqual([{ code: 'VALIDATION_FAILED', pointer: '' }]);
  });

  it('hold for their record types only', async () => {
    await acme.create('client', { name: 'T' });
    expect(await refusals(acme.create('client', { name: 'T', recordType: 'company' }))).toEqual([
      { code: 'VALIDATION_FAILED', pointer: '/site' },
    ]);
  });

  it('make a field read-only by what the record was', async () => {
    const id = await acme.create('client', { name: 'U', sealed: 'x', vip: true });
    expect(await refusals(acme.update('client', id, { sealed: 'y' }))).toEqual([{ code: 'FIELD_READ_ONLY', pointer: '/sealed' }]);
    await acme.update('client', id, { sealed: 'x', name: 'U2' });
  });
});

describe('computed fields', () => {
  it('are worked out when read, filtered and sorted by', async () => {
    const ids = [];
    for (const first of [3, 1, 2])
      ids.push(await acme.create('client', { name: `V${String(first)}`, first, second: 0.5, site: 'https://v.example' }));
    const list = {
      filter: { and: [{ '>': [v('sumOf'), 2] }, { '==': [v('site'), 'https://v.example'] }] },
      orderBy: [{ path: 'sumOf', descending: true }],
    };
    const parts = [{ kind: 'nodes' as const, as: 'nodes', selections: [selected('sumOf'), selected('owned')] }];
    const answer = await acme.run('records.read', { roots: [{ kind: 'list', as: 'list', object: 'client', list, parts }] });
    expect(JSON.parse(answer)).toEqual({
      list: {
        nodes: [
          { sumOf: 3.5, owned: true },
          { sumOf: 2.5, owned: true },
        ],
      },
    });
  });

  it('quote the record that a lookup points to, and refuse to be set', async () => {
    const id = await acme.create('client', { name: 'W', region: north });
    expect(await acme.read('client', id, 'regionRate')).toEqual({ regionRate: 0.2 });
    await acme.update('region', north, { rate: 0.25 });
    expect(await acme.read('client', id, 'regionRate')).toEqual({ regionRate: 0.25 });
    await acme.update('region', north, { rate: 0.2 });
    expect(await refusals(acme.update('client', id, { regionRate: 1, sumOf: 1 }))).toEqual([
      { code: 'FIELD_READ_ONLY', pointer: '/regionRate' },
      { code: 'FIELD_READ_ONLY', pointer: '/sumOf' },
    ]);
  });
});
