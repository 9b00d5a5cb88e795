// Exact decimals on bigint: what PostgreSQL's numeric gives, digit for digit.

/** `digits / 10^scale`, scale ≥ 0. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export type RoundingMode = 'halfUp' | 'halfEven' | 'up' | 'down' | 'ceiling' | 'floor';

export const roundingModes: readonly RoundingMode[] = ['halfUp', 'halfEven', 'up', 'down', 'ceiling', 'floor'];

/** Results of `*`, `/` and `pow` at or above 10^40 overflow to null. */
export const magnitude = 40;
/** Products are rounded half-up to so many decimals; a literal has at most so many. */
export const productScale = 20;
/** Quotients are rounded half-up to so many decimals. */
export const quotientScale = 10;
/** `pow` takes whole exponents from -32 to 32. */
export const maxExponent = 32;

const limit = 10n ** BigInt(magnitude);
const plain = /^-?[0-9]+(?:\.[0-9]+)?$/;

export const power10 = (n: number): bigint => 10n ** BigInt(n);
const absolute = (n: bigint): bigint => (n < 0n ? -n : n);

/** Reads plain decimal text (no exponent); undefined where it is none. */
export function parseDecimal(source: string): Decimal | undefined {
  if (!plain.test(source)) return undefined;
  const point = source.indexOf('.');
  if (point < 0) return { digits: BigInt(source), scale: 0 };
  return { digits: BigInt(source.slice(0, point) + source.slice(point + 1)), scale: source.length - point - 1 };
}

/** Canonical text: no exponent, no trailing zeros, no `-0`. */
export function formatDecimal({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const padded = absolute(digits)
    .toString()
    .padStart(scale + 1, '0');
  const whole = padded.slice(0, padded.length - scale);
  const fraction = padded.slice(padded.length - scale).replace(/0+$/, '');
  return sign + (fraction === '' ? whole : `${whole}.${fraction}`);
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * power10(scale - a.scale), b.digits * power10(scale - b.scale), scale];
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return { digits: x + y, scale };
}

export const negate = (a: Decimal): Decimal => ({ digits: -a.digits, scale: a.scale });

export const abs = (a: Decimal): Decimal => ({ digits: absolute(a.digits), scale: a.scale });

export function compareDecimals(a: Decimal, b: Decimal): number {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function bounded(a: Decimal): Decimal | undefined {
  return absolute(a.digits) < limit * power10(a.scale) ? a : undefined;
}

/** The product, to 20 decimals half-up; undefined on overflow. */
export function multiply(a: Decimal, b: Decimal): Decimal | undefined {
  return bounded(roundDecimal({ digits: a.digits * b.digits, scale: a.scale + b.scale }, productScale, 'halfUp'));
}

/** The quotient, to 10 decimals half-up; undefined on overflow and on division by zero. */
export function divide(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.digits === 0n) return undefined;
  const [x, y] = aligned(a, b);
  // One digit more than asked, cut off: half-up looks at that digit alone.
  const cut = { digits: (x * power10(quotientScale + 1)) / y, scale: quotientScale + 1 };
  return bounded(roundDecimal(cut, quotientScale, 'halfUp'));
}

/** The remainder with the sign of `a`; undefined on division by zero. */
export function remainder(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.digits === 0n) return undefined;
  const [x, y, scale] = aligned(a, b);
  return { digits: x % y, scale };
}

function roundsAway(mode: RoundingMode, quotient: bigint, rest: bigint, factor: bigint): boolean {
  const twice = absolute(rest) * 2n;
  switch (mode) {
    case 'up':
      return true;
    case 'down':
      return false;
    case 'ceiling':
      return rest > 0n;
    case 'floor':
      return rest < 0n;
    case 'halfEven':
      return twice > factor || (twice === factor && quotient % 2n !== 0n);
    case 'halfUp':
      return twice >= factor;
  }
}

/** Rounds to `scale` decimals (negative: tens, hundreds …). `halfUp` and `up` go away from zero. */
export function roundDecimal(a: Decimal, scale: number, mode: RoundingMode): Decimal {
  if (a.scale <= scale) return a;
  const factor = power10(a.scale - scale);
  const quotient = a.digits / factor;
  const rest = a.digits % factor;
  const away = rest !== 0n && roundsAway(mode, quotient, rest, factor);
  const digits = away ? quotient + (a.digits < 0n ? -1n : 1n) : quotient;
  return scale < 0 ? { digits: digits * power10(-scale), scale: 0 } : { digits, scale };
}

/** The whole number that a decimal is, or undefined. */
export function wholeNumber(a: Decimal): number | undefined {
  const factor = power10(a.scale);
  return a.digits % factor === 0n ? Number(a.digits / factor) : undefined;
}

/**
 * `a` to a whole power, by repeated squaring from the lowest bit, each product as `multiply` makes it; a negative exponent divides 1 by the
 * positive power. Undefined on overflow of a product that is used, and for exponents that are not whole or beyond ±32.
 */
export function power(a: Decimal, exponent: Decimal): Decimal | undefined {
  const n = wholeNumber(exponent);
  if (n === undefined || Math.abs(n) > maxExponent) return undefined;
  let result: Decimal | undefined = { digits: 1n, scale: 0 };
  let square: Decimal | undefined = a;
  for (let rest = Math.abs(n); rest > 0; rest >>= 1) {
    if (rest & 1) result = result && square && multiply(result, square);
    square = square && multiply(square, square);
  }
  return result && n < 0 ? divide({ digits: 1n, scale: 0 }, result) : result;
}
