// The values of a key in a caller's input, fit to be looked for.
import { fieldTypes, type FieldModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import type { RecordValues, UniqueKey } from '@tessera/storage';

function keyValue(field: FieldModel, given: unknown): Value | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  // A running number is never set, but sought.
  if (field.autoNumber !== undefined) return typeof given === 'string' ? given : undefined;
  const coerced = fieldTypes[field.type].coerce(given, field);
  return coerced.ok ? coerced.value : undefined;
}

/** Undefined where one is missing or unfit. */
export function keyValues({ fields }: Pick<UniqueKey, 'fields'>, input: Readonly<Record<string, unknown>>): RecordValues | undefined {
  const values: Record<string, Value> = {};
  for (const field of fields) {
    const value = keyValue(field, input[field.name]);
    if (value === undefined) return undefined;
    values[field.name] = value;
  }
  return values;
}
