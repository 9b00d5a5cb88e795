// Spreads an amount over targets, exactly: in order or in proportion, tier by tier, none above what it takes.
import { addDecimals, compareDecimals, formatDecimal, negateDecimal, parseDecimal, roundDecimal, type Decimal } from '@tessera/rules';

/** Decimals as text. What a rule gives null for is unknown: no capacity, no weight, the last tier. */
export interface AllocationTarget {
  /** How much it takes at most; undefined: as much as there is. */
  readonly capacity: string | null | undefined;
  /** Undefined: all are one tier. */
  readonly tier?: string | null | undefined;
  /** For `inProportion`; undefined: what it still takes. */
  readonly weight?: string | null | undefined;
  /** What it has got before: it keeps that first, as far as the amount reaches and it may take it. */
  readonly kept?: string | undefined;
}

export interface AllocationInput {
  /** A negative amount mirrors a positive one. */
  readonly amount: string;
  /** What targets get has so many decimals; the rest may have more. */
  readonly scale: number;
  readonly spread: 'inOrder' | 'inProportion';
  /** In their order, which decides between equals: so it is to be total. */
  readonly targets: readonly AllocationTarget[];
}

export interface Allocation {
  /** For each target, in their order. */
  readonly shares: readonly string[];
  readonly allocated: string;
  /** The amount less what is allocated. */
  readonly rest: string;
}

/** A target on its way: whole units of the last decimal. */
interface Taker {
  readonly place: number;
  /** Undefined: no bound. */
  readonly capacity: bigint | undefined;
  readonly weight: bigint;
}

/** So many decimals at most, and of an amount in a currency no more than that has (ISO 4217: yen none, dinars three). */
export function scaleIn(currency: string | null | undefined, most: number): number {
  const code = currency?.trim().toUpperCase() ?? '';
  if (!/^[A-Z]{3}$/.test(code)) return most;
  const { maximumFractionDigits = most } = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions();
  return Math.min(maximumFractionDigits, most);
}

function read(text: string): Decimal {
  const found = parseDecimal(text);
  if (found === undefined) throw new TypeError(`${text} is no decimal.`);
  return found;
}

/** Whole units of so many decimals, what is below one cut off; nothing of what is negative. */
function unitsOf(text: string, scale: number): bigint {
  const { digits, scale: own } = roundDecimal(read(text), scale, 'down');
  return digits < 0n ? 0n : digits * 10n ** BigInt(scale - own);
}

type Give = (place: number, units: bigint) => void;

const least = (a: bigint, b: bigint | undefined): bigint => (b === undefined || a < b ? a : b);

/** Fills one after the other. Gives what is left. */
function fillInOrder(amount: bigint, takers: readonly Taker[], give: Give): bigint {
  let left = amount;
  for (const { place, capacity } of takers) {
    const share = least(left, capacity);
    give(place, share);
    left -= share;
  }
  return left;
}

/** Whoever is full first comes first: by capacity over weight; whoever is never full last. */
function byFilling(a: Taker, b: Taker): number {
  if (a.capacity === undefined || b.capacity === undefined) return Number(a.capacity === undefined) - Number(b.capacity === undefined);
  const difference = a.capacity * b.weight - b.capacity * a.weight;
  return difference < 0n ? -1 : Number(difference > 0n);
}

/**
 * Those that their part would fill get what they take; the others share what is left of it by weight, cut to whole units, and the units
 * that are over go to the largest remainders. Gives what is left.
 */
function fillInProportion(amount: bigint, takers: readonly Taker[], give: Give): bigint {
  const open = takers.filter(({ weight, capacity }) => weight > 0n && capacity !== 0n).sort(byFilling);
  let left = amount;
  let weights = open.reduce((sum, { weight }) => sum + weight, 0n);
  let full = 0;
  for (const { place, capacity, weight } of open) {
    if (capacity === undefined || left * weight < capacity * weights) break;
    give(place, capacity);
    left -= capacity;
    weights -= weight;
    full += 1;
  }
  const sharing = open.slice(full).map(({ place, weight }) => ({ place, part: left * weight }));
  if (sharing.length === 0) return left;
  let over = left;
  for (const { place, part } of sharing) {
    give(place, part / weights);
    over -= part / weights;
  }
  const remainder = ({ part }: { readonly part: bigint }): bigint => part % weights;
  sharing.sort((a, b) => {
    const difference = remainder(b) - remainder(a);
    return difference === 0n ? a.place - b.place : difference < 0n ? -1 : 1;
  });
  // A part below its capacity is a unit below it when it is cut, so one more still fits.
  for (const { place } of sharing.slice(0, Number(over))) give(place, 1n);
  return 0n;
}

/** The targets' places, tier by tier, each in order; what has no tier comes last. */
function tiersOf(targets: readonly AllocationTarget[]): readonly (readonly number[])[] {
  const tiers = Map.groupBy(targets.keys(), (place) => {
    const tier = targets[place]?.tier ?? null;
    return tier === null ? null : formatDecimal(read(tier));
  });
  const named = [...tiers].sort(([a], [b]) => {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return compareDecimals(read(a), read(b));
  });
  return named.map(([, places]) => places);
}

/** Given weights as whole numbers, alike for all; undefined: by what each takes. */
function weightsOf(targets: readonly AllocationTarget[]): readonly (bigint | undefined)[] {
  const scale = Math.max(0, ...targets.map(({ weight }) => read(weight ?? '0').scale));
  return targets.map(({ weight }) => (weight === undefined ? undefined : unitsOf(weight ?? '0', scale)));
}

const decimal = (units: bigint, scale: number): string => formatDecimal({ digits: units, scale });

const size = (text: string, negative: boolean): string => formatDecimal(negative ? negateDecimal(read(text)) : read(text));

/** Never gives a target more than it takes, and loses nothing: what is allocated and the rest are the amount. */
export function allocate({ amount, scale, spread, targets }: AllocationInput): Allocation {
  const whole = read(amount);
  const negative = whole.digits < 0n;
  const available = unitsOf(size(amount, negative), scale);
  const most = targets.map(({ capacity }) => (capacity === undefined ? undefined : unitsOf(capacity ?? '0', scale)));
  const kept = targets.map((target, place) => least(unitsOf(size(target.kept ?? '0', negative), scale), most[place]));
  const shares = targets.map(() => 0n);
  const give: Give = (place, units) => {
    shares[place] = (shares[place] ?? 0n) + units;
  };
  const tiers = tiersOf(targets);
  let left = available;
  for (const places of tiers)
    left = fillInOrder(
      left,
      places.map((place) => ({ place, capacity: kept[place], weight: 0n })),
      give,
    );
  const weights = weightsOf(targets);
  const takerAt = (place: number): Taker => {
    const bound = most[place];
    const capacity = bound === undefined ? undefined : bound - (shares[place] ?? 0n);
    return { place, capacity, weight: weights[place] ?? capacity ?? 0n };
  };
  const fill = spread === 'inOrder' ? fillInOrder : fillInProportion;
  for (const places of tiers) left = fill(left, places.map(takerAt), give);
  const sign = negative ? -1n : 1n;
  const allocated = (available - left) * sign;
  return {
    shares: shares.map((share) => decimal(share * sign, scale)),
    allocated: decimal(allocated, scale),
    rest: formatDecimal(addDecimals(whole, { digits: -allocated, scale })),
  };
}
