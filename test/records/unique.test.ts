// Unique fields and keys: within a request, between requests, and under many writers at once.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf, refusals } from '../support/failures.ts';

const v = (name: string) => ({ var: name });

const crm = pack(
  'crm',
  {
    badge: {
      fields: {
        name: { type: 'autoNumber', format: 'B-{0000}' },
        email: { type: 'email', unique: true },
        source: { type: 'text' },
        number: { type: 'number', scale: 0 },
        active: { type: 'boolean', default: true },
        seat: { type: 'text' },
        note: { type: 'text', maxLength: 5 },
        team: { type: 'lookup', to: 'team', inverse: 'badges' },
      },
      keys: {
        byNumber: { fields: ['source', 'number'], message: { en: 'That number is taken.', 'zh-CN': '该编号已存在。' } },
        activeSeat: { fields: ['seat'], where: { '==': [v('active'), true] } },
        oneLeader: { fields: ['team'], where: { '==': [v('source'), 'leader'] } },
      },
    },
    team: { fields: {} },
  },
  { 'settings.json': { languages: ['en', 'zh-CN'] } },
);

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [crm]);
});
afterAll(() => engine.close());

const badge = (values: Readonly<Record<string, unknown>>) => acme.create('badge', values);
const upsert = (by: string, records: readonly Readonly<Record<string, unknown>>[], allOrNone = true) =>
  acme.run('records.upsert', { object: 'badge', by, records, allOrNone });
const count = async (where: string) =>
  (await engine.sql(`select count(*)::int as n from ${acme.schema}.badge where deleted_at is null and ${where}`))[0]?.['n'];

describe('unique values', () => {
  it('are refused a second time, the deleted and the empty ones are not', async () => {
    const id = await badge({ email: 'a@x.example' });
    expect(await refusals(badge({ email: 'a@x.example' }))).toEqual([{ code: 'RECORD_NOT_UNIQUE', pointer: '/email' }]);
    await acme.remove('badge', id);
    await badge({ email: 'a@x.example' });
    await badge({});
    await badge({ email: null });
  });

  it('of a compound key speak in the reader’s language, at the first field', async () => {
    await badge({ source: 'sap', number: 1 });
    await badge({ source: 'sap', number: 2 });
    await badge({ source: 'sap', number: null });
    await badge({ source: 'sap', number: null });
    const failure = await failureOf(
      acme.run('records.create', { object: 'badge', records: [{ source: 'sap', number: '1.0' }] }, { languages: ['zh-CN'] }),
    );
    expect(failure).toMatchObject({ code: 'RECORD_NOT_UNIQUE', message: '该编号已存在。', pointer: '/source', status: 409 });
  });

  it('of a partial key count only where its condition holds, also when that changes', async () => {
    await badge({ seat: 's1' });
    const idle = await badge({ seat: 's1', active: false });
    expect(await refusals(badge({ seat: 's1' }))).toEqual([{ code: 'RECORD_NOT_UNIQUE', pointer: '/seat' }]);
    expect(await refusals(acme.update('badge', idle, { active: true }))).toEqual([{ code: 'RECORD_NOT_UNIQUE', pointer: '/seat' }]);
    const team = await acme.create('team', { name: 'T' });
    await badge({ team, source: 'leader' });
    await badge({ team, source: 'member' });
    expect(await refusals(badge({ team, source: 'leader' }))).toEqual([{ code: 'RECORD_NOT_UNIQUE', pointer: '/team' }]);
  });

  it('within one request: the later record is refused, alone where the caller says so', async () => {
    const records = ['b1', 'b2', 'b1', 'b3'].map((name) => ({ email: `${name}@x.example` }));
    expect(await refusals(acme.run('records.create', { object: 'badge', records }))).toEqual([
      { code: 'RECORD_NOT_UNIQUE', pointer: '/records/2/email' },
    ]);
    expect(await count("email like 'b_@x.example'")).toBe(0);
    const { results } = await acme.run('records.create', { object: 'badge', records, allOrNone: false });
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true]);
  });

  it('in a bulk update refuse exactly those that collide', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => badge({ email: `c${String(i)}@x.example` })));
    await badge({ email: 'taken1@x.example' });
    await badge({ email: 'taken2@x.example' });
    const wished = (i: number): string => (i === 3 ? 'taken1' : i === 11 ? 'taken2' : i === 17 ? 'd5' : `d${String(i)}`);
    const records = ids.map((id, i) => ({ id, values: { email: `${wished(i)}@x.example` } }));
    expect((await refusals(acme.run('records.update', { object: 'badge', records }))).map(({ pointer }) => pointer)).toEqual([
      '/records/3/email',
      '/records/11/email',
      '/records/17/email',
    ]);
    expect(await count("email like 'd%@x.example'")).toBe(0);
    const { results } = await acme.run('records.update', { object: 'badge', records, allOrNone: false });
    expect(results.flatMap(({ ok }, i) => (ok ? [] : [i]))).toEqual([3, 11, 17]);
    expect(await count("email like 'd%@x.example'")).toBe(17);
    expect(await acme.read('badge', ids[3] ?? '', 'email', 'version')).toEqual({ email: 'c3@x.example', version: 1 });
  });

  it('are given once to sixteen that want them at the same time', async () => {
    const wins = await Promise.allSettled(Array.from({ length: 16 }, () => badge({ email: 'race@x.example' })));
    expect(wins.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const lost of wins) if (lost.status === 'rejected') expect(lost.reason).toMatchObject({ code: 'RECORD_NOT_UNIQUE' });
  });
});

describe('upsert', () => {
  it('creates, then updates, by a field, a compound key, a running number', async () => {
    const first = await upsert('email', [{ email: 'u@x.example', seat: 'u' }]);
    expect(first.results).toMatchObject([{ ok: true, created: true, version: 1 }]);
    const [made] = first.results;
    const id = made?.ok === true ? made.id : '';
    expect((await upsert('email', [{ email: 'u@X.example', note: 'new' }])).results).toMatchObject([{ id, created: false, version: 2 }]);
    const { name } = (await acme.read('badge', id, 'name')) ?? {};
    expect((await upsert('name', [{ name, note: 'num' }])).results).toMatchObject([{ id, created: false, version: 3 }]);
    await upsert('byNumber', [{ source: 'erp', number: 7, note: 'a' }]);
    expect((await upsert('byNumber', [{ source: 'erp', number: '7', note: 'b' }])).results).toMatchObject([{ created: false, version: 2 }]);
    expect((await failureOf(upsert('note', [{ note: 'x' }]))).code).toBe('KEY_UNKNOWN');
  });

  it('finds by a partial key only where its condition holds', async () => {
    await badge({ seat: 'p1', active: false });
    expect((await upsert('activeSeat', [{ seat: 'p1', note: 'a' }])).results).toMatchObject([{ created: true }]);
    expect((await upsert('activeSeat', [{ seat: 'p1', note: 'b' }])).results).toMatchObject([{ created: false }]);
  });

  it('writes all or nothing, also when a new record is the wrong one', async () => {
    await upsert('email', [{ email: 'v1@x.example' }]);
    const records = [{ email: 'v1@x.example', note: 'ok' }, { email: 'v2@x.example', note: 'too long' }, { email: 'v3@x.example' }];
    expect(await refusals(upsert('email', records))).toEqual([{ code: 'VALUE_TOO_LONG', pointer: '/records/1/note' }]);
    expect(await count("email in ('v2@x.example', 'v3@x.example') or note = 'ok'")).toBe(0);
    const { results } = await upsert('email', records, false);
    expect(results.map((result) => (result.ok ? result.created : 'refused'))).toEqual([false, 'refused', true]);
  });

  it('refuses a key that is named twice, and another key that is taken', async () => {
    const twice = [{ email: 'w@x.example' }, { email: 'W@x.example' }, { email: 'w@x.example' }];
    expect(await refusals(upsert('email', twice))).toEqual([{ code: 'REQUEST_INVALID', pointer: '/records/2' }]);
    await badge({ email: 'w1@x.example', source: 'crm', number: 1 });
    expect(await refusals(upsert('email', [{ email: 'w2@x.example', source: 'crm', number: 1 }]))).toEqual([
      { code: 'RECORD_NOT_UNIQUE', pointer: '/source' },
    ]);
  });

  it('of one new key by sixteen at once makes one record, written sixteen times', async () => {
    for (let round = 0; round < 3; round += 1) {
      const email = `many${String(round)}@x.example`;
      const all = await Promise.all(
        Array.from({ length: 16 }, (_, i) => upsert('email', [{ email, seat: `${String(round)}-${String(i)}` }])),
      );
      const results = all.flatMap((answer) => answer.results);
      expect(results.filter((result) => result.ok && result.created)).toHaveLength(1);
      expect(new Set(results.map((result) => (result.ok ? result.version : 0)))).toEqual(
        new Set(Array.from({ length: 16 }, (_, i) => i + 1)),
      );
      expect(await count(`email = '${email}'`)).toBe(1);
    }
  });

  it('beside deletes of the same key neither fails nor doubles', async () => {
    for (let round = 0; round < 10; round += 1) {
      const email = `gone${String(round)}@x.example`;
      const [made] = (await upsert('email', [{ email }])).results;
      const id = made?.ok === true ? made.id : '';
      await Promise.all([
        upsert('email', [{ email, seat: `x${String(round)}` }]),
        acme.remove('badge', id),
        upsert('email', [{ email, seat: `y${String(round)}` }]),
      ]);
      expect(await count(`email = '${email}'`)).toBeLessThanOrEqual(1);
    }
  });
});

describe('running numbers', () => {
  it('are without doubles and without gaps under many writers', async () => {
    const before = Number((await engine.sql(`select value from ${acme.schema}._counter where object = 'badge'`))[0]?.['value']);
    const ids = await Promise.all(Array.from({ length: 16 }, () => acme.run('records.create', { object: 'badge', records: [{}, {}, {}] })));
    const given = await engine.sql(`select name from ${acme.schema}.badge where id = any($1)`, [
      ids.flatMap(({ results }) => results.flatMap((result) => (result.ok ? [result.id] : []))),
    ]);
    const expected = Array.from({ length: 48 }, (_, i) => `B-${String(before + 1 + i).padStart(4, '0')}`);
    expect(given.map((row) => row['name']).sort()).toEqual(expected.sort());
  });

  it('start anew with the period that their format names, in the tenant’s time zone', async () => {
    const ticket = {
      ticket: {
        fields: { name: { type: 'autoNumber', format: 'T{YY}{MM}-{000}', start: 5 }, year: { type: 'autoNumber', format: '{YYYY}/{0}' } },
      },
    };
    const zoned = await engine.tenant('zoned', [pack('tickets', ticket, { 'settings.json': { timeZone: 'Pacific/Auckland' } })]);
    const numbersAt = async (time: string): Promise<unknown> => {
      engine.clock.ahead = Date.parse(time) - Date.now();
      const { results } = await engine.engine.run('records.create', zoned.systemContext(), { object: 'ticket', records: [{}] });
      const ids = results.map((result) => (result.ok ? result.id : ''));
      const [row] = await engine.sql(`select name || ' ' || year as text from ${zoned.schema}.ticket where id = any($1)`, [ids]);
      return row?.['text'];
    };
    try {
      expect(await numbersAt('2031-12-31T10:59:00Z')).toBe('T3112-005 2031/1');
      expect(await numbersAt('2031-12-31T10:59:00Z')).toBe('T3112-006 2031/2');
      expect(await numbersAt('2031-12-31T11:00:00Z')).toBe('T3201-005 2032/1');
    } finally {
      engine.clock.ahead = 0;
    }
  });
});
