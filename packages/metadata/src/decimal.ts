// Decimals as text: parsing, half-up rounding and comparison without floats.

/** Canonical text of a decimal (`-12.5`; no exponent, no leading zeros, no trailing fraction zeros), or undefined where it is none. */
export function parseDecimal(text: string): string | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent] = match;
  if (whole === '' && fraction === '') return undefined;
  const shift = exponent === undefined ? 0 : Number(exponent);
  return canonical(sign === '-', whole + fraction, fraction.length - shift);
}

function canonical(negative: boolean, digits: string, scale: number): string {
  let all = scale < 0 ? digits + '0'.repeat(-scale) : digits;
  const places = Math.max(scale, 0);
  all = all.padStart(places + 1, '0');
  const whole = all.slice(0, all.length - places).replace(/^0+(?=\d)/, '');
  const fraction = all.slice(all.length - places).replace(/0+$/, '');
  const body = fraction === '' ? whole : `${whole}.${fraction}`;
  return negative && body !== '0' ? `-${body}` : body;
}

function scaled(text: string, scale: number): bigint {
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const units = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  return negative ? -units : units;
}

function places(text: string): number {
  const dot = text.indexOf('.');
  return dot < 0 ? 0 : text.length - dot - 1;
}

/** Rounds half away from zero to so many places. */
export function roundHalfUp(text: string, scale: number): string {
  const extra = places(text) - scale;
  if (extra <= 0) return text;
  const units = scaled(text, places(text));
  const step = 10n ** BigInt(extra);
  const magnitude = units < 0n ? -units : units;
  const rounded = (magnitude * 2n + step) / (step * 2n);
  return canonical(units < 0n, String(rounded), scale);
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareDecimals(a: string, b: string): number {
  const scale = Math.max(places(a), places(b));
  const left = scaled(a, scale);
  const right = scaled(b, scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The exact sum. */
export function addDecimals(a: string, b: string): string {
  const scale = Math.max(places(a), places(b));
  const sum = scaled(a, scale) + scaled(b, scale);
  return canonical(sum < 0n, String(sum < 0n ? -sum : sum), scale);
}

export const negateDecimal = (a: string): string => (a.startsWith('-') ? a.slice(1) : a === '0' ? a : `-${a}`);
