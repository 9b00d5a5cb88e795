// Sets out of queries and series: what is made, what is left alone, what becomes of what is no longer given.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { officeScene, type Office } from './upsert-from-scene.ts';

let office: Office;

beforeAll(async () => {
  office = await officeScene(true);
});
afterAll(() => office.close());

describe('upsert from a series', () => {
  const instalments = (contract: string) =>
    office.rows(
      `to_char(due, 'YYYY-MM-DD') as due, to_char(until, 'YYYY-MM-DD') as until, number::int, amount::float, version::int`,
      `instalment where contract_id = '${contract}' and deleted_at is null order by due`,
    );

  it('reckons every date from the first, the last one included', async () => {
    const contract = await office.acme.create('contract', { name: 'C', start: '2026-01-31', endDate: '2026-04-30', amount: '10' });
    expect(await office.drain()).toEqual([]);
    expect(await instalments(contract)).toEqual([
      { due: '2026-01-31', until: '2026-02-28', number: 1, amount: 10, version: 1 },
      { due: '2026-02-28', until: '2026-03-31', number: 2, amount: 10, version: 1 },
      { due: '2026-03-31', until: '2026-04-30', number: 3, amount: 10, version: 1 },
      { due: '2026-04-30', until: '2026-05-31', number: 4, amount: 10, version: 1 },
    ]);
  });

  it('changes what differs and takes away what is over', async () => {
    const contract = await office.acme.create('contract', { name: 'C', start: '2026-01-15', endDate: '2026-04-14', amount: '10' });
    await office.drain();
    await office.acme.update('contract', contract, { endDate: '2026-03-14' });
    expect(await office.drain()).toEqual([]);
    expect(await instalments(contract)).toEqual([
      { due: '2026-01-15', until: '2026-02-15', number: 1, amount: 10, version: 1 },
      { due: '2026-02-15', until: '2026-03-15', number: 2, amount: 10, version: 1 },
    ]);
    await office.acme.update('contract', contract, { amount: '12.5' });
    await office.drain();
    expect((await instalments(contract)).map(({ amount, version }) => ({ amount, version }))).toEqual([
      { amount: 12.5, version: 2 },
      { amount: 12.5, version: 2 },
    ]);
  });

  it('does many records at once, each within its own scope', async () => {
    const records = Array.from({ length: 60 }, (_, i) => ({
      name: 'M',
      start: '2026-01-31',
      endDate: `2026-0${String(1 + (i % 4))}-28`,
      amount: '1',
    }));
    const { results } = await office.acme.run('records.create', { object: 'contract', records });
    const statements = await office.engine.statements(async () => {
      expect(await office.drain()).toEqual([]);
    });
    const ids = results.map((result) => (result.ok ? result.id : ''));
    const found = await office.rows('count(*)::int as n', `instalment where contract_id in ('${ids.join("','")}') and deleted_at is null`);
    expect(found).toEqual([{ n: 15 * (0 + 2 + 2 + 3) }]);
    expect(statements.filter((text) => /insert into "\w+"\."instalment"/.test(text)).length).toBe(1);
  });

  it('makes nothing of a series that has no end or lies the wrong way round', async () => {
    const empty = await office.acme.create('contract', { name: 'C', start: '2026-01-31', amount: '10' });
    const back = await office.acme.create('contract', { name: 'C', start: '2026-01-31', endDate: '2026-01-30', amount: '10' });
    expect(await office.drain()).toEqual([]);
    expect([...(await instalments(empty)), ...(await instalments(back))]).toEqual([]);
  });
});

describe('upsert from a query', () => {
  const traces = () =>
    office.rows(
      `(select count(*) from ${office.acme.schema}._history where object = 'renewal')::int as lines,
       (select count(*) from ${office.acme.schema}.seen)::int as seen, jsonb_agg(jsonb_build_array(id, version, amount) order by id) as rows`,
      'renewal',
    );
  const renewals = () =>
    office.rows(
      `code, amount::float, version::int, life_status as status, (deleted_at is not null) as gone`,
      'renewal order by code, deleted_at nulls last',
    );
  const live = async () => (await renewals()).filter(({ gone }) => gone === false).map(({ code }) => code);

  beforeEach(async () => {
    for (const table of ['renewal', 'contract where start is null']) await office.engine.sql(`delete from ${office.acme.schema}.${table}`);
  });

  const contract = (code: string, more: Readonly<Record<string, string>> = {}) =>
    office.acme.create('contract', { name: 'C', code, state: 'active', amount: '100', ...more });

  it('creates, updates, leaves alone, and deletes what is stale', async () => {
    const customer = await office.acme.create('customer', { name: 'X' });
    const first = await contract('a', { customer });
    await contract('b', { customer });
    const last = await contract('c', { customer, state: 'draft' });
    expect(await office.request('renew')).toBe('2/0/0/0');
    expect(await office.acme.read('customer', customer, 'total')).toEqual({ total: 220 });
    await office.acme.update('contract', first, { amount: '50' });
    await office.acme.update('contract', last, { state: 'active' });
    expect(await office.request('renew')).toBe('1/1/1/0');
    await office.acme.update('contract', first, { state: 'ended' });
    expect(await office.request('renew')).toBe('0/0/2/1');
    expect(await renewals()).toEqual([
      { code: 'a', amount: 55, version: 3, status: 'normal', gone: true },
      { code: 'b', amount: 110, version: 1, status: 'normal', gone: false },
      { code: 'c', amount: 110, version: 1, status: 'normal', gone: false },
    ]);
    expect(await office.acme.read('customer', customer, 'total')).toEqual({ total: 220 });
  });

  it('writes no history and starts nothing where nothing differs', async () => {
    await contract('a');
    await contract('b');
    await office.request('renew');
    const before = await traces();
    expect(await office.request('renew')).toBe('0/0/2/0');
    expect(await traces()).toEqual(before);
  });

  it('leaves what is there as it is where that is said', async () => {
    const first = await contract('a');
    await office.request('ignore');
    await office.acme.update('contract', first, { amount: '50' });
    await contract('b');
    expect(await office.request('ignore')).toBe('1/0/1/0');
    expect((await renewals()).map(({ amount }) => amount)).toEqual([110, 110]);
  });

  it('makes stale records void, and counts them again when they are given again', async () => {
    const first = await contract('a');
    await contract('b');
    expect(await office.request('void')).toBe('2/0/0/0');
    await office.acme.update('contract', first, { state: 'ended' });
    expect(await office.request('void')).toBe('0/0/1/1');
    expect(await office.request('void')).toBe('0/0/1/0');
    expect((await renewals()).map(({ code, status }) => [code, status])).toEqual([
      ['a', 'void'],
      ['b', 'normal'],
    ]);
    await office.acme.update('contract', first, { state: 'active' });
    expect(await office.request('void')).toBe('0/1/1/0');
    expect((await renewals()).map(({ status }) => status)).toEqual(['normal', 'normal']);
  });

  it('names both where two give the same record, and writes nothing', async () => {
    const [one, two] = [await contract('a'), await contract('a')];
    await contract('b');
    const told = String(await office.request('renew'));
    expect(told).toContain(`contract ${one} and contract ${two} both give the record of renewal with code`);
    expect(await live()).toEqual([]);
    await office.engine.sql(`update ${office.acme.schema}._run set state = 'cancelled' where state = 'failed'`);
  });

  it('names what has no key', async () => {
    const nameless = await office.acme.create('contract', { name: 'C', state: 'active', amount: '1' });
    const told = String(await office.request('renew'));
    expect(told).toContain(`contract ${nameless} gives no value for code`);
    await office.engine.sql(`update ${office.acme.schema}._run set state = 'cancelled' where state = 'failed'`);
  });
});
