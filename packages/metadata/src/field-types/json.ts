// json: any JSON value, for what other systems send.
import { snakeCase } from '../names.ts';
import type { Value } from '@tessera/rules';
import { accept, refuse, wrongType, type FieldType } from './field-type.ts';

const defaultBytes = 65_536;

/** Numbers are kept as the double that JSON.parse made of them. */
export const json: FieldType = {
  name: 'json',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'json' } }],
  ruleType: () => ({ kind: 'json' }),
  wire: () => 'json',
  facets: (source) => ({ text: { maxLength: source.maxSize ?? defaultBytes, minLength: 0, pattern: undefined } }),
  coerce: (value, field) => {
    const text = JSON.stringify(value);
    const limit = field.text?.maxLength ?? defaultBytes;
    if (text.includes(String.raw`\u0000`)) return wrongType('a JSON value without NUL characters', value);
    const length = new TextEncoder().encode(text).length;
    return length > limit ? refuse('VALUE_TOO_LONG', { limit, length, unit: 'bytes' }) : accept(value as Value);
  },
  jsonSchema: () => ({}),
  filters: ['isNull'],
  sortable: false,
};
