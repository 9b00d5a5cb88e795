// What file and image have in common: the id of an uploaded file.
import { isUuid } from '@tessera/kernel';
import { snakeCase } from '../names.ts';
import type { FieldTypeName } from '../model.ts';
import { accept, wrongType, type FieldType } from './field-type.ts';

export function fileType(name: FieldTypeName, defaults: { readonly maxSize: number; readonly types: readonly string[] }): FieldType {
  return {
    name,
    columns: (field) => [{ name: snakeCase(field), type: { kind: 'uuid' } }],
    // The id of an uploaded file: of no object that a path could follow.
    ruleType: () => ({ kind: 'reference', to: [] }),
    wire: () => 'reference',
    facets: (source) => ({ file: { maxSize: source.maxSize ?? defaults.maxSize, types: source.types ?? defaults.types } }),
    coerce: (value) => (isUuid(value) ? accept(value.toLowerCase()) : wrongType('the id of an uploaded file', value)),
    jsonSchema: () => ({ type: 'string', format: 'uuid' }),
    filters: ['isNull'],
    sortable: false,
  };
}
