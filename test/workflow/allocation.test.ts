// Spreading an amount: small cases by hand, random ones against a plain reckoning on whole cents, and long sequences of payments.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allocate, type AllocationInput, type AllocationTarget } from '../../packages/workflow/src/automations/allocation.ts';

const shares = (amount: string, targets: readonly AllocationTarget[], spread: AllocationInput['spread'] = 'inOrder') =>
  allocate({ amount, scale: 2, spread, targets }).shares;
const upTo = (...capacities: readonly string[]): AllocationTarget[] => capacities.map((capacity) => ({ capacity }));
const by = (...weights: readonly string[]): AllocationTarget[] => weights.map((weight) => ({ capacity: undefined, weight }));

describe('allocate, in order', () => {
  it('fills each before the next and says what is left', () => {
    expect(allocate({ amount: '100', scale: 2, spread: 'inOrder', targets: upTo('60', '30.5', '5') })).toEqual({
      shares: ['60', '30.5', '5'],
      allocated: '95.5',
      rest: '4.5',
    });
    expect(shares('70', upTo('60', '30', '5'))).toEqual(['60', '10', '0']);
  });

  it('mirrors negative amounts', () => {
    expect(allocate({ amount: '-70', scale: 2, spread: 'inOrder', targets: upTo('60', '5') })).toEqual({
      shares: ['-60', '-5'],
      allocated: '-65',
      rest: '-5',
    });
  });

  it('gives all to the first that has no bound', () => {
    expect(shares('70', [{ capacity: '20' }, { capacity: undefined }, { capacity: '5' }])).toEqual(['20', '50', '0']);
  });

  it('gives nothing where nothing is open or nobody knows how much', () => {
    expect(shares('70', [{ capacity: '-5' }, { capacity: null }, { capacity: '0' }, { capacity: '0.009' }])).toEqual(['0', '0', '0', '0']);
  });

  it('goes by tier, then by order, and takes those without a tier last', () => {
    const targets = ['2', null, '10', '1.0', '1'].map((tier) => ({ capacity: '10', tier }));
    expect(shares('35', targets)).toEqual(['10', '0', '5', '10', '10']);
    expect(shares('45', targets)).toEqual(['10', '5', '10', '10', '10']);
  });

  it('leaves what is below a unit of the field in the rest, and never gives a part of a unit that is not open', () => {
    expect(allocate({ amount: '10.019', scale: 2, spread: 'inOrder', targets: upTo('5.009', '100') })).toEqual({
      shares: ['5', '5.01'],
      allocated: '10.01',
      rest: '0.009',
    });
  });

  it('spreads nothing over anything, and anything over nothing', () => {
    expect(allocate({ amount: '0', scale: 2, spread: 'inOrder', targets: upTo('5') })).toEqual({
      shares: ['0'],
      allocated: '0',
      rest: '0',
    });
    expect(allocate({ amount: '-3', scale: 0, spread: 'inProportion', targets: [] })).toEqual({ shares: [], allocated: '0', rest: '-3' });
  });
});

describe('allocate, in proportion', () => {
  it('gives the cents that are over to the largest remainders, and between equals to the first', () => {
    expect(shares('100', by('1', '1', '1'), 'inProportion')).toEqual(['33.34', '33.33', '33.33']);
    expect(shares('0.02', by('1', '1', '1'), 'inProportion')).toEqual(['0.01', '0.01', '0']);
    expect(shares('10', by('1', '3', '2'), 'inProportion')).toEqual(['1.67', '5', '3.33']);
    expect(shares('-100', by('1', '1', '1'), 'inProportion')).toEqual(['-33.34', '-33.33', '-33.33']);
  });

  it('goes by capacity where no weight is given', () => {
    expect(shares('30', upTo('40', '20'), 'inProportion')).toEqual(['20', '10']);
    expect(shares('90', upTo('40', '20'), 'inProportion')).toEqual(['40', '20']);
  });

  it('shares what does not go into a full target among the others', () => {
    const targets = [
      { capacity: '1', weight: '50' },
      { capacity: undefined, weight: '30' },
      { capacity: '2', weight: '20' },
    ];
    expect(shares('10', targets, 'inProportion')).toEqual(['1', '7', '2']);
  });

  it('gives nothing by no weight, and takes the next tier then', () => {
    const targets = [
      { capacity: '5', weight: '0', tier: '1' },
      { capacity: '5', weight: '-2', tier: '1' },
      { capacity: '5', weight: null, tier: '1' },
      { capacity: '5', weight: '0.5', tier: '2' },
    ];
    expect(allocate({ amount: '10', scale: 2, spread: 'inProportion', targets })).toEqual({
      shares: ['0', '0', '0', '5'],
      allocated: '5',
      rest: '5',
    });
  });
});

describe('allocate, again', () => {
  const kept = (...shares: readonly (readonly [capacity: string, kept: string])[]): AllocationTarget[] =>
    shares.map(([capacity, before]) => ({ capacity, kept: before }));

  it('leaves with each what it has, whatever has opened meanwhile', () => {
    expect(shares('30', kept(['100', '0'], ['50', '20'], ['10', '10']))).toEqual(['0', '20', '10']);
    expect(shares('30', kept(['100', '0'], ['50', '20'], ['10', '10']), 'inProportion')).toEqual(['0', '20', '10']);
    expect(shares('-30', kept(['100', '0'], ['50', '-20'], ['10', '-10']))).toEqual(['0', '-20', '-10']);
  });

  it('adds what is more, and takes what is less from the last', () => {
    expect(shares('45', kept(['10', '0'], ['50', '20'], ['10', '10']))).toEqual(['10', '25', '10']);
    expect(shares('25', kept(['100', '0'], ['50', '20'], ['10', '10']))).toEqual(['0', '20', '5']);
    expect(shares('60', kept(['60', '20'], ['30', '10']), 'inProportion')).toEqual(['40', '20']);
  });

  it('leaves nobody more than he takes by now, nor what was of the other sign', () => {
    expect(shares('30', kept(['100', '0'], ['5', '20'], ['10', '10']))).toEqual(['15', '5', '10']);
    expect(shares('30', kept(['100', '-20'], ['50', '30']))).toEqual(['0', '30']);
  });

  it('changes nothing, at random', () => {
    const targets = fc.array(fc.record({ capacity: fc.integer({ min: 0, max: 900 }), more: fc.integer({ min: 0, max: 300 }) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.integer({ min: -2_000, max: 2_000 }), targets, fc.boolean(), (amount, list, inOrder) => {
        const spread = inOrder ? 'inOrder' : 'inProportion';
        const first = allocate({
          amount: money(BigInt(amount)),
          scale: 2,
          spread,
          targets: list.map(({ capacity }) => ({ capacity: money(BigInt(capacity)) })),
        });
        const opened = list.map(({ capacity, more }, i) => ({ capacity: money(BigInt(capacity + more)), kept: first.shares[i] ?? '0' }));
        const second = allocate({ amount: first.allocated, scale: 2, spread, targets: opened });
        expect(second).toEqual({ shares: first.shares, allocated: first.allocated, rest: '0' });
      }),
    );
  });
});

/** Whole cents as decimal text. */
function money(cents: bigint): string {
  const size = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  const fraction = size.slice(-2).replace(/0+$/, '');
  return `${cents < 0n ? '-' : ''}${size.slice(0, -2)}${fraction === '' ? '' : `.${fraction}`}`;
}

function cents(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const size = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'));
  return text.startsWith('-') ? -size : size;
}

interface Plain {
  readonly capacity: bigint;
  readonly weight: bigint;
  readonly tier: number;
}

/** One tier, by trying: whoever would get more than he takes gets what he takes, and it is reckoned again without him. */
function plainTier(amount: bigint, tier: readonly (Plain & { readonly place: number })[], given: bigint[]): bigint {
  let [left, open] = [amount, tier.filter(({ weight, capacity }) => weight > 0n && capacity > 0n)];
  for (;;) {
    const weights = open.reduce((sum, { weight }) => sum + weight, 0n);
    const full = open.find(({ weight, capacity }) => left * weight >= capacity * weights);
    if (full === undefined) break;
    given[full.place] = full.capacity;
    left -= full.capacity;
    open = open.filter((each) => each !== full);
  }
  const weights = open.reduce((sum, { weight }) => sum + weight, 0n);
  const parts = open.map(({ place, weight }) => ({ place, whole: (left * weight) / weights, rest: (left * weight) % weights }));
  for (const { place, whole } of parts) given[place] = whole;
  let over = open.length === 0 ? 0n : left - parts.reduce((sum, { whole }) => sum + whole, 0n);
  while (over > 0n) {
    const [next] = parts.splice(
      parts.reduce((best, part, i) => (part.rest > (parts[best]?.rest ?? 0n) ? i : best), 0),
      1,
    );
    if (next !== undefined) given[next.place] = (given[next.place] ?? 0n) + 1n;
    over -= 1n;
  }
  return open.length === 0 ? left : 0n;
}

function plain(amount: bigint, spread: AllocationInput['spread'], targets: readonly Plain[]): readonly bigint[] {
  const given = targets.map(() => 0n);
  let left = amount < 0n ? -amount : amount;
  for (const tier of [...new Set(targets.map((target) => target.tier))].sort((a, b) => a - b)) {
    const own = targets.map((target, place) => ({ ...target, place })).filter((target) => target.tier === tier);
    if (spread === 'inProportion') left = plainTier(left, own, given);
    else
      for (const { place, capacity } of own) {
        const share = capacity < left ? capacity : left;
        given[place] = share;
        left -= share;
      }
  }
  return amount < 0n ? given.map((share) => -share) : given;
}

const amounts = fc.oneof(fc.bigInt({ min: -50n, max: 50n }), fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }));
const capacities = fc.oneof(fc.bigInt({ min: 0n, max: 20n }), fc.bigInt({ min: 0n, max: 10n ** 13n }));
const plainTargets = fc.array(
  fc.record({ capacity: capacities, weight: fc.bigInt({ min: 0n, max: 12n }), tier: fc.integer({ min: -1, max: 2 }) }),
  { maxLength: 8 },
);

describe('allocate, at random', () => {
  it.each(['inOrder', 'inProportion'] as const)('agrees with the plain reckoning, %s', (spread) => {
    fc.assert(
      fc.property(amounts, plainTargets, (amount, targets) => {
        const found = allocate({
          amount: money(amount),
          scale: 2,
          spread,
          targets: targets.map(({ capacity, weight, tier }) => ({
            capacity: money(capacity),
            weight: String(weight),
            tier: String(tier),
          })),
        });
        expect(found.shares.map(cents)).toEqual(plain(amount, spread, targets));
        const allocated = found.shares.reduce((sum, share) => sum + cents(share), 0n);
        expect([cents(found.allocated), cents(found.rest)]).toEqual([allocated, amount - allocated]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes the order of the targets for nothing but deciding between equals', () => {
    const distinct = fc.uniqueArray(fc.bigInt({ min: 1n, max: 10n ** 9n }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(distinct, fc.bigInt({ min: 0n, max: 10n ** 8n }), (weights, amount) => {
        const forward = shares(money(amount), by(...weights.map(String)), 'inProportion').map(cents);
        const backward = shares(money(amount), by(...weights.map(String).reverse()), 'inProportion').map(cents);
        const total = weights.reduce((sum, weight) => sum + weight, 0n);
        weights.forEach((weight, i) => {
          // Nobody is a whole cent away from his exact part.
          const off = (forward[i] ?? 0n) * total - amount * weight;
          expect(off < total && -off < total).toBe(true);
          const moved = (forward[i] ?? 0n) - (backward[weights.length - 1 - i] ?? 0n);
          expect([-1n, 0n, 1n]).toContain(moved);
        });
      }),
    );
  });
});

describe('sequences of part-payments and reversals', () => {
  const step = fc.record({
    amount: fc.oneof(fc.bigInt({ min: -3_000n, max: 3_000n }), fc.bigInt({ min: -9n, max: 9n })),
    inProportion: fc.boolean(),
  });

  it('keep every sum to the cent and no account above its amount or below nothing, 20,000 times', () => {
    const bills = fc.array(fc.bigInt({ min: 0n, max: 1_000n }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(bills, fc.array(step, { minLength: 1, maxLength: 12 }), (owed, steps) => {
        const paid = owed.map(() => 0n);
        let [kept, prepaid] = [0n, 0n];
        for (const { amount, inProportion } of steps) {
          // A payment takes what is open, a reversal takes back what is paid.
          const open = owed.map((bill, i) => (amount < 0n ? (paid[i] ?? 0n) : bill - (paid[i] ?? 0n)));
          const { shares: given, ...sums } = allocate({
            amount: money(amount),
            scale: 2,
            spread: inProportion ? 'inProportion' : 'inOrder',
            targets: open.map((capacity) => ({ capacity: money(capacity) })),
          });
          given.forEach((share, i) => (paid[i] = (paid[i] ?? 0n) + cents(share)));
          kept += cents(sums.allocated);
          prepaid += cents(sums.rest);
          expect(cents(sums.allocated) + cents(sums.rest)).toBe(amount);
        }
        expect(paid.reduce((a, b) => a + b, 0n)).toBe(kept);
        expect(kept + prepaid).toBe(steps.reduce((sum, { amount }) => sum + amount, 0n));
        expect(paid.every((sum, i) => sum >= 0n && sum <= (owed[i] ?? 0n))).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
});
