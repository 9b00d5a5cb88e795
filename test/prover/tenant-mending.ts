// A record that a pack refuses, changed where the pack says that it is wrong.
import type { Problem } from '@tessera/kernel';
import type { Entry, Given } from './populations.ts';

/** The field that a problem points to; the last part of `/records/3/closeDate`. */
const fieldOf = ({ pointer = '' }: Problem): string => pointer.split('/').at(-1) ?? '';

/**
 * What is there gives way to a spare value, and then to nothing; what is missing is put in. Where nothing is pointed to, all spare values
 * are taken. Undefined where there is nothing left to change.
 */
export function mended(entry: Entry, problems: readonly Problem[]): Entry | undefined {
  const values: Record<string, Given> = { ...entry.values };
  const [spare = {}, ...spares] = entry.spares ?? [];
  const fields = [...new Set(problems.map(fieldOf))].filter((field) => Object.hasOwn(spare, field) || Object.hasOwn(values, field));
  if (fields.length === 0 && Object.keys(spare).length === 0) return undefined;
  if (fields.length === 0) return { key: entry.key, values: { ...values, ...spare }, spares };
  for (const field of fields) {
    const other = spare[field];
    if (other === undefined) Reflect.deleteProperty(values, field);
    else values[field] = other;
  }
  return { key: entry.key, values, spares };
}
