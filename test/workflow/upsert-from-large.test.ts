// Large sets: in pieces that commit one by one, gone on with after a failure; and several that make the same set at once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { officeScene, type Office } from './upsert-from-scene.ts';

let office: Office;

beforeAll(async () => {
  office = await officeScene(false, { cell: { poolSize: 8 } });
  await office.engine.sql(`alter database ${office.engine.database.name} set deadlock_timeout = '50ms'`);
});
afterAll(() => office.close());
beforeEach(async () => {
  for (const table of ['seen', 'renewal', 'contract']) await office.engine.sql(`delete from ${office.acme.schema}.${table}`);
  await office.engine.sql(`update ${office.acme.schema}._run set state = 'cancelled' where state = 'failed'`);
});

async function contracts(count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let from = 0; from < count; from += 1_000) {
    const records = Array.from({ length: Math.min(1_000, count - from) }, (_, i) => ({
      name: 'C',
      code: `c${String(from + i)}`,
      state: 'active',
      amount: '100',
    }));
    const { results } = await office.acme.run('records.create', { object: 'contract', records });
    ids.push(...results.flatMap((result) => (result.ok ? [result.id] : [])));
  }
  return ids;
}

const renewals = async (): Promise<unknown> => {
  const [row] = await office.rows('count(*)::int as n, count(distinct code)::int as codes', 'renewal where deleted_at is null');
  return row;
};

describe('upsert from a large query', () => {
  it('writes as many statements as there are pieces, whatever the rows', async () => {
    const count = 10_000;
    await contracts(count);
    const timed = async (wanted: string): Promise<readonly string[]> => {
      const id = await office.acme.create('request', { name: 'x', kind: 'bare' });
      const began = performance.now();
      const statements = await office.engine.statements(() => office.drain());
      const seconds = (performance.now() - began) / 1000;
      process.stdout.write(`${wanted}: ${String(Math.round(count / seconds))} rows/s, ${String(statements.length)} statements\n`);
      expect((await office.acme.read('request', id, 'done'))?.['done']).toBe(wanted);
      return statements;
    };
    const created = await timed('10000/0/0/0');
    expect(created.filter((text) => text.includes('insert into') && text.includes('"renewal"')).length).toBeLessThan(25);
    expect(created.length).toBeLessThan(600);
    expect(await renewals()).toEqual({ n: count, codes: count });
    await office.engine.sql(`delete from ${office.acme.schema}._run`);
    await timed('0/0/10000/0');
    await office.engine.sql(`update ${office.acme.schema}.contract set amount = 50 where code like '%7'`);
    await timed('0/1000/9000/0');
  }, 400_000);

  it('keeps what is committed when a later piece fails, and goes on from there', async () => {
    const ids = await contracts(2_500);
    const last = [...ids].sort().at(-1) ?? '';
    await office.acme.update('contract', last, { amount: '5000' });
    const id = await office.acme.create('request', { name: 'x', kind: 'bare' });
    const [reason] = await office.drain();
    expect(reason).toContain('too much');
    expect(await renewals()).toEqual({ n: 2_000, codes: 2_000 });
    await office.acme.update('contract', last, { amount: '70' });
    await office.retry();
    expect(await office.drain()).toEqual([]);
    expect(await renewals()).toEqual({ n: 2_500, codes: 2_500 });
    expect((await office.acme.read('request', id, 'done'))?.['done']).toBe('2500/0/0/0');
  }, 400_000);

  it('takes away thousands of stale records, piece by piece', async () => {
    await contracts(2_300);
    expect(await office.request('bare')).toBe('2300/0/0/0');
    await office.engine.sql(`update ${office.acme.schema}.contract set state = 'ended' where code <> 'c5'`);
    expect(await office.request('renew')).toBe('0/0/1/2299');
    expect(await renewals()).toEqual({ n: 1, codes: 1 });
  }, 400_000);

  it('finds two that give the same record before anything is written, however far they are apart', async () => {
    const ids = [...(await contracts(2_100))].sort();
    await office.acme.update('contract', ids.at(-1) ?? '', { code: 'c0' });
    const told = String(await office.request('bare'));
    expect(told).toContain('both give the record of renewal with code');
    expect(await renewals()).toEqual({ n: 0, codes: 0 });
  }, 400_000);

  it('is one transaction within an atomic step', async () => {
    const ids = await contracts(1_500);
    const last = [...ids].sort().at(-1) ?? '';
    await office.acme.update('contract', last, { amount: '5000' });
    expect(String(await office.request('within'))).toContain('too much');
    expect(await renewals()).toEqual({ n: 0, codes: 0 });
    await office.engine.sql(`update ${office.acme.schema}._run set state = 'cancelled' where state = 'failed'`);
    await office.acme.update('contract', last, { amount: '70' });
    expect(await office.request('within')).toBe('1500/0/0/0');
  }, 400_000);
});

describe('several that make the same set at once', () => {
  it('make each record once', async () => {
    await contracts(400);
    await Promise.all(Array.from({ length: 8 }, (_, i) => office.acme.create('request', { name: String(i), kind: 'now' })));
    expect(await renewals()).toEqual({ n: 400, codes: 400 });
    const done = await office.rows("sum(split_part(done, '/', 1)::int)::int as created", `request where kind = 'now'`);
    expect(done).toEqual([{ created: 400 }]);
  }, 400_000);
});
