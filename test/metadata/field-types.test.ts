// The field types one by one: columns, type in rules, form in JSON, what values they take, and what they say to those they do not.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fieldTypes, type FieldModel } from '@tessera/metadata';
import { field, object, type Json } from './layer-kit.ts';

const id = '0190c0de-0000-7000-8000-00000000ABCD';
const lower = id.toLowerCase();

/** The stored value, or `CODE` of what is wrong. */
function coerced(model: FieldModel, value: unknown): unknown {
  const found = fieldTypes[model.type].coerce(value, model);
  return found.ok ? found.value : found.code;
}

/** Where a value comes out as another one, or as an error. */
type Cases = readonly (readonly [given: unknown, stored: unknown])[];

interface Expected {
  readonly source: Json;
  readonly columns: readonly unknown[];
  readonly ruleType: Json;
  readonly wire: string;
  readonly schema: Json;
  readonly cases: Cases;
  readonly others?: Json;
  readonly more?: readonly Json[];
}

const text = { kind: 'text' };
const column = (type: Json): readonly unknown[] => [{ name: 'value', type }];
const lookupColumn = (references: string): readonly unknown[] => [{ name: 'value_id', type: { kind: 'uuid' }, references }];
const notText: Cases = [
  [{}, 'VALUE_TYPE'],
  [['a'], 'VALUE_TYPE'],
  ['a\0b', 'VALUE_TYPE'],
  ['a\ud800', 'VALUE_TYPE'],
  ['\udc00', 'VALUE_TYPE'],
];
const options = { b: { order: 20 }, a: { order: 10, active: false }, net_30: {} };
const numbers: Cases = [
  ['abc', 'VALUE_TYPE'],
  ['', 'VALUE_TYPE'],
  ['.', 'VALUE_TYPE'],
  ['1e', 'VALUE_TYPE'],
  ['0x10', 'VALUE_TYPE'],
  ['1,000', 'VALUE_TYPE'],
  ['１', 'VALUE_TYPE'],
  ['9'.repeat(1001), 'VALUE_TYPE'],
  [true, 'VALUE_TYPE'],
  [{}, 'VALUE_TYPE'],
  [[1], 'VALUE_TYPE'],
  [NaN, 'VALUE_TYPE'],
  [Infinity, 'VALUE_TYPE'],
  [1234567890.123456, 'VALUE_TOO_MANY_DIGITS'],
  ['1e9999', 'VALUE_OUT_OF_RANGE'],
];
const days: Cases = [
  ['2026-03-31', '2026-03-31'],
  [' 2024-02-29 ', '2024-02-29'],
  ['2000-02-29', '2000-02-29'],
  ['0001-01-01', '0001-01-01'],
  ['9999-12-31', '9999-12-31'],
  ['2026-02-29', 'VALUE_TYPE'],
  ['1900-02-29', 'VALUE_TYPE'],
  ['2026-04-31', 'VALUE_TYPE'],
  ['2026-13-01', 'VALUE_TYPE'],
  ['2026-00-01', 'VALUE_TYPE'],
  ['2026-01-00', 'VALUE_TYPE'],
  ['0000-01-01', 'VALUE_TYPE'],
  ['10000-01-01', 'VALUE_TYPE'],
  ['2026-3-1', 'VALUE_TYPE'],
  ['31.03.2026', 'VALUE_TYPE'],
  ['2026-03-31T00:00:00Z', 'VALUE_TYPE'],
  [20260331, 'VALUE_TYPE'],
];
const lookups: Cases = [
  [id, lower],
  ['not-an-id', 'VALUE_TYPE'],
  [7, 'VALUE_TYPE'],
  [{ object: 'user', id }, 'VALUE_TYPE'],
];
const uuidSchema = { type: 'string', format: 'uuid' };

const types: Readonly<Record<string, Expected>> = {
  text: {
    source: { type: 'text', minLength: 2, maxLength: 4 },
    columns: column(text),
    ruleType: text,
    wire: 'text',
    schema: { type: 'string', minLength: 2, maxLength: 4 },
    cases: [
      ['ab', 'ab'],
      ['a', 'VALUE_TOO_SHORT'],
      ['abcde', 'VALUE_TOO_LONG'],
      ['𝒜𝒜𝒜𝒜', '𝒜𝒜𝒜𝒜'],
      ['𝒜', 'VALUE_TOO_SHORT'],
      [12, '12'],
      [true, 'true'],
      ...notText,
    ],
  },
  textarea: {
    source: { type: 'textarea' },
    columns: column(text),
    ruleType: text,
    wire: 'text',
    schema: { type: 'string', maxLength: 32_000 },
    cases: [['a\nb', 'a\nb'], ['x'.repeat(32_000), 'x'.repeat(32_000)], ['x'.repeat(32_001), 'VALUE_TOO_LONG'], ...notText],
  },
  richText: {
    source: { type: 'richText' },
    columns: column(text),
    ruleType: text,
    wire: 'text',
    schema: { type: 'string', maxLength: 131_072 },
    cases: [['<b>a</b>', '<b>a</b>'], ['x'.repeat(131_073), 'VALUE_TOO_LONG'], ...notText],
  },
  email: {
    source: { type: 'email' },
    columns: column(text),
    ruleType: text,
    wire: 'text',
    schema: { type: 'string', maxLength: 254, format: 'email' },
    cases: [
      [' Ann.Lee+x@Example.COM ', 'Ann.Lee+x@example.com'],
      ['张三@例子.中国', '张三@例子.中国'],
      ['a@xn--fiqs8s.xn--p1ai', 'a@xn--fiqs8s.xn--p1ai'],
      [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
      [`${'a'.repeat(65)}@example.com`, 'VALUE_TYPE'],
      ['ann', 'VALUE_TYPE'],
      ['ann@example', 'VALUE_TYPE'],
      ['a@b@example.com', 'VALUE_TYPE'],
      ['a@example..com', 'VALUE_TYPE'],
      ['.a@example.com', 'VALUE_TYPE'],
      ['a..b@example.com', 'VALUE_TYPE'],
      ['a@example.<script>', 'VALUE_TYPE'],
      ['a@-example.com', 'VALUE_TYPE'],
      ['a b@example.com', 'VALUE_TYPE'],
      [`a@${'b'.repeat(250)}.com`, 'VALUE_TOO_LONG'],
      ...notText,
    ],
  },
  phone: {
    source: { type: 'phone' },
    columns: column(text),
    ruleType: text,
    wire: 'text',
    schema: { type: 'string', maxLength: 40 },
    cases: [
      ['+86 (10) 6552-9988 转 12', '+86 (10) 6552-9988 转 12'],
      ['555-0100 ext. 7', '555-0100 ext. 7'],
      [5550100, '5550100'],
      ['call me', 'VALUE_TYPE'],
      ['+', 'VALUE_TYPE'],
      ['1'.repeat(41), 'VALUE_TOO_LONG'],
      ...notText,
    ],
  },
  url: {
    source: { type: 'url' },
    columns: column(text),
    ruleType: text,
    wire: 'text',
    schema: { type: 'string', maxLength: 2048, format: 'uri' },
    cases: [
      [' https://example.com/a?b=c#d ', 'https://example.com/a?b=c#d'],
      ['HTTP://例子.中国', 'HTTP://例子.中国'],
      ['javascript:alert(1)', 'VALUE_TYPE'],
      ['ftp://example.com', 'VALUE_TYPE'],
      ['example.com', 'VALUE_TYPE'],
      ['https://', 'VALUE_TYPE'],
      ...notText,
    ],
  },
  number: {
    source: { type: 'number', precision: 6, scale: 2, min: -5, max: 5000 },
    columns: column({ kind: 'numeric', precision: 6, scale: 2 }),
    ruleType: { kind: 'number' },
    wire: 'number',
    schema: { type: 'number', minimum: -5, maximum: 5000 },
    cases: [
      [1.005, '1.01'],
      ['1.005', '1.01'],
      ['-1.005', '-1.01'],
      ['1.0049999', '1'],
      ['+07.50', '7.5'],
      ['.5', '0.5'],
      ['5.', '5'],
      ['1.5e2', '150'],
      ['15E-1', '1.5'],
      [1e-7, '0'],
      [-0, '0'],
      ['-0.004', '0'],
      ['-5', '-5'],
      ['-5.004', '-5'],
      ['-5.005', 'VALUE_OUT_OF_RANGE'],
      ['5000', '5000'],
      ['5000.01', 'VALUE_OUT_OF_RANGE'],
      ...numbers,
    ],
  },
  currency: {
    source: { type: 'currency', currency: 'EUR' },
    columns: column({ kind: 'numeric', precision: 15, scale: 2 }),
    ruleType: { kind: 'number', currency: 'EUR' },
    wire: 'number',
    schema: { type: 'number' },
    cases: [
      ['9999999999999.99', '9999999999999.99'],
      ['9999999999999.995', 'VALUE_OUT_OF_RANGE'],
      ['-9999999999999.99', '-9999999999999.99'],
      [9999999999999.99, '9999999999999.99'],
      [0.1 + 0.2, 'VALUE_TOO_MANY_DIGITS'],
      ...numbers,
    ],
  },
  percent: {
    source: { type: 'percent' },
    columns: column({ kind: 'numeric', precision: 9, scale: 4 }),
    ruleType: { kind: 'number' },
    wire: 'number',
    schema: { type: 'number' },
    cases: [[0.1, '0.1'], ['0.12345', '0.1235'], ['10%', 'VALUE_TYPE'], ...numbers],
  },
  boolean: {
    source: { type: 'boolean' },
    columns: column({ kind: 'boolean' }),
    ruleType: { kind: 'boolean' },
    wire: 'boolean',
    schema: { type: 'boolean' },
    cases: [
      [true, true],
      [false, false],
      [' Yes ', true],
      ['否', false],
      ['0', false],
      ['maybe', 'VALUE_TYPE'],
      ['', 'VALUE_TYPE'],
      [1, 'VALUE_TYPE'],
      ['constructor', 'VALUE_TYPE'],
    ],
  },
  date: {
    source: { type: 'date' },
    columns: column({ kind: 'date' }),
    ruleType: { kind: 'date' },
    wire: 'date',
    schema: { type: 'string', format: 'date' },
    cases: days,
  },
  datetime: {
    source: { type: 'datetime' },
    columns: column({ kind: 'datetime' }),
    ruleType: { kind: 'datetime' },
    wire: 'datetime',
    schema: { type: 'string', format: 'date-time' },
    cases: [
      ['2026-03-31T09:00:00+08:00', '2026-03-31T01:00:00.000Z'],
      ['2026-03-31T09:00Z', '2026-03-31T09:00:00.000Z'],
      ['2026-03-31t09:00:00z', '2026-03-31T09:00:00.000Z'],
      ['2026-03-31 09:00:00.1239-03:30', '2026-03-31T12:30:00.123Z'],
      ['2026-12-31T23:59:59.999+00:00', '2026-12-31T23:59:59.999Z'],
      ['2026-03-29T02:30:00+01:00', '2026-03-29T01:30:00.000Z'],
      ['2026-03-31T09:00:00', 'VALUE_TYPE'],
      ['2026-03-31', 'VALUE_TYPE'],
      ['2026-02-29T09:00:00Z', 'VALUE_TYPE'],
      ['2026-03-31T24:00:00Z', 'VALUE_TYPE'],
      ['2026-03-31T09:60:00Z', 'VALUE_TYPE'],
      ['2026-03-31T09:00:60Z', 'VALUE_TYPE'],
      ['2026-03-31T09:00:00+24:00', 'VALUE_TYPE'],
      ['2026-03-31T09:00:00+08:60', 'VALUE_TYPE'],
      ['0001-01-01T00:00:00+14:00', 'VALUE_TYPE'],
      ['9999-12-31T23:59:59-01:00', 'VALUE_TYPE'],
      [1_780_000_000_000, 'VALUE_TYPE'],
    ],
  },
  time: {
    source: { type: 'time' },
    columns: column({ kind: 'time' }),
    ruleType: { kind: 'time' },
    wire: 'time',
    schema: { type: 'string', pattern: String.raw`^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$` },
    cases: [
      ['09:30', '09:30:00'],
      ['23:59:59', '23:59:59'],
      ['24:00', 'VALUE_TYPE'],
      ['9:30', 'VALUE_TYPE'],
      ['09:30:00Z', 'VALUE_TYPE'],
      [930, 'VALUE_TYPE'],
    ],
  },
  picklist: {
    source: { type: 'picklist', options },
    columns: column(text),
    ruleType: { kind: 'text', options: ['a', 'b', 'net_30'] },
    wire: 'text',
    schema: { type: 'string', enum: ['a', 'b', 'net_30'] },
    cases: [
      ['a', 'a'],
      ['net_30', 'net_30'],
      ['c', 'VALUE_OPTION_UNKNOWN'],
      ['A', 'VALUE_OPTION_UNKNOWN'],
      ['', 'VALUE_OPTION_UNKNOWN'],
      ['constructor', 'VALUE_OPTION_UNKNOWN'],
      [['a'], 'VALUE_TYPE'],
      [1, 'VALUE_TYPE'],
    ],
  },
  multiPicklist: {
    source: { type: 'multiPicklist', options },
    columns: column({ kind: 'textList' }),
    ruleType: { kind: 'list', of: { kind: 'text', options: ['a', 'b', 'net_30'] } },
    wire: 'textList',
    schema: { type: 'array', items: { type: 'string', enum: ['a', 'b', 'net_30'] }, uniqueItems: true },
    cases: [
      [
        ['net_30', 'b', 'a', 'b'],
        ['a', 'b', 'net_30'],
      ],
      ['b; a;', ['a', 'b']],
      [[], []],
      ['', []],
      [['c'], 'VALUE_OPTION_UNKNOWN'],
      [[1], 'VALUE_OPTION_UNKNOWN'],
      [{ a: true }, 'VALUE_TYPE'],
      [1, 'VALUE_TYPE'],
    ],
  },
  autoNumber: {
    source: { type: 'autoNumber', format: 'D-{YYYY}-{0000}' },
    columns: column(text),
    ruleType: text,
    wire: 'text',
    schema: { type: 'string' },
    cases: [['D-2026-0001', 'VALUE_TYPE']],
  },
  lookup: {
    source: { type: 'lookup', to: 'user' },
    columns: lookupColumn('user'),
    ruleType: { kind: 'reference', to: ['user'] },
    wire: 'reference',
    schema: uuidSchema,
    cases: lookups,
  },
  masterDetail: {
    source: { type: 'masterDetail', to: 'other', inverse: 'things' },
    more: [object('other')],
    columns: lookupColumn('other'),
    ruleType: { kind: 'reference', to: ['other'] },
    wire: 'reference',
    schema: uuidSchema,
    cases: lookups,
  },
  user: {
    source: { type: 'user' },
    columns: lookupColumn('user'),
    ruleType: { kind: 'reference', to: ['user'] },
    wire: 'reference',
    schema: uuidSchema,
    cases: lookups,
  },
  department: {
    source: { type: 'department' },
    columns: lookupColumn('department'),
    ruleType: { kind: 'reference', to: ['department'] },
    wire: 'reference',
    schema: uuidSchema,
    cases: lookups,
  },
  file: {
    source: { type: 'file' },
    columns: column({ kind: 'uuid' }),
    ruleType: { kind: 'reference', to: [] },
    wire: 'reference',
    schema: uuidSchema,
    cases: [
      [id, lower],
      ['a.pdf', 'VALUE_TYPE'],
      [{}, 'VALUE_TYPE'],
    ],
  },
  image: {
    source: { type: 'image' },
    columns: column({ kind: 'uuid' }),
    ruleType: { kind: 'reference', to: [] },
    wire: 'reference',
    schema: uuidSchema,
    cases: [
      [id, lower],
      ['a.png', 'VALUE_TYPE'],
    ],
  },
  address: {
    source: { type: 'address' },
    columns: column({ kind: 'json' }),
    ruleType: { kind: 'json' },
    wire: 'json',
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        ['street', 'city', 'state', 'postalCode', 'country'].map((part) => [part, { type: ['string', 'null'], maxLength: 255 }]),
      ),
      additionalProperties: false,
    },
    cases: [
      [
        { city: '西安', street: null },
        { city: '西安', street: null },
      ],
      [{ city: '𝒜'.repeat(255) }, { city: '𝒜'.repeat(255) }],
      [{ city: 'x'.repeat(256) }, 'VALUE_TYPE'],
      [{ city: 'a\0' }, 'VALUE_TYPE'],
      [{ city: '\ud800' }, 'VALUE_TYPE'],
      [{ town: 'x' }, 'VALUE_TYPE'],
      [JSON.parse('{"__proto__":"x"}'), 'VALUE_TYPE'],
      [{ city: 5 }, 'VALUE_TYPE'],
      [['x'], 'VALUE_TYPE'],
      ['Xi’an', 'VALUE_TYPE'],
    ],
  },
  location: {
    source: { type: 'location' },
    columns: column({ kind: 'json' }),
    ruleType: { kind: 'json' },
    wire: 'json',
    schema: {
      type: 'object',
      properties: { latitude: { type: 'number', minimum: -90, maximum: 90 }, longitude: { type: 'number', minimum: -180, maximum: 180 } },
      required: ['latitude', 'longitude'],
      additionalProperties: false,
    },
    cases: [
      [
        { longitude: 180, latitude: -90 },
        { latitude: -90, longitude: 180 },
      ],
      [{ latitude: 90.1, longitude: 0 }, 'VALUE_TYPE'],
      [{ latitude: 0, longitude: NaN }, 'VALUE_TYPE'],
      [{ latitude: 0 }, 'VALUE_TYPE'],
      [{ latitude: '0', longitude: '0' }, 'VALUE_TYPE'],
      [{ latitude: 0, longitude: 0, altitude: 1 }, 'VALUE_TYPE'],
    ],
  },
  formula: {
    source: { type: 'formula', returns: 'number', formula: { '+': [{ var: 'size' }, 1] }, scale: 1 },
    others: { size: { type: 'number' } },
    columns: [],
    ruleType: { kind: 'number' },
    wire: 'number',
    schema: { type: 'number' },
    cases: [[1, 'VALUE_TYPE']],
  },
  rollup: {
    source: { type: 'rollup', aggregate: { of: 'others', function: 'sum', value: { var: 'size' } } },
    more: [
      object('other', { thing: { type: 'lookup', to: 'thing', inverse: 'others' }, size: { type: 'number', precision: 20, scale: 3 } }),
    ],
    columns: column({ kind: 'numeric', precision: 20, scale: 3 }),
    ruleType: { kind: 'number' },
    wire: 'decimal',
    schema: { type: 'string', pattern: String.raw`^-?\d+(\.\d+)?$` },
    cases: [[1, 'VALUE_TYPE']],
  },
  quote: {
    source: { type: 'quote', through: 'owner', field: 'name' },
    columns: [],
    ruleType: text,
    wire: 'text',
    schema: { type: 'string' },
    cases: [['x', 'VALUE_TYPE']],
  },
  secret: {
    source: { type: 'secret' },
    columns: column(text),
    ruleType: text,
    wire: 'secret',
    schema: { type: 'string', maxLength: 255, writeOnly: true },
    cases: [['pass word', 'pass word'], ['x'.repeat(256), 'VALUE_TOO_LONG'], ...notText],
  },
  json: {
    source: { type: 'json', maxSize: 20 },
    columns: column({ kind: 'json' }),
    ruleType: { kind: 'json' },
    wire: 'json',
    schema: {},
    cases: [
      [{ a: [1, null, true] }, { a: [1, null, true] }],
      ['text', 'text'],
      ['\\u0000', '\\u0000'],
      ['é'.repeat(9), 'é'.repeat(9)],
      ['é'.repeat(10), 'VALUE_TOO_LONG'],
      [{ a: '\0' }, 'VALUE_TYPE'],
      [{ 'a\0': 1 }, 'VALUE_TYPE'],
      [['\ud800'], 'VALUE_TYPE'],
      [[Infinity], 'VALUE_TYPE'],
    ],
  },
};

describe('the table of field types', () => {
  it('has the 29 of the design, and the two that only system fields have', () => {
    expect(Object.keys(types)).toHaveLength(29);
    expect(Object.keys(fieldTypes).sort()).toEqual([...Object.keys(types), 'id', 'integer'].sort());
    for (const [name, type] of Object.entries(fieldTypes)) expect(type.name).toBe(name);
  });
});

describe.each(Object.entries(types))('the type %s', (name, expected) => {
  const model = field(expected.source, expected.others, expected.more);

  it('has its columns', () => {
    expect(model.columns).toEqual(expected.columns);
  });

  it('has its type in rules and its form in JSON', () => {
    expect(model.ruleType).toEqual(expected.ruleType);
    expect(model.wire).toBe(expected.wire);
  });

  it('describes its values by a JSON Schema', () => {
    expect(fieldTypes[model.type].jsonSchema(model)).toMatchObject(expected.schema);
  });

  it.each(expected.cases.map(([given, stored]) => [JSON.stringify(given).slice(0, 60), given, stored] as const))(
    'makes of %s what it should',
    (_, given, stored) => {
      expect(coerced(model, given)).toEqual(stored);
    },
  );

  it('takes again what it has stored, unchanged', () => {
    for (const [given, stored] of expected.cases) {
      if (typeof stored === 'string' && stored.startsWith('VALUE_')) continue;
      expect(coerced(model, coerced(model, given))).toEqual(stored);
    }
  });

  it(`is itself, ${name}, in the Model`, () => {
    expect(model.type).toBe(name);
    expect(Object.isFrozen(model)).toBe(true);
  });
});

describe('a text', () => {
  it('matches its pattern as a whole', () => {
    const code = field({ type: 'text', pattern: '[A-Z]{2}|[0-9]{3}' });
    expect([coerced(code, 'DE'), coerced(code, '123'), coerced(code, 'DE1'), coerced(code, 'x123'), coerced(code, 'DE\n')]).toEqual([
      'DE',
      '123',
      'VALUE_PATTERN',
      'VALUE_PATTERN',
      'VALUE_PATTERN',
    ]);
    const { pattern } = fieldTypes.text.jsonSchema(code) as { pattern: string };
    expect([new RegExp(pattern, 'u').test('DE'), new RegExp(pattern, 'u').test('DE1')]).toEqual([true, false]);
  });

  it('has a pattern that knows Unicode', () => {
    expect(coerced(field({ type: 'text', pattern: String.raw`\p{Script=Han}+` }), '西安')).toBe('西安');
  });
});

describe('a lookup', () => {
  it('to several objects has a column and a foreign key for each', () => {
    const about = field({ type: 'lookup', to: ['user', 'department'] });
    expect(about.columns).toEqual([
      { name: 'value_user_id', type: { kind: 'uuid' }, references: 'user' },
      { name: 'value_department_id', type: { kind: 'uuid' }, references: 'department' },
    ]);
    expect(about.wire).toBe('anyReference');
    expect(about.ruleType).toEqual({ kind: 'reference', to: ['user', 'department'] });
    expect(coerced(about, { object: 'user', id })).toEqual({ object: 'user', id: lower });
    for (const wrong of [
      id,
      { object: 'thing', id },
      { object: 'user', id: 'x' },
      { object: 'user' },
      { object: 'user', id, name: 'x' },
      null,
      ['user', id],
    ]) {
      expect(coerced(about, wrong)).toBe('VALUE_TYPE');
    }
  });

  it('is emptied when its target goes, unless it says otherwise or must have a value', () => {
    expect(field({ type: 'lookup', to: 'user' }).lookup?.onDelete).toBe('setNull');
    expect(field({ type: 'user' }).lookup?.onDelete).toBe('setNull');
    expect(field({ type: 'user', onDelete: 'restrict' }).lookup?.onDelete).toBe('restrict');
    expect(field({ type: 'lookup', to: 'user', required: true }).lookup?.onDelete).toBe('restrict');
    expect(field({ type: 'masterDetail', to: 'user', inverse: 'things' })).toMatchObject({
      required: true,
      lookup: { onDelete: 'cascade', reparent: false },
    });
  });
});

describe('a date', () => {
  it('lies within its range, both ends included', () => {
    const ranged = field({ type: 'date', min: '2026-01-01', max: '2026-12-31' });
    expect(['2025-12-31', '2026-01-01', '2026-12-31', '2027-01-01'].map((day) => coerced(ranged, day))).toEqual([
      'VALUE_OUT_OF_RANGE',
      '2026-01-01',
      '2026-12-31',
      'VALUE_OUT_OF_RANGE',
    ]);
  });
});

describe('a number', () => {
  const wide = field({ type: 'number', precision: 38, scale: 10 });

  it('is exact beyond what a float holds', () => {
    expect(coerced(wide, '1234567890123456789012345678.0123456789')).toBe('1234567890123456789012345678.0123456789');
    expect(wide.wire).toBe('decimal');
  });

  it('as a JSON number has at most 15 digits, zeros at the ends not counted', () => {
    expect(coerced(wide, 123456789012345)).toBe('123456789012345');
    expect(coerced(wide, 1234567890123456)).toBe('VALUE_TOO_MANY_DIGITS');
    expect(coerced(wide, 0.00012345)).toBe('0.00012345');
    expect(coerced(wide, 1e21)).toBe('1000000000000000000000');
    expect(coerced(wide, 1.5e-9)).toBe('0.0000000015');
  });

  it('never exceeds what its column holds, whatever min and max say', () => {
    const narrow = field({ type: 'number', precision: 3, scale: 1, min: -1000, max: 1000 });
    expect(['99.9', '99.94', '99.95', '-99.9', '-100'].map((value) => coerced(narrow, value))).toEqual([
      '99.9',
      '99.9',
      'VALUE_OUT_OF_RANGE',
      '-99.9',
      'VALUE_OUT_OF_RANGE',
    ]);
    expect(fieldTypes.number.coerce('100', narrow)).toMatchObject({ params: { min: '-99.9', max: '99.9' } });
  });

  it('that is all fraction holds less than one', () => {
    const share = field({ type: 'number', precision: 2, scale: 2 });
    expect(['0.99', '-0.99', '0.995', '1'].map((value) => coerced(share, value))).toEqual([
      '0.99',
      '-0.99',
      'VALUE_OUT_OF_RANGE',
      'VALUE_OUT_OF_RANGE',
    ]);
  });

  it('in one currency of many is told which field says it', () => {
    const amount = field({ type: 'currency', currencyField: 'code' }, { code: { type: 'text' } });
    expect(amount.ruleType).toEqual({ kind: 'number', currency: 'varies', currencyField: 'code' });
  });

  it('of money without a currency is in the tenant’s', () => {
    expect(field({ type: 'currency' }).ruleType).toEqual({ kind: 'number', currency: 'USD' });
  });
});

describe('a JSON value', () => {
  it('is not nested without end', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 50_000; i += 1) deep = [deep];
    const data = field({ type: 'json' });
    expect(coerced(data, deep)).toBe('VALUE_TYPE');
    expect(coerced(data, JSON.parse('['.repeat(100) + ']'.repeat(100)))).not.toBe('VALUE_TYPE');
  });
});

describe('an automatic number', () => {
  it('counts from 1 with four digits where nothing else is said', () => {
    expect(field({ type: 'autoNumber' })).toMatchObject({ autoNumber: { format: '{0000}', start: 1 }, readOnly: true, unique: true });
  });
});

describe('the types of system fields', () => {
  it('take ids and whole numbers', () => {
    const own = field({ type: 'text' });
    expect(fieldTypes.id.coerce(id, own)).toEqual({ ok: true, value: lower });
    expect(fieldTypes.id.coerce('x', own)).toMatchObject({ code: 'VALUE_TYPE' });
    expect(fieldTypes.integer.coerce(3, own)).toEqual({ ok: true, value: '3' });
    expect(fieldTypes.integer.coerce(3.5, own)).toMatchObject({ code: 'VALUE_TYPE' });
  });
});

describe('coercion', () => {
  const models = Object.values(types).map(({ source, others, more }) => field(source, others, more));
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.date({ noInvalidDate: false }).map((day) => (Number.isNaN(day.getTime()) ? 'x' : day.toISOString())),
    fc.uuid(),
    fc.emailAddress(),
    fc.webUrl(),
    fc.record({ object: fc.constantFrom('user', 'x'), id: fc.uuid() }),
  );

  it('never throws, and takes again what it gave', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(...models), (value, model) => {
        const first = fieldTypes[model.type].coerce(value ?? 'x', model);
        if (first.ok) expect(fieldTypes[model.type].coerce(first.value, model)).toEqual(first);
        else expect(first.code).toMatch(/^VALUE_/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('says what it was given in a few words', () => {
    const long = fieldTypes.number.coerce('x'.repeat(500), field({ type: 'number' }));
    expect(long.ok ? '' : String(long.params['given']).length).toBeLessThan(70);
  });
});
