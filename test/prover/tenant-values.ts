// Values by field type that a tenant's metadata takes: options, ranges, lengths and patterns are held to.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import fc from 'fast-check';
import type { Chance } from './chance.ts';
import { words } from './models.ts';
import type { Given } from './populations.ts';

type Values = Readonly<Record<string, Given>>;

const two = (value: number): string => String(value).padStart(2, '0');

function date(chance: Chance, { dateRange }: FieldModel): string {
  const least = Math.max(2026, Number(dateRange?.min?.slice(0, 4) ?? 0) + 1);
  const most = dateRange?.max === undefined ? least : Number(dateRange.max.slice(0, 4)) - 1;
  return `${String(Math.min(least, most)).padStart(4, '0')}-${two(chance.between(1, 12))}-${two(chance.between(1, 28))}`;
}

function number(chance: Chance, { decimal }: FieldModel): number {
  const { min, max, precision = 15, scale = 0 } = decimal ?? {};
  const most = Math.min(10 ** Math.min(precision - scale, 9) - 1, max === undefined ? Infinity : Number(max));
  const least = min === undefined ? Math.max(-20, -most) : Number(min);
  const unit = 10 ** Math.min(scale, 2);
  // Small ones often: limits that packs set among fields are mostly kept then.
  const span = Math.min(most - least, 400) / chance.pick([1, 1, 10]);
  return Math.round(chance.between(Math.ceil(least * unit), Math.floor((least + span) * unit))) / unit;
}

/** Letters that are the same in CSV, in URLs and in any order of letters. */
const plainText = /^[\w.+-]+(?: [\w.+-]+)*$/;

function patterned(chance: Chance, pattern: string, { maxLength, minLength }: NonNullable<FieldModel['text']>): string | null {
  const fits = (text: string): boolean => plainText.test(text) && text.length >= minLength && text.length <= Math.min(maxLength, 40);
  const samples = fc.sample(fc.stringMatching(new RegExp(`^(?:${pattern})$`, 'u')), { seed: chance.between(0, 1_000_000), numRuns: 60 });
  return samples.find(fits) ?? null;
}

function text(chance: Chance, field: FieldModel, single: boolean): string | null {
  const limits = field.text ?? { maxLength: 255, minLength: 0, pattern: undefined };
  if (limits.pattern !== undefined) return patterned(chance, limits.pattern, limits);
  const plain = single
    ? `k${String(chance.between(0, 10_000_000))}`
    : chance.times(chance.between(1, 2), () => chance.pick(words)).join(' ');
  // A search finds words by their beginning, so nothing is put behind one.
  return plain.length < limits.minLength ? `${plain} `.padEnd(limits.minLength, 'k') : plain.slice(0, limits.maxLength).trimEnd();
}

/** Options that are open to the record. */
function options(object: ObjectModel, field: FieldModel, record: Values): readonly string[] {
  const { recordType } = record;
  const narrowed = typeof recordType === 'string' ? object.recordTypes[recordType]?.options[field.name] : undefined;
  const controlling = record[field.dependsOn?.field ?? ''];
  const dependent =
    field.dependsOn === undefined ? undefined : (field.dependsOn.values[typeof controlling === 'string' ? controlling : ''] ?? []);
  return Object.values(field.options ?? {})
    .filter(({ name, active }) => active && narrowed?.includes(name) !== false && dependent?.includes(name) !== false)
    .map(({ name }) => name);
}

/** Who may be met in a record by their address. */
export interface Addresses {
  readonly emails: readonly string[];
}

/** A value that the field takes by itself; null where chance has none. `record`: what was chosen before. */
export function fittingValue(chance: Chance, object: ObjectModel, field: FieldModel, record: Values, { emails }: Addresses): Given {
  const unique =
    field.unique || Object.values(object.keys).some((key) => key.unique && key.fields.length === 1 && key.fields[0] === field.name);
  switch (field.type) {
    case 'text':
      return text(chance, field, unique);
    case 'textarea':
    case 'secret':
      return text(chance, field, false);
    case 'richText':
      return `<p>${chance.pick(words)}</p>`;
    case 'email':
      return chance.percent(30) && emails.length > 0
        ? chance.pick(emails)
        : `${chance.pick(words)}.${String(chance.between(0, 9_999))}@${chance.pick(words)}.example`;
    case 'phone':
      return chance.percent(30) ? `0${String(chance.between(10, 99_999))}` : `+49 30 ${String(chance.between(1000, 9_999_999))}`;
    case 'url':
      return `https://${chance.pick(words)}.example/${chance.pick(words)}`;
    case 'number':
    case 'currency':
    case 'percent':
      return number(chance, field);
    case 'boolean':
      return chance.percent(50);
    case 'date':
      return date(chance, field);
    case 'datetime':
      return `${date(chance, field)}T${two(chance.between(0, 23))}:30:00Z`;
    case 'time':
      return `${two(chance.between(0, 23))}:15:00`;
    case 'picklist':
      return chance.maybe(options(object, field, record)) ?? null;
    case 'multiPicklist':
      return chance.some(options(object, field, record), chance.between(0, 2));
    default:
      return null;
  }
}
