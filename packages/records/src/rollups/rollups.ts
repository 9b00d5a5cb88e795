// Stored roll-ups of parents, brought up to date in the transaction that changes the children.
import { addDecimals, type FieldModel, type ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import {
  fieldValue,
  lockStatement,
  logOf,
  rollupValuesStatement,
  setStatement,
  updateAllStatements,
  type RecordValues,
} from '@tessera/storage';
import { sameValue } from '../changed.ts';
import { newExtreme } from './extremes.ts';
import { lockOrder } from '../locks/lock-order.ts';
import type { Changes as Told, RecordChanged } from '../moments.ts';
import { keyOf } from '../record-key.ts';
import { isStoredRollup } from './parents.ts';
import { collectWork, note, withoutIdle, type ParentWork, type RecordChange } from './work.ts';
import { planOf, touch, type WriteSession } from '../session.ts';
import { textOf } from '../text-of.ts';

/** Minima and maxima of a locked parent, without those whose leader is taken away: they join what is worked out anew. */
function extremesOf(parent: ObjectModel, old: RecordValues, { turnovers, recompute }: ParentWork): Readonly<Record<string, Value>> {
  const values: Record<string, Value> = {};
  for (const [name, turnover] of turnovers) {
    const field = parent.fields[name];
    const value = field === undefined ? undefined : newExtreme(field, old[name] ?? null, turnover);
    if (value === undefined) recompute.add(name);
    else values[name] = value;
  }
  return values;
}

/** Parents after their lock: sums and counts by what was added, the rest recomputed in this later statement, which sees all commits. */
async function newValues(
  session: WriteSession,
  parent: ObjectModel,
  olds: readonly RecordValues[],
  work: Map<string, ParentWork>,
): Promise<readonly RecordValues[]> {
  const parents = olds.map((old) => {
    const entry = note(work, textOf(old['id']));
    return { old, entry, extremes: extremesOf(parent, old, entry) };
  });
  const recomputed = [...new Set(parents.flatMap(({ entry }) => [...entry.recompute]))]
    .map((name) => parent.fields[name])
    .filter((field) => field !== undefined);
  const fresh = new Map<string, Readonly<Record<string, unknown>>>();
  if (recomputed.length > 0) {
    const ids = parents.filter(({ entry }) => entry.recompute.size > 0).map(({ old }) => textOf(old['id']));
    const { rows } = await session.transaction.query(rollupValuesStatement(session.target, parent, recomputed, ids));
    for (const row of rows) fresh.set(String(row['id']), row);
  }
  return parents.map(({ old, entry, extremes }) => {
    const values: Record<string, Value> = { ...old, ...extremes };
    for (const [field, delta] of entry.deltas) values[field] = addDecimals(textOf(old[field] ?? '0'), delta);
    const row = fresh.get(textOf(old['id']));
    if (row !== undefined) for (const field of recomputed) values[field.name] = fieldValue(field, row);
    return values;
  });
}

async function updateParents(session: WriteSession, parent: ObjectModel, work: Map<string, ParentWork>): Promise<readonly RecordChange[]> {
  const ids = [...work.keys()].sort();
  const { rows } = await session.transaction.query(lockStatement(session.target, parent, ids, { strength: 'no key update' }));
  const olds = rows.map(planOf(session, parent).read);
  if (olds.length === 0) return [];
  const news = await newValues(session, parent, olds, work);
  return writeRollups(session, parent, Object.values(parent.fields).filter(isStoredRollup), olds, news);
}

/** Writes those of the roll-ups of locked records that are others now, with their history. Gives the records, if any has changed. */
export function writeRollups(
  session: WriteSession,
  object: ObjectModel,
  rollups: readonly FieldModel[],
  olds: readonly RecordValues[],
  news: readonly RecordValues[],
): readonly RecordChange[] {
  const fields = rollups.filter(({ name }) => news.some((record, i) => !sameValue(record[name], olds[i]?.[name])));
  if (fields.length === 0) return [];
  const pairs = news.map((now, i) => ({ now, old: olds[i], record: { id: textOf(now['id']), version: Number(now['version']) } }));
  const records = pairs.map(({ record }) => record);
  const lines = pairs.flatMap(({ now, old, record }) =>
    fields
      .filter((field) => field.history && !sameValue(now[field.name], old?.[field.name]))
      .map(({ name }) => ({ record, field: name, old: old?.[name] ?? null, new: now[name] ?? null })),
  );
  const { target, transaction, slots, at } = session;
  const log = logOf(target, { object: object.name, change: 'updated', actor: slots.user, at }, records, lines);
  // They are locked and live, so nothing is left out.
  const { before, write } = updateAllStatements(target, object, fields, news, log);
  for (const statement of [...before, write]) transaction.ahead(statement);
  touch(session, object.name, records);
  return news.map((now, i) => ({ old: olds[i], now }));
}

/** Those of the parents whose roll-ups are others now. */
function raisedOf(parent: ObjectModel, changes: readonly RecordChange[]): readonly RecordChanged[] {
  const fields = Object.values(parent.fields).filter(isStoredRollup);
  return changes.flatMap(({ old, now }) => {
    if (now === undefined || fields.every(({ name }) => sameValue(now[name], old?.[name]))) return [];
    return [{ id: textOf(now['id']), old, values: now }];
  });
}

/** Changed records by object. */
export type Changes = ReadonlyMap<ObjectModel, readonly RecordChange[]>;

/**
 * Brings the stored roll-ups of all parents up to date, then those of the parents' parents: each object once, when everything below
 * it is done.
 * @param except keys of parents that are right already
 * @returns the parents that have changed, of objects where somebody waits for it
 */
export async function applyRollups(
  session: WriteSession,
  changes: Changes,
  except: ReadonlySet<string> = new Set(),
): Promise<readonly Told[]> {
  const raised: Told[] = [];
  const pending = new Map<ObjectModel, Map<string, ParentWork>>();
  const spread = (child: ObjectModel, records: readonly RecordChange[]): void => {
    if (records.length === 0) return;
    for (const parent of planOf(session, child).parents) {
      const work = pending.get(parent) ?? new Map<string, ParentWork>();
      pending.set(parent, work);
      collectWork(session, child, parent, records, work);
    }
  };
  for (const [child, records] of changes) spread(child, records);
  for (let [parent] = lockOrder(session, pending.keys()); parent !== undefined; [parent] = lockOrder(session, pending.keys())) {
    const work = withoutIdle(pending.get(parent) ?? new Map<string, ParentWork>());
    pending.delete(parent);
    for (const id of work.keys()) if (except.has(keyOf(parent.name, id))) work.delete(id);
    if (work.size === 0) continue;
    const followed = await updateParents(session, parent, work);
    spread(parent, followed);
    if (session.moments?.concerns(parent, 'update') === true)
      raised.push({ object: parent, event: 'update', records: raisedOf(parent, followed) });
  }
  return raised;
}

/** Works out all stored roll-ups of locked records anew, without history: those of records that come back. */
export async function recomputeRollups(session: WriteSession, ids: ReadonlyMap<ObjectModel, readonly string[]>): Promise<void> {
  for (const object of lockOrder(session, ids.keys())) {
    const fields = Object.values(object.fields).filter(isStoredRollup);
    if (fields.length === 0) continue;
    const { rows } = await session.transaction.query(rollupValuesStatement(session.target, object, fields, ids.get(object) ?? []));
    const records = rows.map((row) => ({
      id: String(row['id']),
      ...Object.fromEntries(fields.map((field) => [field.name, fieldValue(field, row)])),
    }));
    await session.transaction.query(setStatement(session.target, object, fields, records));
  }
}
