// formula, rollup and quote: worked out, not set. Their rule type and wire form follow from what they return.
import { snakeCase } from '../names.ts';
import type { FieldModel, FieldTypeName } from '../model.ts';
import { orderFilters, wrongType, type FieldType, type FilterOperator, type JsonSchema } from './field-type.ts';
import { decimalSchema } from './decimals.ts';

function schemaByWire(field: FieldModel): JsonSchema {
  switch (field.wire) {
    case 'number':
    case 'decimal':
      return decimalSchema(field);
    case 'integer':
      return { type: 'integer' };
    case 'boolean':
      return { type: 'boolean' };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'datetime':
      return { type: 'string', format: 'date-time' };
    case 'reference':
      return { type: 'string', format: 'uuid' };
    case 'textList':
      return { type: 'array', items: { type: 'string' } };
    case 'anyReference':
    case 'json':
      return {};
    case 'text':
    case 'time':
    case 'secret':
      return { type: 'string' };
  }
}

function computedType(name: FieldTypeName, filters: readonly FilterOperator[]): FieldType {
  return {
    name,
    columns: () => [],
    ruleType: () => ({ kind: 'null' }),
    wire: () => 'text',
    facets: () => ({}),
    coerce: (value) => wrongType('no value: it is computed', value),
    jsonSchema: schemaByWire,
    filters,
    sortable: true,
  };
}

export const formula = computedType('formula', orderFilters);

export const quote = computedType('quote', orderFilters);

/** A roll-up kept in the transaction has a column; a live one has none. */
export const rollup: FieldType = {
  ...computedType('rollup', orderFilters),
  columns: (field, source) => (source.upkeep === 'live' ? [] : [{ name: snakeCase(field), type: { kind: 'text' } }]),
};
