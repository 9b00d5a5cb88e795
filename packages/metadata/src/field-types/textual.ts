// What the types that hold text have in common.
import { snakeCase } from '../names.ts';
import { accept, refuse, textFilters, wrongType, type Coerced, type FieldType } from './field-type.ts';
import type { FieldModel, FieldTypeName } from '../model.ts';

/** The length in code points. */
export function codePoints(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i += 1) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) pairs += 1;
  return text.length - pairs;
}

/** PostgreSQL's text holds no NUL, and a lone surrogate is no Unicode text. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

export function coerceText(value: unknown, field: FieldModel): Coerced {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return wrongType('text', value);
  const text = String(value);
  if (!isStorable(text)) return wrongType('Unicode text without NUL characters', value);
  const limits = field.text;
  if (limits === undefined) return accept(text);
  const length = codePoints(text);
  if (length > limits.maxLength) return refuse('VALUE_TOO_LONG', { limit: limits.maxLength, length, unit: 'characters' });
  if (length < limits.minLength) return refuse('VALUE_TOO_SHORT', { limit: limits.minLength, length });
  if (limits.pattern !== undefined && !new RegExp(whole(limits.pattern), 'u').test(text))
    return refuse('VALUE_PATTERN', { pattern: limits.pattern });
  return accept(text);
}

/** A pattern speaks of the value as a whole. */
const whole = (pattern: string): string => `^(?:${pattern})$`;

interface Textual {
  readonly name: FieldTypeName;
  readonly maxLength: number;
  readonly format?: string;
  /** What `coerce` takes, for schemas. */
  readonly pattern?: string;
  readonly sortable?: boolean;
  readonly coerce?: (value: unknown, field: FieldModel) => Coerced;
}

/** A type stored as text, with a length limit counted in code points. */
export function textualType({ name, maxLength, format, pattern, sortable = true, coerce = coerceText }: Textual): FieldType {
  return {
    name,
    columns: (field) => [{ name: snakeCase(field), type: { kind: 'text' } }],
    ruleType: () => ({ kind: 'text' }),
    wire: () => 'text',
    facets: (source) => ({ text: { maxLength: source.maxLength ?? maxLength, minLength: source.minLength ?? 0, pattern: source.pattern } }),
    coerce,
    jsonSchema: (field) => ({
      type: 'string',
      maxLength: field.text?.maxLength ?? maxLength,
      ...(field.text !== undefined && field.text.minLength > 0 ? { minLength: field.text.minLength } : {}),
      ...(field.text?.pattern === undefined ? (pattern === undefined ? {} : { pattern }) : { pattern: whole(field.text.pattern) }),
      ...(format === undefined ? {} : { format }),
    }),
    filters: textFilters,
    sortable,
  };
}
