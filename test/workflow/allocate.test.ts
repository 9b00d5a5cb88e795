// Allocations as automations make them: what each target gets, what a second delivery does, and what many payments at once leave.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ledgerScene, type Ledger } from './allocate-scene.ts';

let scene: Ledger;

beforeAll(async () => {
  scene = await ledgerScene();
});
afterAll(() => scene.close());

/** All that a second delivery could leave behind. */
async function traces(): Promise<unknown> {
  const { engine, acme } = scene;
  return engine.sql(
    `select (select count(*) from ${acme.schema}._history where object in ('writeOff', 'receivable')) as lines,
       (select jsonb_agg(jsonb_build_array(id, version, amount, updated_at) order by id) from ${acme.schema}.write_off) as rows`,
  );
}

describe('allocate', () => {
  it('fills what is due first, tells what is left, and keeps roll-ups right', async () => {
    const { customer, receivables } = await scene.owing([{ amount: '100' }, { amount: '50.5' }, { amount: '70' }]);
    const payment = await scene.pay(customer, '120');
    await scene.drain();
    expect(await scene.amounts(receivables, payment)).toEqual([100, 20, 0]);
    expect(await scene.told(payment)).toEqual({ allocated: 120, rest: 0, count: 2 });
    const second = await scene.pay(customer, '200');
    await scene.drain();
    expect(await scene.amounts(receivables, second)).toEqual([0, 30.5, 70]);
    expect(await scene.told(second)).toEqual({ allocated: 100.5, rest: 99.5, count: 2 });
    expect(await scene.acme.read('receivable', receivables[1] ?? '', 'paid', 'open')).toEqual({ paid: 50.5, open: 0 });
    expect(await scene.acme.read('payment', second, 'used')).toEqual({ used: 100.5 });
  });

  it('shares in proportion to the cent', async () => {
    const { customer, receivables } = await scene.owing([{ amount: '10' }, { amount: '10' }, { amount: '10' }]);
    const payment = await scene.pay(customer, '10', 'parts');
    await scene.drain();
    expect(await scene.amounts(receivables, payment)).toEqual([3.34, 3.33, 3.33]);
  });

  it('shares to the decimals that the currency of the record has', async () => {
    const v = (name: string) => ({ var: name });
    const lookup = (to: string) => ({ type: 'lookup', to });
    const code = { type: 'text' };
    const fields = { code, payment: lookup('payment'), receivable: lookup('receivable'), amount: { type: 'currency', scale: 3 } };
    const split = {
      name: 'split__c',
      plural: 'split__cs',
      label: { en: 'x' },
      keys: { once__c: { fields: ['payment__c', 'receivable__c'] } },
    };
    const own = Object.fromEntries(Object.entries(fields).map(([name, field]) => [`${name}__c`, field]));
    const spread = {
      ...{ type: 'allocate', amount: v('amount'), spread: 'inProportion', weight: v('weight') },
      over: { object: 'receivable', where: { '==': [v('customer'), v('$record.customer')] }, sort: { due: {} } },
      into: {
        ...{ object: 'split__c', by: 'once__c', amount: 'amount__c' },
        values: { name: 'part', payment__c: v('$record'), receivable__c: v('id'), code__c: v('$record.name') },
      },
    };
    const trigger = { type: 'record', on: ['create'] };
    await scene.acme.apply({
      'objects/split__c.json': { ...split, fields: { ...own, amount__c: { ...fields.amount, currencyField: 'code__c' } } },
      'automations/splits__c.json': {
        name: 'splits__c',
        object: 'payment',
        runAs: 'system',
        trigger,
        when: { '==': [v('kind'), null] },
        steps: { spread },
      },
    });
    const { customer } = await scene.owing(['1', '1', '1'].map((weight) => ({ amount: '1', weight })));
    for (const name of ['JPY', 'USD', 'BHD', 'none']) await scene.acme.create('payment', { name, customer, amount: '100' });
    await scene.drain();
    const parts = await scene.engine.sql(`select amount__c::float as part from ${scene.acme.schema}.split__c order by id`);
    expect(parts.map(({ part }) => part)).toEqual([
      34,
      33,
      33,
      33.34,
      33.33,
      33.33,
      ...[33.334, 33.333, 33.333],
      ...[33.334, 33.333, 33.333],
    ]);
    await scene.acme.apply({ 'automations/splits__c.json': null });
  });

  it('goes tier by tier, by weight', async () => {
    const { customer, receivables } = await scene.owing([
      { amount: '50', priority: '2', weight: '1' },
      { amount: '30', priority: '1', weight: '1' },
      { amount: '100', priority: '1', weight: '3' },
    ]);
    const payment = await scene.pay(customer, '140', 'tiers');
    await scene.drain();
    expect(await scene.amounts(receivables, payment)).toEqual([10, 30, 100]);
  });

  it('takes back by a negative amount', async () => {
    const { customer, receivables } = await scene.owing([{ amount: '100' }, { amount: '50' }]);
    await scene.pay(customer, '120');
    await scene.drain();
    const refund = await scene.pay(customer, '-30', 'refund');
    await scene.drain();
    expect(await scene.amounts(receivables, refund)).toEqual([-10, -20]);
    expect(await scene.amounts(receivables)).toEqual([90, 0]);
    expect(await scene.told(refund)).toEqual({ allocated: -30, rest: 0, count: 2 });
  });

  it('changes nothing when it is done again, though everything is full by then', async () => {
    const { customer, receivables } = await scene.owing([{ amount: '100' }, { amount: '50' }, { amount: '70' }]);
    const payment = await scene.pay(customer, '120');
    await scene.drain();
    const before = await traces();
    await scene.acme.update('payment', payment, { name: 'again' });
    await scene.drain();
    expect(await traces()).toEqual(before);
    expect(await scene.amounts(receivables, payment)).toEqual([100, 20, 0]);
    expect(await scene.told(payment)).toEqual({ allocated: 120, rest: 0, count: 2 });
  });

  it('moves nothing to what has opened since, and gives what was left to it', async () => {
    const { customer, receivables } = await scene.owing([{ amount: '100' }, { amount: '50' }]);
    const first = await scene.pay(customer, '100');
    await scene.drain();
    const second = await scene.pay(customer, '80');
    await scene.drain();
    expect(await scene.amounts(receivables, second)).toEqual([0, 50]);
    await scene.acme.update('payment', first, { amount: '60' });
    await scene.drain();
    await scene.acme.update('payment', second, { name: 'again' });
    await scene.drain();
    expect(await scene.amounts(receivables, second)).toEqual([30, 50]);
    expect(await scene.amounts(receivables, first)).toEqual([60, 0]);
  });

  it('works weights out anew', async () => {
    const { customer, receivables } = await scene.owing([
      { amount: '100', priority: '1', weight: '1' },
      { amount: '100', priority: '1', weight: '1' },
    ]);
    const payment = await scene.pay(customer, '10', 'tiers');
    await scene.drain();
    await scene.acme.update('receivable', receivables[0] ?? '', { weight: '4' });
    await scene.acme.update('payment', payment, { name: 'again' });
    await scene.drain();
    expect(await scene.amounts(receivables, payment)).toEqual([8, 2]);
  });

  it('follows a corrected amount: what is no longer wanted goes into the bin, what stays keeps its record', async () => {
    const { customer, receivables } = await scene.owing([{ amount: '100' }, { amount: '50' }, { amount: '70' }]);
    const payment = await scene.pay(customer, '200');
    await scene.drain();
    expect(await scene.amounts(receivables, payment)).toEqual([100, 50, 50]);
    await scene.acme.update('payment', payment, { amount: '130' });
    await scene.drain();
    expect(await scene.amounts(receivables, payment)).toEqual([100, 30, 0]);
    const rows = await scene.engine.sql(
      `select version::int, (deleted_at is not null) as gone from ${scene.acme.schema}.write_off where payment_id = $1 order by id`,
      [payment],
    );
    expect(rows).toEqual([
      { version: 1, gone: false },
      { version: 2, gone: false },
      { version: 2, gone: true },
    ]);
    expect(await scene.acme.read('receivable', receivables[2] ?? '', 'paid')).toEqual({ paid: 0 });
    await scene.acme.update('payment', payment, { amount: '0' });
    await scene.drain();
    expect(await scene.amounts(receivables, payment)).toEqual([0, 0, 0]);
  });

  it('gives many payments of one set what each finds open, one after the other', async () => {
    const { customer, receivables } = await scene.owing([{ amount: '25' }, { amount: '25' }]);
    const other = await scene.owing([{ amount: '5' }]);
    const records = [10, 10, 10, 10, 10, 10].map((amount) => ({ name: 'P', customer, amount: String(amount), kind: 'oldest' }));
    const { results } = await scene.acme.run('records.create', {
      object: 'payment',
      records: [...records, { name: 'P', customer: other.customer, amount: '7', kind: 'oldest' }],
    });
    await scene.drain();
    const found: unknown[] = [];
    for (const result of results) found.push(await scene.amounts(receivables, result.ok ? result.id : ''));
    expect(found).toEqual([
      [10, 0],
      [10, 0],
      [5, 5],
      [0, 10],
      [0, 10],
      [0, 0],
      [0, 0],
    ]);
    expect(await scene.amounts(other.receivables)).toEqual([5]);
  });

  it('works within the write that starts it', async () => {
    const { customer, receivables } = await scene.owing([{ amount: '100' }, { amount: '50' }]);
    const payment = await scene.pay(customer, '120', 'atOnce');
    expect(await scene.amounts(receivables, payment)).toEqual([100, 20]);
    const before = await traces();
    await scene.acme.update('payment', payment, { name: 'again' });
    expect(await traces()).toEqual(before);
  });
});
