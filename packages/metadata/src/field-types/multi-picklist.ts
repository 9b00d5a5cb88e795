// multiPicklist: any number of a closed set of options, kept in the order of the options.
import { snakeCase } from '../names.ts';
import { accept, refuse, wrongType, type FieldType } from './field-type.ts';
import { optionFacets, optionNames, optionWords } from './options.ts';

export const multiPicklist: FieldType = {
  name: 'multiPicklist',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'textList' } }],
  ruleType: (source) => ({ kind: 'list', of: { kind: 'text', options: optionWords(source) } }),
  wire: () => 'textList',
  facets: optionFacets,
  coerce: (value, field) => {
    // A CSV cell holds several options parted by semicolons.
    const given: unknown =
      typeof value === 'string'
        ? value
            .split(';')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : value;
    if (!Array.isArray(given)) return wrongType('a list of options', value);
    const chosen = new Set<unknown>(given);
    const known = optionNames(field);
    for (const option of chosen) {
      if (typeof option !== 'string' || !known.includes(option)) {
        return refuse('VALUE_OPTION_UNKNOWN', { option: String(option), options: known.join(', ') });
      }
    }
    return accept(known.filter((option) => chosen.has(option)));
  },
  jsonSchema: (field) => ({ type: 'array', items: { type: 'string', enum: optionNames(field) }, uniqueItems: true }),
  filters: ['includes', 'isNull'],
  sortable: false,
};
