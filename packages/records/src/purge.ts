// Deletes records of the bin for good.
import { fail } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import {
  childrenStatement,
  doorOf,
  holdersStatement,
  lockStatement,
  purgeStatement,
  releaseRecordFilesStatement,
  removeSharesOf,
  unlinkStatement,
} from '@tessera/storage';
import { pointersTo } from './references.ts';
import { objectOf, type WriteSession } from './session.ts';

/** Details go before their masters; whoever only points there is let go, or holds on. */
async function purgeSet(session: WriteSession, object: ObjectModel, ids: readonly string[]): Promise<number> {
  const { transaction, target } = session;
  const locked = await transaction.query(lockStatement(target, object, ids, { strength: 'update', deleted: true }));
  const own = locked.rows.map((row) => String(row['id']));
  if (own.length === 0) return 0;
  const pointers = pointersTo(session.model, object.name);
  const cascades = pointers.filter((pointer) => pointer.onDelete === 'cascade');
  if (cascades.length > 0) {
    const { rows } = await transaction.query(childrenStatement(target, cascades, own, 'deleted'));
    for (const [n, { child }] of cascades.entries()) {
      const details = rows.filter((row) => row['n'] === n).map((row) => String(row['id']));
      if (details.length > 0) await purgeSet(session, child, details);
    }
  }
  const holds = pointers.filter((pointer) => pointer.onDelete === 'restrict');
  if (holds.length > 0) {
    const without = new Map([[object.name, own]]);
    const { rows } = await transaction.query(holdersStatement(target, holds, own, { without, state: 'deleted' }));
    const [row] = rows;
    const holder = holds[Number(row?.['n'])];
    if (holder !== undefined) throw fail('RECORD_IN_USE', { count: row?.['count'], object: holder.child.name, field: holder.field.name });
  }
  for (const pointer of pointers) if (pointer.onDelete === 'setNull') await transaction.query(unlinkStatement(target, pointer, own));
  const { rows } = await transaction.query(purgeStatement(target, object, own));
  await removeSharesOf(doorOf(transaction, target.schema), object.name, own);
  await transaction.query(releaseRecordFilesStatement(target.schema, object.name, own, session.at));
  return rows.length;
}

/** Gives how many records of the object went. Throws RECORD_IN_USE where a record of the bin that cannot do without points there. */
export async function purgeRecords(session: WriteSession, objectName: string, ids: readonly string[]): Promise<number> {
  return purgeSet(session, objectOf(session, objectName), ids);
}
