// date: a calendar day, `YYYY-MM-DD` (RFC 3339 full-date).
import { snakeCase } from '../names.ts';
import { accept, dateFilters, refuse, wrongType, type FieldType } from './field-type.ts';

/** True for a day that exists, of the years 0001 to 9999. */
export function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return year >= 1 && day >= 1 && day <= (lengths[month - 1] ?? 0);
}

export const date: FieldType = {
  name: 'date',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'date' } }],
  ruleType: () => ({ kind: 'date' }),
  wire: () => 'date',
  facets: (source) => ({
    dateRange: {
      min: source.min === undefined ? undefined : String(source.min),
      max: source.max === undefined ? undefined : String(source.max),
    },
  }),
  coerce: (value, field) => {
    const text = typeof value === 'string' ? value.trim() : '';
    if (!isDate(text)) return wrongType('a date like 2026-03-31', value);
    const { min, max } = field.dateRange ?? {};
    if ((min !== undefined && text < min) || (max !== undefined && text > max)) {
      return refuse('VALUE_OUT_OF_RANGE', { min: min ?? '0001-01-01', max: max ?? '9999-12-31' });
    }
    return accept(text);
  },
  jsonSchema: () => ({ type: 'string', format: 'date' }),
  filters: dateFilters,
  sortable: true,
};
