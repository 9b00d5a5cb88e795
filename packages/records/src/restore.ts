// Takes records out of the bin, with what went in the same delete; or deletes them for good.
import { problem, type Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import {
  childrenStatement,
  lockStatement,
  purgeStatement,
  recordOf,
  restoreStatement,
  uniqueKeyOfError,
  withSavepoint,
  type RecordValues,
} from '@tessera/storage';
import type { RecordOutcome } from './results.ts';
import { applyRollups } from './rollups.ts';
import { objectOf, touch, type WriteSession } from './session.ts';

interface Deleted {
  readonly record: RecordValues;
  readonly deletionId: string;
}

async function lockDeleted(session: WriteSession, object: ObjectModel, ids: readonly string[]): Promise<readonly Deleted[]> {
  const { rows } = await session.transaction.query(
    lockStatement(session.target, object, ids, { strength: 'no key update', deleted: true }),
  );
  return rows.map((row) => ({ record: recordOf(object, row), deletionId: String(row['deletion_id']) }));
}

/** A detail comes back only where its master is there. */
async function missingMaster(session: WriteSession, object: ObjectModel, record: RecordValues): Promise<string | undefined> {
  for (const field of Object.values(object.fields)) {
    const master = session.model.objects[field.lookup?.to[0] ?? ''];
    const id = record[field.name];
    if (field.lookup?.onDelete !== 'cascade' || master === undefined || typeof id !== 'string') continue;
    const { rowCount } = await session.transaction.query(lockStatement(session.target, master, [id], { strength: 'no key update' }));
    if (rowCount === 0) return master.name;
  }
  return undefined;
}

async function bringBack(session: WriteSession, object: ObjectModel, deleted: readonly Deleted[]): Promise<void> {
  const { at, slots } = session;
  const ids = deleted.map(({ record }) => String(record['id']));
  const history = deleted.map(({ record }) => ({
    recordId: String(record['id']),
    field: null,
    old: null,
    new: null,
    change: 'restored' as const,
    version: Number(record['version']) + 1,
  }));
  const log = { object: object.name, change: 'restored' as const, actor: slots.user, at, history };
  await session.transaction.query(restoreStatement(session.target, object, ids, { at, actor: slots.user }, log));
  touch(session, object.name, ids);
  await applyRollups(
    session,
    object,
    deleted.map(({ record }) => ({ old: undefined, now: record })),
  );
  const deletionIds = [...new Set(deleted.map((entry) => entry.deletionId))];
  for (const child of Object.values(session.model.objects)) {
    for (const field of Object.values(child.fields)) {
      const column = field.columns.find((each) => each.references === object.name);
      if (field.lookup?.onDelete !== 'cascade' || column === undefined) continue;
      const { rows } = await session.transaction.query(childrenStatement(session.target, child, column.name, ids, { deletionIds }));
      if (rows.length > 0)
        await bringBack(
          session,
          child,
          await lockDeleted(
            session,
            child,
            rows.map((row) => String(row['id'])),
          ),
        );
    }
  }
}

async function restoreOne(session: WriteSession, object: ObjectModel, deleted: Deleted): Promise<Problem | undefined> {
  const master = await missingMaster(session, object, deleted.record);
  if (master !== undefined) return problem('RECORD_PARENT_DELETED', { object: master });
  try {
    await withSavepoint(session.transaction, () => bringBack(session, object, [deleted]));
    return undefined;
  } catch (error) {
    const key = uniqueKeyOfError(object, error);
    if (key === undefined) throw error;
    return problem('RECORD_NOT_UNIQUE', { fields: key });
  }
}

export async function restoreRecords(session: WriteSession, objectName: string, ids: readonly string[]): Promise<readonly RecordOutcome[]> {
  const object = objectOf(session, objectName);
  const deleted = new Map((await lockDeleted(session, object, ids)).map((entry) => [String(entry.record['id']), entry]));
  const outcomes: RecordOutcome[] = [];
  for (const [i, id] of ids.entries()) {
    const entry = deleted.get(id);
    const pointer = `/ids/${String(i)}`;
    const found = entry === undefined ? problem('RECORD_NOT_FOUND', { object: objectName, id }) : await restoreOne(session, object, entry);
    if (found === undefined) outcomes.push({ ok: true, id, version: Number(entry?.record['version']) + 1, created: false });
    else outcomes.push({ ok: false, problems: [{ ...found, pointer }] });
  }
  return outcomes;
}

/** Deletes records of the bin for good, details before their masters. Gives how many records of the object went. */
export async function purgeRecords(session: WriteSession, objectName: string, ids: readonly string[]): Promise<number> {
  const object = objectOf(session, objectName);
  const deleted = await lockDeleted(session, object, ids);
  const own = deleted.map(({ record }) => String(record['id']));
  if (own.length === 0) return 0;
  for (const child of Object.values(session.model.objects)) {
    for (const field of Object.values(child.fields)) {
      for (const column of field.columns.filter((each) => each.references === object.name)) {
        const { rows } = await session.transaction.query(childrenStatement(session.target, child, column.name, own, { deleted: 'with' }));
        if (rows.length > 0)
          await purgeRecords(
            session,
            child.name,
            rows.map((row) => String(row['id'])),
          );
      }
    }
  }
  const { rows } = await session.transaction.query(purgeStatement(session.target, object, own));
  return rows.length;
}
