// Deletes records into the bin: children are asked, set to null, or go with them.
import { problem, type Problem } from '@tessera/kernel';
import type { Column, FieldModel, ObjectModel } from '@tessera/metadata';
import { childrenStatement, lockStatement, recordOf, softDeleteStatement, type RecordValues } from '@tessera/storage';
import { runPipeline, updateSet } from './pipeline.ts';
import type { RecordOutcome } from './results.ts';
import { applyRollups } from './rollups.ts';
import { objectOf, type WriteSession } from './session.ts';

export interface DeleteRecord {
  readonly pointer: string;
  readonly id: string;
  readonly expected?: number | undefined;
}

interface Deleting {
  readonly session: WriteSession;
  readonly deletionId: string;
  /** What goes in this delete, so that one of them pointing to another stops nothing. */
  readonly going: Set<string>;
}

/** A lookup that points to an object, and its column for it. */
interface Pointer {
  readonly child: ObjectModel;
  readonly field: FieldModel;
  readonly column: Column;
}

function pointersTo(session: WriteSession, object: ObjectModel): readonly Pointer[] {
  return Object.values(session.model.objects).flatMap((child) =>
    Object.values(child.fields).flatMap((field) =>
      field.columns.filter((column) => column.references === object.name).map((column) => ({ child, field, column })),
    ),
  );
}

async function childrenOf(
  deleting: Deleting,
  pointer: Pointer,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly parent: string }[]> {
  const { rows } = await deleting.session.transaction.query(
    childrenStatement(deleting.session.target, pointer.child, pointer.column.name, ids),
  );
  return rows.map((row) => ({ id: String(row['id']), parent: String(row['parent']) })).filter((child) => !deleting.going.has(child.id));
}

/** Records that others hold on to, by id. */
async function restrictions(deleting: Deleting, object: ObjectModel, ids: readonly string[]): Promise<ReadonlyMap<string, Problem>> {
  const held = new Map<string, Problem>();
  for (const pointer of pointersTo(deleting.session, object)) {
    if (pointer.field.lookup?.onDelete !== 'restrict') continue;
    const children = await childrenOf(deleting, pointer, ids);
    for (const id of new Set(children.map((child) => child.parent))) {
      const count = children.filter((child) => child.parent === id).length;
      held.set(id, problem('RECORD_IN_USE', { count, object: pointer.child.name, field: pointer.field.name }));
    }
  }
  return held;
}

async function releaseChildren(deleting: Deleting, object: ObjectModel, ids: readonly string[]): Promise<void> {
  const { session } = deleting;
  for (const pointer of pointersTo(session, object)) {
    const { field, child } = pointer;
    if (field.lookup === undefined || field.lookup.onDelete === 'restrict') continue;
    const children = await childrenOf(deleting, pointer, ids);
    if (children.length === 0) continue;
    if (field.lookup.onDelete === 'cascade') {
      await deleteSet(
        deleting,
        child,
        children.map((entry) => entry.id),
      );
    } else {
      const records = children.map((entry) => ({ pointer: '', id: entry.id, input: { [field.name]: null } }));
      await runPipeline(updateSet(session, child, records, { allOrNone: true, internal: true }));
    }
  }
}

/** Locks against new children, then looks for children: a child that comes later finds its parent gone. */
async function deleteSet(deleting: Deleting, object: ObjectModel, ids: readonly string[]): Promise<ReadonlyMap<string, Problem>> {
  const { session, deletionId } = deleting;
  for (const id of ids) deleting.going.add(id);
  const { rows } = await session.transaction.query(lockStatement(session.target, object, ids, { strength: 'update' }));
  const records = rows.map((row) => recordOf(object, row));
  const held = await restrictions(
    deleting,
    object,
    records.map((record) => String(record['id'])),
  );
  const free = records.filter((record) => !held.has(String(record['id'])));
  const freeIds = free.map((record) => String(record['id']));
  if (freeIds.length === 0) return held;
  await releaseChildren(deleting, object, freeIds);
  const history = free.map((record) => ({
    recordId: String(record['id']),
    field: null,
    old: null,
    new: null,
    change: 'deleted' as const,
    version: Number(record['version']) + 1,
  }));
  const log = { object: object.name, change: 'deleted' as const, actor: session.slots.user, at: session.at, history };
  await session.transaction.query(
    softDeleteStatement(session.target, object, freeIds, { deletionId, at: session.at, actor: session.slots.user }, log),
  );
  await applyRollups(
    session,
    object,
    free.map((old: RecordValues) => ({ old, now: undefined })),
  );
  return held;
}

/** Throws nothing for a single record: what stands against it is in its outcome. */
export async function deleteRecords(
  session: WriteSession,
  objectName: string,
  records: readonly DeleteRecord[],
): Promise<readonly RecordOutcome[]> {
  const object = objectOf(session, objectName);
  const ids = [...new Set(records.map((record) => record.id))];
  const { rows } = await session.transaction.query(lockStatement(session.target, object, ids, { strength: 'update' }));
  const versions = new Map(rows.map((row) => [String(row['id']), Number(row['version'])]));
  const refused = new Map<string, Problem>();
  for (const { id, expected, pointer } of records) {
    const version = versions.get(id);
    if (object.appendOnly) refused.set(id, problem('OBJECT_APPEND_ONLY', { object: objectName }, { pointer }));
    else if (version === undefined) refused.set(id, problem('RECORD_NOT_FOUND', { object: objectName, id }, { pointer }));
    else if (expected !== undefined && expected !== version) refused.set(id, problem('RECORD_CHANGED', { version, expected }, { pointer }));
  }
  const going = ids.filter((id) => !refused.has(id));
  const held =
    going.length === 0
      ? new Map<string, Problem>()
      : await deleteSet({ session, deletionId: session.context.newId(), going: new Set() }, object, going);
  return records.map(({ id, pointer }): RecordOutcome => {
    const found = refused.get(id) ?? held.get(id);
    return found === undefined
      ? { ok: true, id, version: (versions.get(id) ?? 0) + 1, created: false }
      : { ok: false, problems: [{ ...found, pointer }] };
  });
}
