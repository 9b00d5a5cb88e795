// What is expected of an answer, and how it differs from what came.
import { Decimal } from './decimal.ts';

/** Of a secret one sees that it is there, at most by its last four characters. */
export class HiddenText {
  fits(actual: unknown): boolean {
    return typeof actual === 'string' && /^••••.{0,4}$/u.test(actual);
  }
}

export type Expected = null | string | boolean | Decimal | HiddenText | readonly Expected[] | { readonly [name: string]: Expected };

function isDecimal(actual: unknown, expected: Decimal): boolean {
  if (typeof actual !== 'number' && typeof actual !== 'string') return false;
  const text = typeof actual === 'number' && Math.abs(actual) < 1e-6 && actual !== 0 ? actual.toFixed(20) : String(actual);
  return Decimal.parse(text)?.compare(expected) === 0;
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where and how the actual JSON is not what was expected; undefined where it is. */
export function difference(expected: Expected, actual: unknown, at = ''): string | undefined {
  const wrong = `${at}: expected ${shown(expected)}, got ${shown(actual)}`;
  if (expected instanceof Decimal) return isDecimal(actual, expected) ? undefined : wrong;
  if (expected instanceof HiddenText) return expected.fits(actual) ? undefined : wrong;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return wrong;
    return (expected as readonly Expected[])
      .map((each, i) => difference(each, actual[i], `${at}/${String(i)}`))
      .find((found) => found !== undefined);
  }
  if (isPlain(expected)) {
    if (!isPlain(actual)) return wrong;
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    for (const name of names) {
      if (!Object.hasOwn(expected, name)) return `${at}/${name}: expected nothing, got ${shown(actual[name])}`;
      if (!Object.hasOwn(actual, name)) return `${at}/${name}: missing`;
      const found = difference((expected as Readonly<Record<string, Expected>>)[name] ?? null, actual[name], `${at}/${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return expected === actual ? undefined : wrong;
}
