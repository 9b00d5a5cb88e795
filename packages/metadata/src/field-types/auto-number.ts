// autoNumber: a running number in a format, such as `OPP-{YYYY}-{0000}`; given by the engine, never by a caller.
import { snakeCase } from '../names.ts';
import { textFilters, wrongType, type FieldType } from './field-type.ts';

export const autoNumber: FieldType = {
  name: 'autoNumber',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'text' } }],
  ruleType: () => ({ kind: 'text' }),
  wire: () => 'text',
  facets: (source) => ({ autoNumber: { format: source.format ?? '{0000}', start: source.start ?? 1 } }),
  coerce: (value) => wrongType('no value: it is numbered by the engine', value),
  jsonSchema: () => ({ type: 'string' }),
  filters: textFilters,
  sortable: true,
};
