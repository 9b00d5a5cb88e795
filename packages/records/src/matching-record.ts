// Finds the one record that has a key's or a field's values.
import { fail } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import { findByKeyStatement, uniqueKeys, type UniqueKey } from '@tessera/storage';
import { keyValues } from './key-values.ts';
import type { WriteSession } from './session.ts';

function keyOf(object: ObjectModel, by: string): UniqueKey {
  const key = uniqueKeys(object).find((each) => each.name === by);
  if (key !== undefined) return key;
  const field: FieldModel | undefined = object.fields[by];
  if (field?.columns.length !== 1) throw fail('KEY_UNKNOWN', { object: object.name, key: by, known: '' });
  return { name: by, fields: [field], where: undefined, key: undefined };
}

/** Its id, or undefined where there is none. Throws REQUEST_INVALID where several have the values. */
export async function matchingRecord(
  session: WriteSession,
  object: ObjectModel,
  by: string,
  input: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const key = keyOf(object, by);
  const values = keyValues(key, input);
  if (values === undefined) return undefined;
  const { rows } = await session.transaction.query(findByKeyStatement(session.target, object, key, [values]));
  if (rows.length > 1) throw fail('REQUEST_INVALID', { reason: `several records of ${object.name} have the same ${by}.` });
  return rows[0] === undefined ? undefined : String(rows[0]['id']);
}
