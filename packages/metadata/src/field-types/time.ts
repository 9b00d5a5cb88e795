// time: a time of day without a zone, `HH:MM:SS`.
import { snakeCase } from '../names.ts';
import { accept, orderFilters, wrongType, type FieldType } from './field-type.ts';

export const time: FieldType = {
  name: 'time',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'time' } }],
  ruleType: () => ({ kind: 'time' }),
  wire: () => 'time',
  facets: () => ({}),
  coerce: (value) => {
    const match = typeof value === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(value.trim()) : null;
    return match === null
      ? wrongType('a time like 09:30 or 09:30:00', value)
      : accept(`${match[1] ?? ''}:${match[2] ?? ''}:${match[3] ?? '00'}`);
  },
  jsonSchema: () => ({ type: 'string', pattern: String.raw`^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$` }),
  filters: orderFilters,
  sortable: true,
};
