// picklist: one of a closed set of options.
import { snakeCase } from '../names.ts';
import { accept, orderFilters, refuse, wrongType, type FieldType } from './field-type.ts';
import { optionFacets, optionNames, optionWords } from './options.ts';

export const picklist: FieldType = {
  name: 'picklist',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'text' } }],
  ruleType: (source) => ({ kind: 'text', options: optionWords(source) }),
  wire: () => 'text',
  facets: optionFacets,
  coerce: (value, field) => {
    if (typeof value !== 'string') return wrongType('the name of an option', value);
    if (!Object.hasOwn(field.options ?? {}, value))
      return refuse('VALUE_OPTION_UNKNOWN', { option: value, options: optionNames(field).join(', ') });
    return accept(value);
  },
  jsonSchema: (field) => ({ type: 'string', enum: optionNames(field) }),
  filters: orderFilters,
  sortable: true,
};
