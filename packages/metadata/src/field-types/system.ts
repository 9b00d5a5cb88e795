// id and integer: types that only system fields have.
import { isUuid } from '@tessera/kernel';
import { snakeCase } from '../names.ts';
import { accept, equalityFilters, orderFilters, wrongType, type FieldType } from './field-type.ts';

export const id: FieldType = {
  name: 'id',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'uuid' } }],
  ruleType: () => ({ kind: 'reference', to: [] }),
  wire: () => 'reference',
  facets: () => ({}),
  coerce: (value) => (isUuid(value) ? accept(value.toLowerCase()) : wrongType('an id', value)),
  jsonSchema: () => ({ type: 'string', format: 'uuid' }),
  filters: equalityFilters,
  sortable: true,
};

export const integer: FieldType = {
  name: 'integer',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'integer' } }],
  ruleType: () => ({ kind: 'number' }),
  wire: () => 'integer',
  facets: () => ({}),
  coerce: (value) => (Number.isInteger(value) ? accept(String(value)) : wrongType('a whole number', value)),
  jsonSchema: () => ({ type: 'integer' }),
  filters: orderFilters,
  sortable: true,
};
