// A record that a pack refuses, changed where the pack says that it is wrong.
import type { Problem } from '@tessera/kernel';
import type { Entry, Given } from './populations.ts';

/** The field that a problem points to; the last part of `/records/3/closeDate`. */
const fieldOf = ({ pointer = '' }: Problem): string => pointer.split('/').at(-1) ?? '';

/** What is there gives way to the spare value, and then to nothing; what is missing is put in. Undefined where there is nothing to change. */
export function mended(entry: Entry, problems: readonly Problem[]): Entry | undefined {
  const values: Record<string, Given> = { ...entry.values };
  const spare: Record<string, Given> = { ...entry.spare };
  let changed = false;
  for (const field of new Set(problems.map(fieldOf))) {
    const other = spare[field];
    if (other === undefined && !Object.hasOwn(values, field)) continue;
    changed = true;
    Reflect.deleteProperty(values, field);
    Reflect.deleteProperty(spare, field);
    if (other !== undefined) values[field] = other;
  }
  return changed ? { key: entry.key, values, spare } : undefined;
}
