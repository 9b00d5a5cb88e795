// What address and location have in common: an object of known parts, stored as one JSON value.
import { snakeCase } from '../names.ts';
import type { FieldTypeName } from '../model.ts';
import { accept, wrongType, type FieldType, type JsonSchema } from './field-type.ts';

interface Structured {
  readonly name: FieldTypeName;
  readonly expected: string;
  readonly schema: JsonSchema;
  /** The value with its parts checked, or undefined where it is not of this type. */
  readonly read: (value: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> | undefined;
}

export function structuredType({ name, expected, schema, read }: Structured): FieldType {
  return {
    name,
    columns: (field) => [{ name: snakeCase(field), type: { kind: 'json' } }],
    ruleType: () => ({ kind: 'json' }),
    wire: () => 'json',
    facets: () => ({}),
    coerce: (value) => {
      const parts = typeof value === 'object' && value !== null && !Array.isArray(value) ? read({ ...value }) : undefined;
      return parts === undefined ? wrongType(expected, value) : accept(parts);
    },
    jsonSchema: () => schema,
    filters: ['isNull'],
    sortable: false,
  };
}
