// Which options a record may have in a picklist.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';

/** Active options, narrowed by the record's type and by the picklist (or boolean) that controls this one. */
export function optionsAllowed(object: ObjectModel, field: FieldModel, values: RecordValues): readonly string[] {
  let allowed = Object.values(field.options ?? {})
    .filter((option) => option.active)
    .map((option) => option.name);
  const recordType = values['recordType'];
  const narrowed = typeof recordType === 'string' ? object.recordTypes[recordType]?.options[field.name] : undefined;
  if (narrowed !== undefined) allowed = allowed.filter((option) => narrowed.includes(option));
  if (field.dependsOn !== undefined) {
    const controlling = values[field.dependsOn.field];
    const dependent = typeof controlling === 'string' ? (field.dependsOn.values[controlling] ?? []) : [];
    allowed = allowed.filter((option) => dependent.includes(option));
  }
  return allowed;
}
