// secret: stored sealed, never read back.
import { snakeCase } from '../names.ts';
import { coerceText } from './textual.ts';
import type { FieldType } from './field-type.ts';

const defaultLength = 255;

export const secret: FieldType = {
  name: 'secret',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'text' } }],
  ruleType: () => ({ kind: 'text' }),
  wire: () => 'secret',
  facets: (source) => ({ text: { maxLength: source.maxLength ?? defaultLength, minLength: 0, pattern: undefined } }),
  coerce: coerceText,
  jsonSchema: (field) => ({ type: 'string', maxLength: field.text?.maxLength ?? defaultLength, writeOnly: true }),
  filters: ['isNull'],
  sortable: false,
};
