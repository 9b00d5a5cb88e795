// What a merge has set, record by record and field by field.
import { lockStatement, recordOf, type MergePart, type RecordValues } from '@tessera/storage';
import type { ObjectModel } from '@tessera/metadata';
import { textOf } from '../text-of.ts';
import type { WriteSession } from '../session.ts';

/** Live records by id, locked in the order of their ids. */
export async function lockedRecords(
  session: WriteSession,
  object: ObjectModel,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RecordValues>> {
  const { rows } = await session.transaction.query(lockStatement(session.target, object, ids, { strength: 'no key update' }));
  return new Map(rows.map((row) => recordOf(object, row)).map((record) => [textOf(record['id']), record]));
}

/** The fields that a change has set. */
export function partsOf(object: string, recordId: string, old: RecordValues, values: RecordValues): readonly MergePart[] {
  return Object.entries(values).map(([field, now]) => ({ object, recordId, field, old: old[field] ?? null, now }));
}
