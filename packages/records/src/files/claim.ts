// Files of records: a field may be set only to what its writer has uploaded, and the record then holds it.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { Problem } from '@tessera/kernel';
import { problem } from '@tessera/kernel';
import type { StoredFile } from '@tessera/storage';

export function fileFields(object: ObjectModel): readonly FieldModel[] {
  return Object.values(object.fields).filter((field) => field.file !== undefined && field.columns.length > 0);
}

/** `image/*` takes every image. No list takes everything. */
export function takesType(allowed: readonly string[], type: string): boolean {
  return allowed.length === 0 || allowed.some((each) => each === type || (each.endsWith('/*') && type.startsWith(each.slice(0, -1))));
}

/** A field of a record that is to hold a file. */
export interface FileWish {
  readonly object: string;
  readonly recordId: string;
  readonly field: FieldModel;
  readonly fileId: string;
}

/**
 * What stands against a wish, if anything. A file that is not there, one of somebody else, and one that a record holds already are
 * told apart by nobody who may not know.
 */
export function fileProblem(wish: FileWish, file: StoredFile | undefined, userId: string | null, pointer: string): Problem | undefined {
  const { field, fileId } = wish;
  const holder = file?.holder ?? null;
  const own = holder === null && file?.createdBy === userId;
  const held = holder?.object === wish.object && holder.recordId === wish.recordId && holder.field === field.name;
  if (file === undefined || !(own || held)) return problem('FILE_NOT_USABLE', { field: field.name, id: fileId }, { pointer });
  const { maxSize = Infinity, types = [] } = field.file ?? {};
  if (file.size > maxSize) return problem('FILE_TOO_LARGE', { name: file.name, limit: maxSize, field: field.name }, { pointer });
  if (takesType(types, file.type)) return undefined;
  return problem('FILE_TYPE_NOT_ALLOWED', { field: field.name, type: file.type, types: types.join(', ') }, { pointer });
}
