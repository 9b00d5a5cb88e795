// Which fields a write changes.
import { canonicalJson, type FieldModel, type ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { recordFields } from '@tessera/storage';
import type { WriteItem } from './write-set.ts';

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  const [left, right] = [a ?? null, b ?? null];
  if (left === right) return true;
  return typeof left === 'object' && typeof right === 'object' && canonicalJson(left) === canonicalJson(right);
}

/** Stored fields whose value is another than before; for a new record those that have one. */
export function changedFields(object: ObjectModel, item: Pick<WriteItem, 'old' | 'values'>): readonly FieldModel[] {
  return recordFields(object).filter((field) => !sameValue(item.values[field.name], item.old?.[field.name]));
}
