// Which unique key an error of PostgreSQL is about.
import type { ObjectModel } from '@tessera/metadata';
import { snakeCase } from '@tessera/metadata';
import { databaseErrorKind, databaseErrorPlace } from '../cell/pg-errors.ts';
import { attachedName } from '../ddl/names.ts';
import { uniqueKeys } from './diagnose.ts';

/** The name of the field or key whose unique index was hit; undefined where the error is about anything else. */
export function uniqueKeyOfError(object: ObjectModel, error: unknown): string | undefined {
  if (databaseErrorKind(error) !== 'unique') return undefined;
  const { constraint } = databaseErrorPlace(error);
  const key = uniqueKeys(object).find(({ key: declared, fields, name }) => {
    const subject = declared === undefined ? (fields[0]?.columns[0]?.name ?? name) : snakeCase(name);
    return constraint?.startsWith(attachedName(object.table, subject, declared === undefined ? 'unique' : 'key')) === true;
  });
  return key?.name;
}
