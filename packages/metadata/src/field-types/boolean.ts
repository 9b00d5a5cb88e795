// boolean: true or false, never null; false where nothing else is said.
import { snakeCase } from '../names.ts';
import { accept, wrongType, type FieldType } from './field-type.ts';

const words: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  '1': true,
  '0': false,
  yes: true,
  no: false,
  是: true,
  否: false,
};

export const boolean: FieldType = {
  name: 'boolean',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'boolean' } }],
  ruleType: () => ({ kind: 'boolean' }),
  wire: () => 'boolean',
  facets: () => ({}),
  coerce: (value) => {
    if (typeof value === 'boolean') return accept(value);
    const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
    return Object.hasOwn(words, word) ? accept(words[word] === true) : wrongType('true or false', value);
  },
  jsonSchema: () => ({ type: 'boolean' }),
  filters: ['eq', 'ne'],
  sortable: true,
};
