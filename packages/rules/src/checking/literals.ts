// Literals: JSON values read as the type that is wanted where they stand.
import { Given, isUuid } from '@tessera/kernel';
import { formatDecimal, magnitude, parseDecimal, productScale } from '../decimal.ts';
import type { LiteralExpression, RuleType, Value } from '../expression.ts';
import { nearest } from '../names.ts';
import { boolean, common, describeType, json, nothing, number, text } from '../types.ts';
import { isStorableText } from '../unicode.ts';

/** A list or JSON literal has at most so many values. */
export const maxLiteralValues = 10_000;
const maxLiteralDepth = 50;

export type Read = LiteralExpression | { readonly node: 'refused'; readonly reason: string };

const refused = (reason: string): Read => ({ node: 'refused', reason });

/** A caller's value in a message, not longer than a message should be. */
const shown = (source: unknown): string => {
  const text = JSON.stringify(source);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

const read = (type: RuleType, value: Value): LiteralExpression => ({ node: 'literal', type, value });

export const isObject = (source: unknown): source is Readonly<Record<string, unknown>> =>
  typeof source === 'object' && source !== null && !Array.isArray(source) && !(source instanceof Given);

/** Whether a source is a list as it is written, or given as one. */
export const isListSource = (source: unknown): boolean => Array.isArray(source instanceof Given ? source.value : source);

/** Whether a source is a literal: a scalar, a list of literals, a given value, or `{ "literal": … }`. */
export function isLiteralSource(source: unknown): boolean {
  if (Array.isArray(source)) return source.every((entry) => !isObject(entry) && !Array.isArray(entry));
  return !isObject(source) || (Object.keys(source).length === 1 && Object.hasOwn(source, 'literal'));
}

/** A JSON number as plain decimal text; undefined where it has more digits than a double carries exactly, or is out of range. */
function numberText(source: number): string | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(source));
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if ((whole + fraction).replace(/^0+/, '').replace(/0+$/, '').length > 15) return undefined;
  const shift = Number(exponent) - fraction.length;
  if (Math.abs(shift) > magnitude + productScale) return undefined;
  const digits = whole + fraction;
  return shift >= 0 ? sign + digits + '0'.repeat(shift) : decimalText(sign, digits.padStart(1 - shift, '0'), -shift);
}

const decimalText = (sign: string, digits: string, scale: number): string => `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;

function readNumber(source: unknown, expected: RuleType): Read {
  const plain = typeof source === 'number' ? numberText(source) : source;
  if (plain === undefined) return refused('A number of more than 15 digits must be written as a string, so that none is lost.');
  const decimal = typeof plain === 'string' ? parseDecimal(plain) : undefined;
  if (decimal === undefined) return refused(`${shown(source)} is not a number.`);
  const value = formatDecimal(decimal);
  const [whole = '', fraction = ''] = value.replace('-', '').split('.');
  if (whole.length > magnitude || fraction.length > productScale) {
    return refused(`A number has at most ${magnitude} digits before the point and ${productScale} after it.`);
  }
  return read(expected, value);
}

function isRealDate(source: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(source);
  if (match === null || source.startsWith('0000')) return false;
  const day = new Date(`${source}T00:00:00Z`);
  // `Date` takes 30 February for 2 March.
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === source;
}

const clock = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
const instant = /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function readText(source: string, expected: RuleType): Read {
  if (!isStorableText(source)) return refused('A text may hold no NUL and no half of a surrogate pair.');
  if (expected.kind !== 'text' || expected.options === undefined || expected.options.includes(source)) return read(expected, source);
  const near = nearest(source, expected.options);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  return refused(`${shown(source)} is not one of the options: ${expected.options.slice(0, 50).join(', ')}.${hint}`);
}

function readWord(source: string, expected: RuleType): Read {
  switch (expected.kind) {
    case 'date':
      return isRealDate(source) ? read(expected, source) : refused(`${shown(source)} is not a date; write it as "2026-03-31".`);
    case 'datetime': {
      const match = instant.exec(source);
      const milliseconds = Date.parse(source);
      const year = Number.isNaN(milliseconds) ? 0 : new Date(milliseconds).getUTCFullYear();
      if (match === null || !isRealDate(match[1] ?? '') || year < 1 || year > 9999) {
        return refused(
          `${shown(source)} is not a date with time; write it with its offset, as "2026-03-31T09:00:00Z", or make it of a date with { "datetime": … }.`,
        );
      }
      return read(expected, new Date(milliseconds).toISOString());
    }
    case 'time': {
      const match = clock.exec(source);
      return match === null
        ? refused(`${shown(source)} is not a time of day; write it as "08:30".`)
        : read(expected, `${match[1] ?? ''}:${match[2] ?? ''}:${match[3] ?? '00'}`);
    }
    case 'reference':
      return isUuid(source) ? read(expected, source.toLowerCase()) : refused(`${shown(source)} is not the id of a record.`);
    default:
      return readText(source, expected.kind === 'text' ? expected : text);
  }
}

function readList(source: readonly unknown[], expected: RuleType | undefined): Read {
  if (source.length > maxLiteralValues) return refused(`A literal list has at most ${maxLiteralValues} entries.`);
  let of = expected?.kind === 'list' ? expected.of : nothing;
  const values: Value[] = [];
  for (const entry of source) {
    // Not read any deeper: a hostile source may be nested beyond the stack.
    if (typeof entry === 'object' && entry !== null) return refused('A list holds plain values: no lists, no objects.');
    if (entry === null) return refused('A literal list holds no null: use isBlank for empty values.');
    const item = readLiteral(entry, of.kind === 'null' ? undefined : of);
    if (item.node === 'refused') return item;
    const both = common(of, item.type);
    if (both === undefined) return refused(`A list has entries of one type; ${shown(entry)} is ${describeType(item.type)}.`);
    if (of.kind === 'null') of = both;
    values.push(item.value);
  }
  return read({ kind: 'list', of: of.kind === 'null' ? text : of }, values);
}

function jsonSize(source: unknown, depth: number): number {
  if (depth > maxLiteralDepth) return Infinity;
  if (typeof source === 'string') return isStorableText(source) ? 1 : Infinity;
  if (typeof source === 'number') return Number.isFinite(source) ? 1 : Infinity;
  // Within a JSON value it would be a part of a constant.
  if (source instanceof Given) return Infinity;
  if (typeof source !== 'object' || source === null) return source === null || typeof source === 'boolean' ? 1 : Infinity;
  return Object.entries(source).reduce(
    (size, [key, value]) => (size > maxLiteralValues ? size : size + (isStorableText(key) ? jsonSize(value, depth + 1) : Infinity)),
    1,
  );
}

function readJson(source: unknown): Read {
  if (jsonSize(source, 0) > maxLiteralValues)
    return refused(`A JSON literal has at most ${maxLiteralValues} values, ${maxLiteralDepth} levels, and plain text.`);
  return read(json, source as Value);
}

/** Reads a JSON value as a literal of the expected type, or of its own where nothing is expected. */
export function readLiteral(source: unknown, expected: RuleType | undefined): Read {
  if (source === null) return read(expected ?? nothing, null);
  if (expected?.kind === 'json') return readJson(source);
  if (Array.isArray(source))
    return expected === undefined && source.some((entry) => typeof entry === 'object' && entry !== null)
      ? readJson(source)
      : readList(source, expected);
  if (isObject(source)) return readJson(source);
  if (typeof source === 'boolean') return read(boolean, source);
  if (typeof source === 'number') return readNumber(source, expected?.kind === 'number' ? expected : number);
  if (typeof source !== 'string') return refused('There is nothing here.');
  return expected?.kind === 'number' ? readNumber(source, expected) : readWord(source, expected ?? text);
}
