// Rows of the histories that the platform keeps, written by the transaction that does what they tell. Whoever writes them holds the record.
import type { ObjectModel } from '@tessera/metadata';
import {
  findMatchesStatement,
  insertAllStatements,
  insertInBinStatement,
  lockStatement,
  logOf,
  updateAllStatements,
  updateInBinStatement,
  type AllStatements,
  type RecordValues,
} from '@tessera/storage';
import type { Expression } from '@tessera/rules';
import { changedOf } from './changed.ts';
import { tell, type ChangeEvent, type RecordChanged } from './moments.ts';
import { applyRollups } from './rollups/rollups.ts';
import { noteVersions, planOf, touch, type WriteSession } from './session.ts';
import { textOf } from './text-of.ts';

function send({ transaction }: WriteSession, { before, write }: AllStatements): void {
  for (const statement of [...before, write]) transaction.ahead(statement);
}

const written = ({ id, values }: RecordChanged): { readonly id: string; readonly version: number } => ({
  id,
  version: Number(values['version']),
});

async function settle(session: WriteSession, history: ObjectModel, event: ChangeEvent, records: readonly RecordChanged[]): Promise<void> {
  noteVersions(
    session,
    history,
    records.map(({ id, values }) => ({ id, written: Number(values['version']) })),
  );
  touch(session, history.name, records);
  const raised = await applyRollups(session, new Map([[history, records.map(({ old, values }) => ({ old, now: values }))]]));
  await tell(session, [{ object: history, event, records }, ...raised]);
}

async function lockedRows(session: WriteSession, history: ObjectModel, ids: readonly string[]): Promise<ReadonlyMap<string, RecordValues>> {
  const { target, transaction } = session;
  const { rows } = await transaction.query(lockStatement(target, history, ids, { strength: 'no key update' }));
  return new Map(rows.map(planOf(session, history).read).map((record) => [textOf(record['id']), record]));
}

/** A row to be, with what every new record has; what it says itself counts. */
function newRow(session: WriteSession, history: ObjectModel, row: RecordValues): RecordValues {
  const { at, slots } = session;
  const id = textOf(row['id'] ?? session.context.newId());
  const who = { owner: slots.user, createdBy: slots.user, updatedBy: slots.user, createdAt: at, updatedAt: at };
  return { ...planOf(session, history).constants, ...who, version: '1', lifeStatus: 'normal', ...row, id };
}

/** Adds rows; what they do not say, their ids among it, is as in any new record. */
export async function addToHistory(session: WriteSession, history: ObjectModel, rows: readonly RecordValues[]): Promise<void> {
  if (rows.length === 0) return;
  const { at, slots, target } = session;
  const records = rows.map((row): RecordChanged => {
    const values = newRow(session, history, row);
    return { id: textOf(values['id']), old: undefined, values };
  });
  const lines = records.map((record) => ({ record: written(record), field: null, old: null, new: null }));
  const log = logOf(target, { object: history.name, change: 'created', actor: slots.user, at }, records.map(written), lines);
  const values = records.map((record) => record.values);
  send(session, insertAllStatements(target, history, values, log));
  await settle(session, history, 'create', records);
}

/** Changes rows by their ids; gives how many there are. */
export async function changeHistory(
  session: WriteSession,
  history: ObjectModel,
  changes: ReadonlyMap<string, RecordValues>,
): Promise<number> {
  if (changes.size === 0) return 0;
  const { at, slots, target } = session;
  const { stored } = planOf(session, history);
  const rows = await lockedRows(session, history, [...changes.keys()]);
  const records = [...rows].map(([id, old]): RecordChanged => {
    const version = String(Number(old['version']) + 1);
    return { id, old, values: { ...old, ...changes.get(id), updatedAt: at, updatedBy: slots.user, version } };
  });
  if (records.length === 0) return 0;
  const changed = new Set(records.flatMap((record) => changedOf(stored, record)));
  const fields = stored.filter((field) => changed.has(field) || field.name === 'updatedBy');
  const log = logOf(target, { object: history.name, change: 'updated', actor: slots.user, at }, records.map(written), []);
  const values = records.map((record) => record.values);
  send(session, updateAllStatements(target, history, fields, values, log));
  await settle(session, history, 'update', records);
  return records.length;
}

/** Adds rows of records that lie in the bin: they lie there with them, so nobody is told. */
export async function addToBin(session: WriteSession, history: ObjectModel, rows: readonly RecordValues[]): Promise<void> {
  const { model, target, transaction } = session;
  const [master, by] = [model.objects[history.keptOf ?? ''], history.fields['record']];
  if (rows.length === 0 || master === undefined || by === undefined) return;
  const values = rows.map((row) => newRow(session, history, row));
  await transaction.query(insertInBinStatement(target, history, { master, by }, values));
}

/** Changes rows that lie in the bin, all of them in the same fields. */
export async function changeInBin(session: WriteSession, history: ObjectModel, changes: ReadonlyMap<string, RecordValues>): Promise<void> {
  const [first] = changes.values();
  if (first === undefined) return;
  const fields = Object.keys(first).flatMap((name) => history.fields[name] ?? []);
  await session.transaction.query(updateInBinStatement(session.target, history, fields, changes));
}

/** Rows that have these values and meet the condition, locked, in the order of the values; undefined where there is none. */
export async function readHistory(
  session: WriteSession,
  history: ObjectModel,
  wanted: readonly RecordValues[],
  where?: Expression,
): Promise<readonly (RecordValues | undefined)[]> {
  if (wanted.length === 0) return [];
  const { target, transaction } = session;
  const fields = Object.keys(wanted[0] ?? {}).flatMap((name) => history.fields[name] ?? []);
  const found = await transaction.query(findMatchesStatement(target, history, { fields, where }, wanted));
  const ids = new Map(found.rows.map((row) => [Number(row['i']), String(row['id'])]));
  if (ids.size === 0) return wanted.map(() => undefined);
  const rows = await lockedRows(session, history, [...ids.values()]);
  return wanted.map((_, i) => rows.get(ids.get(i) ?? ''));
}
