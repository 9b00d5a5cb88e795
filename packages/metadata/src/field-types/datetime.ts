// datetime: an instant (RFC 3339 date-time with an offset), kept to the millisecond, shown in UTC.
import { snakeCase } from '../names.ts';
import { isDate } from './date.ts';
import { accept, dateFilters, wrongType, type FieldType } from './field-type.ts';

const form = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/;

/** `YYYY-MM-DDTHH:MM:SS.sssZ`, or undefined where the text is no instant. */
export function parseInstant(text: string): string | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, day = '', hour = '', minute = '', second = '00', fraction = '', offset = 'Z'] = match;
  if (!isDate(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const milliseconds = Date.parse(`${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}${offset.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  const iso = new Date(milliseconds).toISOString();
  return /^\d{4}-/.test(iso) && !iso.startsWith('0000') ? iso : undefined;
}

export const datetime: FieldType = {
  name: 'datetime',
  columns: (field) => [{ name: snakeCase(field), type: { kind: 'datetime' } }],
  ruleType: () => ({ kind: 'datetime' }),
  wire: () => 'datetime',
  facets: () => ({}),
  coerce: (value) => {
    const instant = typeof value === 'string' ? parseInstant(value.trim()) : undefined;
    return instant === undefined ? wrongType('a time with its offset like 2026-03-31T09:00:00+08:00', value) : accept(instant);
  },
  jsonSchema: () => ({ type: 'string', format: 'date-time' }),
  filters: dateFilters,
  sortable: true,
};
