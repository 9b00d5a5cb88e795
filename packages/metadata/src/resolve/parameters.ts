// Parameters: their type and value as rules see them.
import type { ParameterSource } from '../effective.ts';
import { compareDecimals, parseDecimal } from '../decimal.ts';
import { isDate } from '../field-types/date.ts';
import type { ParameterModel } from '../model.ts';
import type { Report } from './report.ts';

function numberValue({ value, min, max }: ParameterSource, report: Report): string {
  const number = parseDecimal(String(value)) ?? '0';
  const beyond = (limit: number | undefined, sign: number): boolean =>
    limit !== undefined && compareDecimals(number, parseDecimal(String(limit)) ?? '0') * sign > 0;
  if (min !== undefined && max !== undefined && min > max)
    report.add('/min', 'METADATA_REFERENCE_UNFIT', { reason: `min ${String(min)} exceeds max ${String(max)}.` });
  else if (beyond(max, 1) || beyond(min, -1)) {
    const range = [min === undefined ? [] : [`at least ${String(min)}`], max === undefined ? [] : [`at most ${String(max)}`]].flat();
    report.add('/value', 'METADATA_REFERENCE_UNFIT', { reason: `This parameter takes ${range.join(' and ')}; ${number} is not.` });
  }
  return number;
}

export function resolveParameter(source: ParameterSource, report: Report): ParameterModel {
  const base = { name: source.name, label: source.label ?? { en: source.name } };
  switch (source.type) {
    case 'number':
      return { ...base, type: { kind: 'number' }, value: numberValue(source, report) };
    case 'boolean':
      return { ...base, type: { kind: 'boolean' }, value: source.value === true };
    case 'date': {
      const value = String(source.value);
      if (!isDate(value)) report.add('/value', 'METADATA_REFERENCE_UNFIT', { reason: `${value} is no day of the calendar.` });
      return { ...base, type: { kind: 'date' }, value };
    }
    case 'textList':
      return { ...base, type: { kind: 'list', of: { kind: 'text' } }, value: Array.isArray(source.value) ? source.value.map(String) : [] };
    case 'text':
    case 'duration':
      return { ...base, type: { kind: 'text' }, value: String(source.value) };
  }
}
