// Which fields a write changes.
import { canonicalJson, type FieldModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import type { WriteItem } from './write-set.ts';

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  const [left, right] = [a ?? null, b ?? null];
  if (left === right) return true;
  return typeof left === 'object' && typeof right === 'object' && canonicalJson(left) === canonicalJson(right);
}

/** Those of the fields whose value is another than before; for a new record those that have one. */
export function changedOf(fields: readonly FieldModel[], { old, values }: Pick<WriteItem, 'old' | 'values'>): readonly FieldModel[] {
  return fields.filter(({ name }) => !sameValue(values[name], old?.[name]));
}
