// json: any JSON value, for what other systems send.
import { snakeCase } from '../names.ts';
import type { Value } from '@tessera/rules';
import { accept, refuse, wrongType, type FieldType } from './field-type.ts';
import { isStorable } from './textual.ts';

const defaultBytes = 65_536;

/** Deeper than anything that is meant. */
const deepest = 100;

/** A key that is no key to every program that reads the value. */
const isSafeKey = (key: string): boolean => key !== '__proto__' && isStorable(key);

/** Whether PostgreSQL's jsonb holds it: no NUL, no half of a surrogate pair, no number beyond a double, no endless nesting. */
function isStorableJson(value: unknown, levels = deepest): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return value === null || typeof value === 'boolean';
  return levels > 0 && Object.entries(value).every(([key, item]) => isSafeKey(key) && isStorableJson(item, levels - 1));
}

/** Numbers are kept as the double that JSON.parse made of them. */
export const json: FieldType = {
  name: 'json',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'json' } }],
  ruleType: () => ({ kind: 'json' }),
  wire: () => 'json',
  facets: (source) => ({ text: { maxLength: source.maxSize ?? defaultBytes, minLength: 0, pattern: undefined } }),
  coerce: (value, field) => {
    if (!isStorableJson(value))
      return wrongType(`a JSON value of at most ${String(deepest)} levels, without NUL characters and the key __proto__`, value);
    const limit = field.text?.maxLength ?? defaultBytes;
    const length = new TextEncoder().encode(JSON.stringify(value)).length;
    return length > limit ? refuse('VALUE_TOO_LONG', { limit, length, unit: 'bytes' }) : accept(value as Value);
  },
  jsonSchema: () => ({}),
  filters: ['isNull'],
  sortable: false,
};
