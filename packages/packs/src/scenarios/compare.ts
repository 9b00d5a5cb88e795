// Whether what was found is what was expected: exactly, or of objects at least what is said.
import { compareDecimals, parseDecimal } from '@tessera/metadata';

/** What is not as it should be. */
export interface Mismatch {
  /** Of what: `deal.amount`. */
  readonly what: string;
  readonly expected: unknown;
  readonly found: unknown;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Numbers travel as JSON numbers, or as texts where a double could not hold them. */
const decimalOf = (value: unknown): string | undefined => {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  return parseDecimal(String(value));
};

const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** The same value, however it is written: as a number or a text of digits, in this time zone or that. */
function sameScalar(expected: unknown, found: unknown): boolean {
  if (expected === found) return true;
  const [a, b] = [decimalOf(expected), decimalOf(found)];
  // Two texts are equal only where they are written alike.
  if (a !== undefined && b !== undefined && (typeof expected === 'number' || typeof found === 'number')) return compareDecimals(a, b) === 0;
  if (typeof expected !== 'string' || typeof found !== 'string') return false;
  return instantForm.test(expected) && instantForm.test(found) && Date.parse(expected) === Date.parse(found);
}

/** Where the first difference is, as names and places; undefined: there is none. Of objects what is not expected is not looked at. */
export function difference(expected: unknown, found: unknown, path: readonly string[] = []): Mismatch | undefined {
  const what = path.join('.');
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) return { what, expected, found };
    for (const [i, each] of expected.entries()) {
      const inner = difference(each, found[i], [...path, String(i)]);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  if (!isMap(expected)) return sameScalar(expected, found ?? null) ? undefined : { what, expected, found: found ?? null };
  if (!isMap(found)) return { what, expected, found: found ?? null };
  for (const [name, each] of Object.entries(expected)) {
    const inner = difference(each, found[name], [...path, name]);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

export const isLike = (expected: unknown, found: unknown): boolean => difference(expected, found) === undefined;

/** Whether lists have the same members, in any order. */
export function sameMembers(expected: readonly string[], found: readonly string[]): boolean {
  return expected.length === found.length && [...expected].sort().join('\n') === [...found].sort().join('\n');
}
