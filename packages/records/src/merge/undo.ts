// Undoes a merge: what has not been changed since is as it was, and what has is told.
import { fail, failAll, isUuid } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import {
  doorOf,
  endMerge,
  lockMerge,
  lockStatement,
  mergeParts,
  recordOf,
  repointDeletedStatement,
  unshareAlike,
  type KeptMerge,
  type MergePart,
  type RecordValues,
} from '@tessera/storage';
import { sameValue } from '../changed.ts';
import { isAgreed, tell, type Changes } from '../moments.ts';
import { pointersTo, referenceTo, type Pointer } from '../references.ts';
import { restoreRecords } from '../restore.ts';
import { objectOf, type WriteSession } from '../session.ts';
import { updateRecords } from '../update.ts';
import { textOf } from '../text-of.ts';
import { exchangeFiles, type FileExchange } from './files.ts';
import { setLookups } from './moves.ts';
import { lockedRecords } from './parts.ts';
import { seenPlaces } from './seen.ts';

export interface Undone {
  readonly id: string;
  readonly version: number;
  /** Records that are there again. */
  readonly restored: readonly string[];
  /** Records that are not: they have been purged. */
  readonly gone: readonly string[];
  /** What has been changed since the merge, and stays as it is; of records that the caller sees. */
  readonly kept: readonly { readonly object: string; readonly id: string; readonly field: string }[];
}

interface Undoing {
  readonly session: WriteSession;
  readonly object: ObjectModel;
  readonly merge: KeptMerge;
}

const place = ({ object, recordId, field }: MergePart): Undone['kept'][number] => ({ object, id: recordId, field });

/** Whether it led to one who went: it does so again when that one is back. */
const ledToLoser = (object: ObjectModel, { losers }: KeptMerge, { field, old }: MergePart): boolean =>
  losers.includes(referenceTo(object.fields[field], object.name, { [field]: old }) ?? '');

/** Who has given each of the winner's files: the record in the bin that still names it. */
async function exchangedFiles({ session, object, merge }: Undoing, parts: readonly MergePart[]): Promise<readonly FileExchange[]> {
  if (parts.length === 0) return [];
  const locked = lockStatement(session.target, object, merge.losers, { strength: 'no key update', deleted: true });
  const losers = (await session.transaction.query(locked)).rows.map((row) => recordOf(object, row));
  return parts.flatMap(({ field, old, now }): FileExchange[] => {
    const giver = losers.find((record) => record[field] === now);
    if (giver === undefined) return [];
    return [{ field, winner: { id: merge.recordId, file: now }, loser: { id: textOf(giver['id']), file: old } }];
  });
}

/** Of the winner: values that are still those of the merge are what they were before. Files go back to whom they were taken from. */
async function giveBackValues(
  { session, object, merge }: Undoing,
  parts: readonly MergePart[],
): Promise<{ readonly version: number; readonly kept: readonly MergePart[] }> {
  const now = (await lockedRecords(session, object, [merge.recordId])).get(merge.recordId);
  if (now === undefined) throw fail('RECORD_NOT_FOUND', { object: object.name, id: merge.recordId });
  const open = parts.filter(({ field }) => object.fields[field] !== undefined);
  const same = open.filter((part) => sameValue(now[part.field], part.now));
  const values: RecordValues = Object.fromEntries(same.map(({ field, old }) => [field, old]));
  const files = same.filter(({ field }) => object.fields[field]?.file !== undefined);
  await exchangeFiles(session, object, await exchangedFiles({ session, object, merge }, files));
  const [updated] = await updateRecords(session, object.name, [{ pointer: '', id: merge.recordId, input: values }], { allOrNone: true });
  if (updated?.ok !== true) throw new TypeError('An update of all or none is done.');
  if (!isAgreed(updated.approval)) throw fail('APPROVAL_REQUIRED', { action: 'change', object: object.name, id: updated.id });
  return { version: updated.version, kept: open.filter((part) => !same.includes(part)) };
}

interface Back {
  readonly restored: readonly string[];
  readonly gone: readonly string[];
}

/** Those that went come back; whoever was purged does not. */
async function restoreLosers({ session, object, merge }: Undoing): Promise<Back> {
  const outcomes = await restoreRecords(session, object.name, merge.losers);
  const gone: string[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.ok) continue;
    if (!outcome.problems.every(({ code }) => code === 'RECORD_NOT_FOUND')) throw failAll('RECORDS_INVALID', outcome.problems);
    gone.push(merge.losers[i] ?? '');
  }
  // One that somebody has brought back already is there as well.
  const live = gone.length === 0 ? new Map() : await lockedRecords(session, object, gone);
  return { restored: merge.losers.filter((id) => !gone.includes(id) || live.has(id)), gone: gone.filter((id) => !live.has(id)) };
}

/** Lookups of one field that still point to the winner point again to whom they did. */
async function giveBackLookups(
  { session, object, merge }: Undoing,
  pointer: Pick<Pointer, 'child' | 'field' | 'column'>,
  parts: readonly MergePart[],
): Promise<{ readonly kept: readonly MergePart[]; readonly changes: readonly Changes[] }> {
  const { child, field } = pointer;
  const live = await lockedRecords(
    session,
    child,
    parts.map(({ recordId }) => recordId),
  );
  const same = parts.filter(({ recordId, now }) => live.has(recordId) && sameValue(live.get(recordId)?.[field.name], now));
  const { changes, refused } = await setLookups(
    session,
    pointer,
    same.map(({ recordId, old }) => ({ id: recordId, value: old })),
  );
  const done = new Set(same.filter(({ recordId }) => !refused.has(recordId)).map(({ recordId }) => recordId));
  for (const from of new Set(parts.map(({ old }) => referenceTo(field, object.name, { [field.name]: old })))) {
    const ids = parts.filter((part) => referenceTo(field, object.name, { [field.name]: part.old }) === from && !live.has(part.recordId));
    if (from === undefined || ids.length === 0) continue;
    const wanted = { from: merge.recordId, to: from, ids: ids.map(({ recordId }) => recordId) };
    const { rows } = await session.transaction.query(repointDeletedStatement(session.target, pointer, wanted));
    for (const row of rows) done.add(String(row['id']));
  }
  return { kept: parts.filter(({ recordId }) => !done.has(recordId)), changes };
}

/** Children of records that are there again go back to them. */
async function giveBackChildren(undoing: Undoing, parts: readonly MergePart[], gone: readonly string[]): Promise<readonly MergePart[]> {
  const { session, object } = undoing;
  const kept: MergePart[] = [];
  for (const pointer of pointersTo(session.model, object.name)) {
    const own = parts.filter((part) => part.object === pointer.child.name && part.field === pointer.field.name);
    const open = own.filter(({ old }) => !gone.includes(referenceTo(pointer.field, object.name, { [pointer.field.name]: old }) ?? ''));
    kept.push(...own.filter((part) => !open.includes(part)));
    if (open.length === 0) continue;
    const back = await giveBackLookups(undoing, pointer, open);
    kept.push(...back.kept);
    await tell(session, back.changes);
  }
  return kept;
}

/** Brings back everything that has not been changed since. Throws MERGE_NOT_FOUND, and what stands against the changes. */
export async function undoMerge(
  session: WriteSession,
  input: { readonly object: string; readonly id: string; readonly merge: string },
): Promise<Undone> {
  const object = objectOf(session, input.object);
  const door = doorOf(session.transaction, session.target.schema);
  const merge = isUuid(input.id) && isUuid(input.merge) ? await lockMerge(door, object.name, input.id, input.merge) : undefined;
  if (merge === undefined) throw fail('MERGE_NOT_FOUND', { merge: input.merge });
  // They were about the same before, too.
  const undoing: Undoing = { session: { ...session, allowDuplicates: 'always' }, object, merge };
  const parts = await mergeParts(door, merge.id);
  const isOwn = (part: MergePart): boolean =>
    part.object === object.name && part.recordId === merge.recordId && !ledToLoser(object, merge, part);
  const values = await giveBackValues(undoing, parts.filter(isOwn));
  const { restored, gone } = await restoreLosers(undoing);
  const children = await giveBackChildren(
    undoing,
    parts.filter((part) => !isOwn(part)),
    gone,
  );
  await unshareAlike(door, merge.shares);
  await endMerge(door, merge.id, { at: session.at, actor: session.slots.user });
  const kept = await seenPlaces(session, [...values.kept, ...children].map(place));
  return { id: merge.recordId, version: values.version, restored, gone, kept };
}
