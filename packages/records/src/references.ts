// Lookups seen from both ends: whom a record points to, and what points to the records of an object.
import type { Column, FieldModel, Model, ObjectModel } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';

/** The id that a lookup has for `target`; undefined where it is empty or points to a record of another object. */
export function referenceTo(field: FieldModel | undefined, target: string, record: RecordValues | undefined): string | undefined {
  if (field === undefined || record === undefined) return undefined;
  const value = record[field.name];
  if (typeof value === 'string') return field.lookup?.to[0] === target ? value : undefined;
  if (typeof value === 'object' && value !== null && 'object' in value && value['object'] === target) return String(value['id']);
  return undefined;
}

/** A lookup that points to an object, and its column for it. */
export interface Pointer {
  readonly child: ObjectModel;
  readonly field: FieldModel;
  readonly column: Column;
  /** What a delete of the target does to the record that points to it. */
  readonly onDelete: 'restrict' | 'setNull' | 'cascade';
}

/** Records that never change, and lookups that must not be empty, hold on to what they point to. */
function consequence(child: ObjectModel, field: FieldModel): Pointer['onDelete'] {
  const onDelete = field.lookup?.onDelete ?? 'restrict';
  // A history goes with what it tells of.
  if (child.appendOnly && child.keptOf === undefined) return 'restrict';
  return onDelete === 'setNull' && field.required === true ? 'restrict' : onDelete;
}

/** In Model order, so that everybody locks alike. */
export function pointersTo(model: Model, target: string): readonly Pointer[] {
  return Object.values(model.objects).flatMap((child) =>
    Object.values(child.fields).flatMap((field) =>
      field.columns
        .filter((column) => column.references === target)
        .map((column) => ({ child, field, column, onDelete: consequence(child, field) })),
    ),
  );
}
