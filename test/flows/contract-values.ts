// Values that fit a JSON schema of the document, and values that do not.
import fc from 'fast-check';
import type { Schema } from './contract-document.ts';

const two = (value: number): string => String(value).padStart(2, '0');

const dates = fc.tuple(fc.integer({ min: 1950, max: 2050 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }));
const dateText = dates.map(([year, month, day]) => `${year}-${two(month)}-${two(day)}`);
const word = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/);

const byFormat: Readonly<Record<string, fc.Arbitrary<string>>> = {
  date: dateText,
  'date-time': fc.tuple(dateText, fc.integer({ min: 0, max: 23 })).map(([date, hour]) => `${date}T${two(hour)}:30:00Z`),
  time: fc.integer({ min: 0, max: 23 }).map((hour) => `${two(hour)}:15:00`),
  email: fc.tuple(word, word).map(([name, host]) => `${name}.${host}@example.com`),
  uri: word.map((path) => `https://example.com/${path}`),
  uuid: fc.uuid(),
};

function texts(schema: Schema): fc.Arbitrary<string> {
  const {
    format,
    pattern,
    minLength = 0,
    maxLength = 60,
  } = schema as { readonly format?: string; readonly pattern?: string; readonly minLength?: number; readonly maxLength?: number };
  if (format !== undefined && byFormat[format] !== undefined) return byFormat[format];
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(pattern.startsWith('^') ? pattern : `^(?:${pattern})$`, 'u')).filter((text) => text.length <= 15);
  // Blank is as good as nothing, and NUL is no character of PostgreSQL's.
  const length = { minLength: Math.max(1, minLength), maxLength: Math.min(40, maxLength) };
  const letters = fc.constantFrom(...Array.from('abcXYZ 0159-,.;:\'"<&%{}[]/\\+=äß汉字🙂'));
  return fc.string({ unit: letters, ...length }).map((text) => (text.trim().length === text.length ? text : 'x'.repeat(length.minLength)));
}

function numbers({ minimum = -1000, maximum = 1000 }: { readonly minimum?: number; readonly maximum?: number }): fc.Arbitrary<number> {
  return maximum - minimum < 1 ? fc.constantFrom(minimum, maximum) : fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) });
}

function objects(schema: Schema, follow: (schema: Schema) => Schema): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
  };
  const model = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, valuesOf(inner, follow)]));
  return fc.record(model, { requiredKeys: [...required] });
}

/** Values that fit. `follow` resolves references. */
export function valuesOf(given: Schema, follow: (schema: Schema) => Schema): fc.Arbitrary<unknown> {
  const schema = follow(given);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as readonly unknown[]));
  if ('const' in schema) return fc.constant(schema['const']);
  const alternatives = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map((each) => valuesOf(each, follow)));
  const type = schema['type'];
  if (Array.isArray(type)) return fc.oneof(...(type as readonly string[]).map((each) => valuesOf({ ...schema, type: each }, follow)));
  switch (type) {
    case 'string':
      return texts(schema);
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const inner = (schema['items'] ?? {}) as Schema;
      // Of options that the tenant has none of.
      if (Array.isArray(inner['enum']) && inner['enum'].length === 0) return fc.constant([]);
      const items = valuesOf(inner, follow);
      return schema['uniqueItems'] === true ? fc.uniqueArray(items, { maxLength: 3 }) : fc.array(items, { maxLength: 3 });
    }
    case 'object':
      return objects(schema, follow);
    default:
      return fc.constantFrom<unknown>({ a: [1, 'x', null] }, 'text', 5);
  }
}

/** What servers have fallen over: candidates for a value that does not fit. */
export const oddities: readonly unknown[] = [
  12.5,
  -1,
  999_999_999_999,
  true,
  'no such option',
  '2026-02-30',
  'x'.repeat(40_000),
  '',
  ['x', { a: 1 }],
  [null],
  {},
  { object: 'nothing', id: 'x' },
  { constructor: { prototype: { x: 1 } } },
];
