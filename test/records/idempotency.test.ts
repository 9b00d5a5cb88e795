// Idempotency-Key: a request that is sent again happens once and is answered alike.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { pack, selected, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';

const orders = pack('orders', {
  order: { fields: { number: { type: 'text', unique: true }, amount: { type: 'number', min: 0 }, secretOf: { type: 'secret' } } },
});

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [orders]);
});
afterAll(() => engine.close());

const order = (number: string, rest = {}) => ({ object: 'order', records: [{ name: number, number, ...rest }] });
const count = async (number: string) =>
  (await engine.sql(`select count(*)::int as n from ${acme.schema}.order where number = $1`, [number]))[0]?.['n'];

describe('a request with an Idempotency-Key', () => {
  it('is answered the same twice, and written once', async () => {
    const input = { ...order('1'), returning: [selected('number'), selected('version')] };
    const first = await acme.run('records.create', input, { idempotencyKey: 'k1' });
    const second = await acme.run('records.create', input, { idempotencyKey: 'k1' });
    expect(second).toEqual(first);
    expect(first.results).toMatchObject([{ ok: true, created: true, record: '{"number":"1","version":1}' }]);
    expect(await count('1')).toBe(1);
  });

  it('sent eight times at once is written once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => acme.run('records.create', order('2'), { idempotencyKey: 'k2' })));
    expect(new Set(all.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await count('2')).toBe(1);
  });

  it('is refused where the key was another request’s, and not confused with another person’s', async () => {
    await acme.run('records.create', order('3'), { idempotencyKey: 'k3' });
    for (const input of [order('4'), order('3', { amount: 1 })]) {
      const failure = await failureOf(acme.run('records.create', input, { idempotencyKey: 'k3' }));
      expect(failure).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', status: 422 });
    }
    const records = [{ id: '01890000-0000-7000-8000-000000000000', values: {} }];
    const update = acme.run('records.update', { object: 'order', records }, { idempotencyKey: 'k3' });
    expect((await failureOf(update)).code).toBe('IDEMPOTENCY_KEY_REUSED');
    const system = { ...acme.systemContext(), idempotencyKey: 'k3' };
    expect((await engine.engine.run('records.create', system, order('5'))).results).toMatchObject([{ ok: true }]);
  });

  it('is a new one when the upkeep has taken the answer away, after a week', async () => {
    const keys = async () => {
      const rows = await engine.sql(`select key from ${acme.schema}._idempotency where key like 'old%' order by key`);
      return rows.map(({ key }) => key);
    };
    for (const key of ['old 1', 'old 2']) await acme.run('records.create', order(key), { idempotencyKey: key });
    await engine.sql(`update ${acme.schema}._idempotency set created_at = now() - interval '8 days' where key = 'old 1'`);
    const administration = new Administration({ cell: engine.cell, log: silentLogger, secret: 'upkeep', clock: { now: () => Date.now() } });
    expect(await administration.upkeep.trimAnswers()).toBe(1);
    expect(await keys()).toEqual(['old 2']);
    const again = await acme.run('records.create', order('old 3'), { idempotencyKey: 'old 1' });
    expect(again.results).toMatchObject([{ ok: true }]);
  });

  it('that failed leaves no claim', async () => {
    expect((await failureOf(acme.run('records.create', order('6', { amount: -1 }), { idempotencyKey: 'k6' }))).code).toBe(
      'VALUE_OUT_OF_RANGE',
    );
    await acme.run('records.create', order('6', { amount: 1 }), { idempotencyKey: 'k6' });
    expect(await count('6')).toBe(1);
  });

  it('keeps the refusals of a partial success', async () => {
    const input = {
      object: 'order',
      allOrNone: false,
      records: [
        { name: '7', number: '7' },
        { name: '7', number: '7' },
      ],
    };
    const first = await acme.run('records.create', input, { idempotencyKey: 'k7' });
    expect(await acme.run('records.create', input, { idempotencyKey: 'k7' })).toEqual(first);
    expect(first.results.map(({ ok }) => ok)).toEqual([true, false]);
  });

  it('is the same request when it names a newer Model', async () => {
    const { model } = await engine.engine.runtime('acme');
    const first = await acme.run('records.create', { ...order('8'), modelHash: model.hash }, { idempotencyKey: 'k8' });
    await acme.apply({ 'extensions/order.json': { extends: 'order', fields: { extra__c: { type: 'text' } } } });
    const { model: newer } = await engine.engine.runtime('acme', { fresh: true });
    expect(newer.hash).not.toBe(model.hash);
    expect(await acme.run('records.create', { ...order('8'), modelHash: newer.hash }, { idempotencyKey: 'k8' })).toEqual(first);
  });

  it('goes for every kind of write', async () => {
    const made = await acme.run('records.create', order('9'));
    const [result] = made.results;
    const id = result?.ok === true ? result.id : '';
    const again = async <T>(work: () => Promise<T>): Promise<void> => {
      expect(await work()).toEqual(await work());
    };
    await again(() =>
      acme.run('records.update', { object: 'order', records: [{ id, version: 1, values: { amount: 5 } }] }, { idempotencyKey: 'u9' }),
    );
    await again(() =>
      acme.run('records.upsert', { object: 'order', by: 'number', records: [{ number: '9', amount: 6 }] }, { idempotencyKey: 's9' }),
    );
    await again(() => acme.run('records.delete', { object: 'order', records: [{ id }] }, { idempotencyKey: 'd9' }));
    await again(() => acme.run('records.restore', { object: 'order', ids: [id] }, { idempotencyKey: 'r9' }));
    expect(await acme.read('order', id, 'version', 'amount')).toEqual({ version: 5, amount: 6 });
  });
});
