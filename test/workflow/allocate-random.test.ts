// Hundreds of customers who pay in parts and are paid back, in sets, through the database; against the pure reckoning.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allocate } from '../../packages/workflow/src/automations/allocation.ts';
import { random, type Random } from '../support/random.ts';
import { ledgerScene, type Ledger } from './allocate-scene.ts';

const customers = 300;
const turns = 6;

let scene: Ledger;

beforeAll(async () => {
  scene = await ledgerScene();
});
afterAll(() => scene.close());

interface Account {
  readonly customer: string;
  readonly receivables: readonly string[];
  readonly owed: readonly string[];
  /** Cents. */
  readonly paid: number[];
}

const money = (cents: number): string => (cents / 100).toFixed(2);
const cents = (text: string): number => Math.round(Number(text) * 100);

async function open(chance: Random): Promise<readonly Account[]> {
  const made = await scene.acme.run('records.create', {
    object: 'customer',
    records: Array.from({ length: customers }, (_, i) => ({ name: `C${String(i)}` })),
  });
  const ids = made.results.map((result) => (result.ok ? result.id : ''));
  const owed = ids.map(() => Array.from({ length: 1 + chance.below(3) }, () => money(1 + chance.below(5_000))));
  const records = ids.flatMap((customer, i) =>
    (owed[i] ?? []).map((amount, n) => ({ name: 'R', customer, amount, due: `2026-02-${String(n + 1).padStart(2, '0')}` })),
  );
  const { results } = await scene.acme.run('records.create', { object: 'receivable', records });
  const receivables = results.map((result) => (result.ok ? result.id : ''));
  let from = 0;
  return ids.map((customer, i): Account => {
    const own = owed[i] ?? [];
    const account = { customer, receivables: receivables.slice(from, (from += own.length)), owed: own, paid: own.map(() => 0) };
    return account;
  });
}

/** A payment, or what is paid back; the account as it is to be after it. */
function act({ customer, owed, paid }: Account, chance: Random) {
  const kind = chance.pick(['oldest', 'parts', 'refund']);
  const amount = money((kind === 'refund' ? -1 : 1) * chance.below(4_000));
  const capacities = owed.map((each, i) => (kind === 'refund' ? (paid[i] ?? 0) : cents(each) - (paid[i] ?? 0)));
  const places = kind === 'refund' ? [...owed.keys()].reverse() : [...owed.keys()];
  const { shares } = allocate({
    amount,
    scale: 2,
    spread: kind === 'parts' ? 'inProportion' : 'inOrder',
    targets: places.map((place) => ({ capacity: money(capacities[place] ?? 0) })),
  });
  places.forEach((place, i) => (paid[place] = (paid[place] ?? 0) + cents(shares[i] ?? '0')));
  return { name: 'P', customer, amount, kind };
}

describe('part-payments and refunds of many customers', () => {
  it('leave what the pure reckoning leaves, to the cent', async () => {
    const chance = random();
    const accounts = await open(chance);
    for (let turn = 0; turn < turns; turn += 1) {
      const records = accounts.flatMap((account) => (chance.below(5) === 0 ? [] : [act(account, chance)]));
      await scene.acme.run('records.create', { object: 'payment', records });
      const began = performance.now();
      await scene.drain();
      process.stdout.write(`${String(Math.round((records.length * 1000) / (performance.now() - began)))} runs/s\n`);
    }
    const receivables = accounts.flatMap((account) => account.receivables);
    const found = (await scene.amounts(receivables)).map((sum) => Math.round(sum * 100));
    expect({ seed: chance.seed, found }).toEqual({ seed: chance.seed, found: accounts.flatMap(({ paid }) => paid) });
    const stored = await scene.engine.sql(
      `select count(*)::int as wrong from ${scene.acme.schema}.receivable r where r.paid < 0 or r.paid > r.amount`,
    );
    expect(stored).toEqual([{ wrong: 0 }]);
  });
});
