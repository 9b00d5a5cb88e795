// Sixteen sessions that allocate over the same targets at once: every sum is exact, and no target gets more than it takes.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codesOf } from '../support/failures.ts';
import { random, type Random } from '../support/random.ts';
import { ledgerScene, type Ledger } from './allocate-scene.ts';

const writers = 16;
const stepsEach = 12;

let scene: Ledger;

beforeAll(async () => {
  scene = await ledgerScene({ cell: { poolSize: writers } });
  // Deadlocks are sought after a second; here they may happen.
  await scene.engine.sql(`alter database ${scene.engine.database.name} set deadlock_timeout = '50ms'`);
});
afterAll(() => scene.close());

const money = (chance: Random, limit: number): string => (chance.below(limit * 100) / 100).toFixed(2);

/**
 * Whatever does not add up, by SQL of its own. What a payment has used up is a roll-up, whose change starts its automation once more within
 * the same write: a receivable that others have paid back meanwhile is found by the second run only, and told of by its note.
 */
async function wrong(): Promise<unknown> {
  const { engine, acme } = scene;
  return engine.sql(`
    with w as (select * from ${acme.schema}.write_off where deleted_at is null)
    select 'receivable' as what, r.id, r.amount, r.paid, s.sum from ${acme.schema}.receivable r
      cross join lateral (select coalesce(sum(w.amount), 0) as sum from w where w.receivable_id = r.id) s
      where r.paid <> s.sum or s.sum > r.amount or s.sum < 0
    union all
    select 'payment', p.id, p.amount, p.used, s.sum from ${acme.schema}.payment p
      cross join lateral (select coalesce(sum(w.amount), 0) as sum from w where w.payment_id = p.id) s
      where p.used <> s.sum or abs(s.sum) > abs(p.amount) or sign(s.sum) * sign(p.amount) < 0
    union all
    select 'note', n.payment_id, n.allocated, n.rest, p.amount from ${acme.schema}.note n join ${acme.schema}.payment p on p.id = n.payment_id
      where n.id = (select max(m.id::text)::uuid from ${acme.schema}.note m where m.payment_id = p.id)
        and not exists (select from ${acme.schema}.note m where m.payment_id = p.id and m.created_at = n.created_at
          and m.allocated + m.rest = p.amount and m.allocated = p.used)
    union all
    select 'twice', w.payment_id, count(*), null, null from w group by w.payment_id, w.receivable_id having count(*) > 1`);
}

async function writeAll(act: (chance: Random, payments: string[]) => Promise<unknown>, chance: Random): Promise<void> {
  const payments: string[] = [];
  const one = async (own: Random): Promise<void> => {
    for (let step = 0; step < stepsEach; step += 1) await patient(() => act(own, payments));
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: writers }, (_, i) => one(random(chance.seed + i))));
  const rate = Math.round((writers * stepsEach * 1000) / (performance.now() - began));
  process.stdout.write(
    `seed ${String(chance.seed)}: ${String(rate)} allocations/s, ${String(scene.engine.cell.stats().retries)} retries\n`,
  );
}

/** Sixteen who want the same may wait too long for it on a slow machine; they are told to try again. */
async function patient<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= 20 || !codesOf(error).includes('TENANT_BUSY')) throw error;
    }
  }
}

const owed = (chance: Random) => Array.from({ length: 8 }, () => ({ amount: money(chance, 300) }));

describe('allocations of many sessions over the same targets', () => {
  it('never give a target more than it takes, whether payments are new, corrected or come again', async () => {
    const chance = random();
    const { customer, receivables } = await scene.owing(owed(chance));
    await writeAll(async (own, payments) => {
      if (payments.length < 5 || own.below(3) > 0) payments.push(await scene.pay(customer, money(own, 40), 'atOnce'));
      else if (own.below(2) === 0) await scene.acme.update('payment', own.pick(payments), { name: `again ${String(own.below(1e6))}` });
      else await scene.acme.update('payment', own.pick(payments), { amount: money(own, 60) });
    }, chance);
    expect({ seed: chance.seed, wrong: await wrong() }).toEqual({ seed: chance.seed, wrong: [] });
    expect((await scene.amounts(receivables)).reduce((a, b) => a + b)).toBeGreaterThan(0);
  });

  it('keep sums exact between payments and refunds', async () => {
    const chance = random();
    const { customer, receivables } = await scene.owing(owed(chance));
    await writeAll(async (own, payments) => {
      const kind = own.below(3) === 0 ? 'giveBack' : 'atOnce';
      if (payments.length < 5 || own.below(4) > 0)
        payments.push(await scene.pay(customer, kind === 'giveBack' ? `-${money(own, 30)}` : money(own, 40), kind));
      else await scene.acme.update('payment', own.pick(payments), { name: `again ${String(own.below(1e6))}` });
    }, chance);
    expect({ seed: chance.seed, wrong: await wrong() }).toEqual({ seed: chance.seed, wrong: [] });
    expect((await scene.amounts(receivables)).reduce((a, b) => a + b)).toBeGreaterThan(0);
  });

  it('are exact where several workers do the runs', async () => {
    const chance = random();
    const { customer, receivables } = await scene.owing(owed(chance));
    const records = Array.from({ length: 60 }, () => ({
      name: 'P',
      customer,
      ...(chance.below(4) === 0
        ? { kind: 'refund', amount: `-${money(chance, 20)}` }
        : { kind: chance.pick(['oldest', 'parts']), amount: money(chance, 40) }),
    }));
    for (const record of records) await scene.acme.run('records.create', { object: 'payment', records: [record] });
    await Promise.all(Array.from({ length: 4 }, () => patient(() => scene.drain())));
    expect({ seed: chance.seed, wrong: await wrong() }).toEqual({ seed: chance.seed, wrong: [] });
    expect((await scene.amounts(receivables)).reduce((a, b) => a + b)).toBeGreaterThan(0);
  });

  it('write each part once where the same payment is written by all of them', async () => {
    const { customer, receivables } = await scene.owing([{ amount: '30' }, { amount: '30' }, { amount: '30' }]);
    const payment = await scene.pay(customer, '0', 'atOnce');
    const amounts = ['70', '70.01', '12', '55.5'];
    await Promise.all(
      Array.from({ length: writers }, (_, i) =>
        patient(() => scene.acme.update('payment', payment, { amount: amounts[i % 4] ?? '0', name: String(i) })),
      ),
    );
    expect(await wrong()).toEqual([]);
    const { amount } = (await scene.acme.read('payment', payment, 'amount')) ?? {};
    expect((await scene.amounts(receivables, payment)).reduce((a, b) => a + b)).toBeCloseTo(Number(amount), 2);
  });
});
