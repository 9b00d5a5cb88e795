// Decimals as text, over the one implementation that the rules have.
import * as rules from '@tessera/rules';
import type { Decimal } from '@tessera/rules';

/** The longest text that is read as a number: far beyond any column, and short enough to be harmless. */
const longest = 1_000;

const canonical = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;
const isCanonical = (text: string): boolean => canonical.test(text) && text !== '-0';

/** Whether it has so few digits that no other such decimal has the same double. */
const isExact = (text: string): boolean =>
  text.length - (text.startsWith('-') ? 1 : 0) - (text.includes('.') ? 1 : 0) <= 15 && isCanonical(text);

/** Canonical text of a decimal (`-12.5`; no exponent, no leading zeros, no trailing fraction zeros), or undefined where it is none. */
export function parseDecimal(text: string): string | undefined {
  if (text.length > longest) return undefined;
  if (isCanonical(text)) return text;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  return rules.formatDecimal(scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale });
}

function read(text: string): Decimal {
  const found = rules.parseDecimal(text);
  if (found === undefined) throw new TypeError(`${text} is no decimal.`);
  return found;
}

/** Rounds half away from zero to so many places. */
export function roundHalfUp(text: string, scale: number): string {
  const point = text.indexOf('.');
  if (scale >= 0 && (point < 0 || text.length - point - 1 <= scale) && isCanonical(text)) return text;
  return rules.formatDecimal(rules.roundDecimal(read(text), scale, 'halfUp'));
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareDecimals(a: string, b: string): number {
  if (isExact(a) && isExact(b)) return Number(a) - Number(b);
  return rules.compareDecimals(read(a), read(b));
}

/** The exact sum. */
export function addDecimals(a: string, b: string): string {
  return rules.formatDecimal(rules.addDecimals(read(a), read(b)));
}

export const negateDecimal = (a: string): string => rules.formatDecimal(rules.negateDecimal(read(a)));
