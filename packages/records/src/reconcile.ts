// Brings records under a key to what they are to be: what is missing is created, what differs is changed, the rest is not touched.
import { failAll } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { readCondition } from '@tessera/security';
import { findByKeyStatement, lockStatement, type RecordValues, type UniqueKey } from '@tessera/storage';
import { sameValue } from './changed.ts';
import { createRecords } from './create.ts';
import { keyValues } from './key-values.ts';
import { unvoidRecords } from './life-status.ts';
import type { RecordOutcome } from './results.ts';
import { objectOf, planOf, type WriteSession } from './session.ts';
import { coerceField } from './steps/coerce.ts';
import { textOf } from './text-of.ts';
import { updateRecords } from './update.ts';
import { isLostRace, uniqueKey, withoutKey, type UpsertRecord } from './upsert.ts';

export type Reconciled = 'created' | 'updated' | 'unchanged';

export interface ReconcileOptions {
  /** Whether records that are there take the values. */
  readonly onMatch: 'update' | 'ignore';
  /** Whether records that are void count again. */
  readonly revive?: boolean;
  /** Told before anything is written, of how many records. */
  readonly writing: (count: number) => void;
}

/** Whether a record has all of these values. What is unfit differs from everything: the write says what is wrong with it. */
function hasValues(session: WriteSession, object: ObjectModel, stored: RecordValues, input: UpsertRecord['input']): boolean {
  return Object.entries(input).every(([name, given]) => {
    const field = Object.hasOwn(object.fields, name) ? object.fields[name] : undefined;
    if (field === undefined) return false;
    const coerced = coerceField(session, field, given);
    return coerced.ok && sameValue(coerced.value, stored[name]);
  });
}

/** The records that are there, locked, by their place in the list; those that the person does not see are not there. */
async function storedByPlace(
  session: WriteSession,
  object: ObjectModel,
  key: UniqueKey,
  wanted: readonly UpsertRecord[],
): Promise<ReadonlyMap<number, RecordValues>> {
  const { target, transaction, access, slots } = session;
  const sought = wanted.flatMap(({ input }, place) => {
    const values = keyValues(key, input);
    return values === undefined ? [] : [{ place, values }];
  });
  if (sought.length === 0) return new Map();
  const where = readCondition(access.policy, object.name);
  const found = await transaction.query(
    findByKeyStatement(
      target,
      object,
      key,
      sought.map(({ values }) => values),
      { where, slots },
    ),
  );
  if (found.rows.length === 0) return new Map();
  const ids = found.rows.map((row) => String(row['id']));
  const { rows } = await transaction.query(lockStatement(target, object, ids, { strength: 'no key update' }));
  const { read } = planOf(session, object);
  const stored = new Map(rows.map((row) => [String(row['id']), read(row)]));
  return new Map(
    found.rows.flatMap((row) => {
      const record = stored.get(String(row['id']));
      const place = sought[Number(row['i'])]?.place;
      return record === undefined || place === undefined ? [] : [[place, record] as const];
    }),
  );
}

interface Open {
  readonly record: UpsertRecord;
  readonly place: number;
}

/** Gives those that another writer was faster with. */
async function round(
  session: WriteSession,
  object: ObjectModel,
  key: UniqueKey,
  open: readonly Open[],
  { onMatch, revive = false, writing }: ReconcileOptions,
  found: Reconciled[],
): Promise<{ readonly lost: readonly Open[]; readonly outcomes: readonly RecordOutcome[] }> {
  const wanted = open.map(({ record }) => record);
  const stored = await storedByPlace(session, object, key, wanted);
  const there = open.flatMap(({ record, place }, n) => {
    const old = stored.get(n);
    return old === undefined ? [] : [{ record, place, old, id: textOf(old['id']) }];
  });
  const differing = onMatch === 'ignore' ? [] : there.filter(({ record, old }) => !hasValues(session, object, old, record.input));
  const buried = revive ? there.filter(({ old }) => old['lifeStatus'] === 'void') : [];
  const fresh = open.filter((_, n) => !stored.has(n));
  writing(new Set([...differing, ...buried]).size + fresh.length);
  const changes = differing.map(({ record: { pointer, input }, id }) => ({ pointer, id, input: withoutKey(key, input) }));
  if (changes.length > 0) await updateRecords(session, object.name, changes, { allOrNone: true });
  if (buried.length > 0)
    await unvoidRecords(
      session,
      object.name,
      buried.map(({ record: { pointer }, id }) => ({ pointer, id })),
      { allOrNone: true },
    );
  const creations = fresh.map(({ record: { pointer, input } }) => ({ pointer, input }));
  // One that has come between is found by another look.
  const outcomes = creations.length === 0 ? [] : await createRecords(session, object.name, creations, { allOrNone: false });
  for (const { place } of there) found[place] = 'unchanged';
  for (const { place } of [...differing, ...buried]) found[place] = 'updated';
  fresh.forEach(({ place }) => (found[place] = 'created'));
  return { lost: fresh.filter((_, n) => isLostRace(outcomes[n])), outcomes };
}

/**
 * All of the records or none: what became of each, in their order. Each is to have a key of its own. Throws RECORDS_INVALID, or the one
 * problem.
 */
export async function reconcileRecords(
  session: WriteSession,
  objectName: string,
  by: string,
  records: readonly UpsertRecord[],
  options: ReconcileOptions,
): Promise<readonly Reconciled[]> {
  const object = objectOf(session, objectName);
  const key = uniqueKey(object, by, session.access.view.objects[objectName]);
  const found: Reconciled[] = [];
  let open: readonly Open[] = records.map((record, place) => ({ record, place }));
  for (let isLast = false; open.length > 0; isLast = true) {
    const { lost, outcomes } = await round(session, object, key, open, options, found);
    const against = outcomes.flatMap((outcome) => (outcome.ok || (!isLast && isLostRace(outcome)) ? [] : outcome.problems));
    if (against.length > 0) throw failAll('RECORDS_INVALID', against);
    open = lost;
  }
  return found;
}
