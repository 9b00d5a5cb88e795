// Merges records that are about the same: one stays, with the values that were chosen and all that belonged to the others.
import { fail, failAll, isUuid, type ErrorCode, type Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { doorOf, keepMerge, shareAlike, type MergePart, type RecordValues } from '@tessera/storage';
import { deleteRecords } from '../delete.ts';
import { deniedOf } from '../denied.ts';
import { lockFamily } from '../family.ts';
import { locksOn } from '../locks/locks.ts';
import { lockedDetails } from '../locks/master-locks.ts';
import { isAgreed, tell } from '../moments.ts';
import { keyOf } from '../record-key.ts';
import type { RecordOutcome } from '../results.ts';
import { objectOf, type WriteSession } from '../session.ts';
import { updateRecords } from '../update.ts';
import { chosenFields, chosenValues, type Choices } from './choices.ts';
import { exchangeFiles, exchangesOf } from './files.ts';
import { moveChildren, type Merging, type Moved } from './moves.ts';
import { partsOf } from './parts.ts';
import { seenPlaces } from './seen.ts';

const mostLosers = 4;

/** What stands against merging records of an object at all. */
const ofAll: readonly ErrorCode[] = ['PERMISSION_DENIED', 'USER_NOT_DELETABLE'];

export interface MergedRecord {
  readonly id: string;
  readonly version?: number | undefined;
}

export interface MergeInput {
  readonly object: string;
  /** The record that stays. */
  readonly record: MergedRecord;
  /** Those that go into it. */
  readonly others: readonly MergedRecord[];
  readonly fields: Choices;
}

export interface Merge {
  readonly merge: string;
  readonly id: string;
  readonly version: number;
  /** Children that stay with the records that went, since the one that stays has their like already; of those the caller sees. */
  readonly left: Moved['left'];
}

function checkInput({ object, record, others }: MergeInput): readonly string[] {
  const ids = [record, ...others].map(({ id }) => id.toLowerCase());
  for (const [i, id] of ids.entries())
    if (!isUuid(id)) throw fail('RECORD_NOT_FOUND', { object, id }, i === 0 ? {} : { pointer: `/others/${String(i - 1)}/id` });
  if (others.length < 1 || others.length > mostLosers)
    throw fail('REQUEST_INVALID', { reason: `1 to ${String(mostLosers)} others are merged at once.` }, { pointer: '/others' });
  if (new Set(ids).size < ids.length) throw fail('REQUEST_INVALID', { reason: 'a record is named twice.' }, { pointer: '/others' });
  return ids;
}

/** What waits for an approval, or belongs to what does, neither goes nor takes anything over, not even what belongs to the others. */
async function refuseLocked(
  session: WriteSession,
  object: ObjectModel,
  records: ReadonlyMap<string, RecordValues>,
  place: (id: string) => { readonly pointer?: string },
): Promise<void> {
  const own = await locksOn(session, object, [...records.values()]);
  const details = [...records].map(([id, record]) => ({ id, versions: [record] }));
  const byMasters = await lockedDetails(session, object, details);
  const problems = [...records.keys()].flatMap((id): readonly Problem[] => {
    const against = own.get(id) ?? byMasters.get(id)?.problem;
    return against === undefined ? [] : [{ ...against, ...place(id) }];
  });
  if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
}

/** All of them locked, with what belongs to them; each may be changed and deleted. Throws what stands against it. */
async function lockAll(
  session: WriteSession,
  object: ObjectModel,
  { record, others }: MergeInput,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RecordValues>> {
  if (object.appendOnly) throw fail('OBJECT_APPEND_ONLY', { object: object.name });
  if (object.kept === true) throw fail('OBJECT_KEPT', { object: object.name });
  const before = await deniedOf(session, object, ids, 'delete');
  const open = ids.filter((id) => !before.has(id)).sort();
  const family = open.length < ids.length ? undefined : await lockFamily(session, object, open, 'live');
  // Whoever gave a record away while we waited for its lock has decided about it.
  const denied = family === undefined ? before : await deniedOf(session, object, ids, 'delete');
  const place = (i: number): { readonly pointer?: string } => (i === 0 ? {} : { pointer: `/others/${String(i - 1)}` });
  const problems = ids.flatMap((id, i) => {
    const against = denied.get(id);
    return against === undefined ? [] : [{ ...against, ...place(i) }];
  });
  // What is said of all of them is said once.
  const isOfAll = problems.every(({ code }) => ofAll.includes(code));
  if (problems.length > 0) throw failAll('RECORDS_INVALID', isOfAll ? problems.slice(0, 1) : problems);
  const records = new Map<string, RecordValues>();
  for (const [i, { version }] of [record, ...others].entries()) {
    const id = ids[i] ?? '';
    const found = family?.get(keyOf(object.name, id))?.record;
    if (found === undefined) throw fail('RECORD_NOT_FOUND', { object: object.name, id }, place(i));
    const now = Number(found['version']);
    if (version !== undefined && version !== now) throw fail('RECORD_CHANGED', { version: now, expected: version }, place(i));
    records.set(id, found);
  }
  await refuseLocked(session, object, records, (id) => place(ids.indexOf(id)));
  return records;
}

/** All of it or nothing: what somebody must approve first is none of it. */
function settled(object: ObjectModel, action: 'change' | 'delete', outcomes: readonly RecordOutcome[]): void {
  const problems = outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.problems));
  if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
  for (const outcome of outcomes)
    if (outcome.ok && !isAgreed(outcome.approval)) throw fail('APPROVAL_REQUIRED', { action, object: object.name, id: outcome.id });
}

/** Those that go are in the bin before the one that stays takes their values: what is unique is free by then. */
async function takeOver(session: WriteSession, { object, winner, losers }: Merging, values: RecordValues): Promise<number> {
  settled(
    object,
    'delete',
    await deleteRecords(
      session,
      object.name,
      losers.map((id, i) => ({ pointer: `/others/${String(i)}`, id })),
    ),
  );
  const [updated] = await updateRecords(session, object.name, [{ pointer: '/fields', id: winner, input: values }], { allOrNone: true });
  if (updated?.ok !== true) throw new TypeError('An update of all or none is done.');
  settled(object, 'change', [updated]);
  return updated.version;
}

/** In the session's transaction: all of it or nothing. */
export async function mergeRecords(session: WriteSession, input: MergeInput): Promise<Merge> {
  const object = objectOf(session, input.object);
  const ids = checkInput(input);
  const [winner = '', ...losers] = ids;
  const merging: Merging = { object, winner, losers };
  const chosen = chosenFields(session, object, new Set(ids), input.fields);
  const records = await lockAll(session, object, input, ids);
  const values = chosenValues(object, chosen, records, winner);
  const old = records.get(winner) ?? {};
  const source = new Map(chosen.map(({ field, from }) => [field.name, from]));
  const from = (field: string): string | undefined => source.get(field);
  const moved = await moveChildren(session, merging);
  await exchangeFiles(session, object, exchangesOf(object, { winner, from, records }, values));
  const version = await takeOver(session, merging, values);
  const door = doorOf(session.transaction, session.target.schema);
  const shares = await shareAlike(door, { object: object.name, recordId: winner, losers }, session.context.newId);
  const merge = session.context.newId();
  const kept = { id: merge, object: object.name, recordId: winner, losers, shares, actor: session.slots.user, at: session.at };
  // A lookup of the winner's own that led to one who goes may be both moved and chosen: what was chosen counts.
  const isChosen = (part: MergePart): boolean =>
    part.object === object.name && part.recordId === winner && Object.hasOwn(values, part.field);
  const parts = moved.parts.filter((part) => !isChosen(part));
  await keepMerge(door, kept, [...partsOf(object.name, winner, old, values), ...parts]);
  await tell(session, moved.changes);
  return { merge, id: winner, version, left: await seenPlaces(session, moved.left) };
}
