// What would hold if some records were not there: they are taken out, with the roll-ups of their parents, and come back untouched.
import { softDeleteStatement, withoutTrace, type RecordValues } from '@tessera/storage';
import type { ObjectModel } from '@tessera/metadata';
import { applyRollups } from './rollups/rollups.ts';
import type { WriteSession } from './session.ts';
import { textOf } from './text-of.ts';

/**
 * Does work that reads as if these records, which are locked, were in the bin. Nothing happens by itself meanwhile and nobody is told. What
 * the work writes is undone, and locks that it takes are given up.
 */
export async function withoutRecords<T>(
  session: WriteSession,
  object: ObjectModel,
  records: readonly RecordValues[],
  work: () => Promise<T>,
): Promise<T> {
  if (records.length === 0) return work();
  const { transaction, target, context, slots, at } = session;
  // What is noted of the session's writes must not know of these.
  const apart: WriteSession = { ...session, moments: undefined, answering: undefined, touched: new Map(), versions: new Map() };
  return withoutTrace(transaction, async () => {
    const ids = records.map((record) => textOf(record['id']));
    const log = { object: object.name, change: 'deleted' as const, actor: slots.user, at, history: [] };
    await transaction.query(softDeleteStatement(target, object, ids, { deletionId: context.newId(), at, actor: slots.user }, log));
    await applyRollups(apart, new Map([[object, records.map((old) => ({ old, now: undefined }))]]));
    return work();
  });
}
