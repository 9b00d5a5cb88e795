// Updates the record that has a key's values, or creates it.
import { fail, failAll, problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { readCondition } from '@tessera/security';
import { findByKeyStatement, uniqueKeys, type UniqueKey } from '@tessera/storage';
import { createRecords } from './create.ts';
import { keyValues } from './key-values.ts';
import type { SetOptions } from './pipeline.ts';
import type { RecordOutcome } from './results.ts';
import { objectOf, type WriteSession } from './session.ts';
import { updateRecords } from './update.ts';

type Input = Readonly<Record<string, unknown>>;

export interface UpsertRecord {
  readonly pointer: string;
  readonly input: Input;
}

/**
 * A unique field or key by its name. Throws KEY_UNKNOWN.
 * @param shown the object as it exists for the caller: a key over what is hidden is none, else it would tell of its values
 */
export function uniqueKey(object: ObjectModel, name: string, shown = object): UniqueKey {
  const keys = uniqueKeys(shown);
  const key = keys.some((each) => each.name === name) ? uniqueKeys(object).find((each) => each.name === name) : undefined;
  if (key === undefined)
    throw fail('KEY_UNKNOWN', {
      object: object.name,
      key: name,
      known: keys.length === 0 ? '' : `Known: ${keys.map((each) => each.name).join(', ')}.`,
    });
  return key;
}

async function existingIds(
  session: WriteSession,
  object: ObjectModel,
  key: UniqueKey,
  records: readonly UpsertRecord[],
): Promise<ReadonlyMap<number, string>> {
  const searched = records.flatMap((record, i) => {
    const values = keyValues(key, record.input);
    return values === undefined ? [] : [{ i, values }];
  });
  if (searched.length === 0) return new Map();
  // A record that the person does not see is not found, so the write collides with it.
  const statement = findByKeyStatement(
    session.target,
    object,
    key,
    searched.map(({ values }) => values),
    { where: readCondition(session.access.policy, object.name), slots: session.slots },
  );
  const { rows } = await session.transaction.query(statement);
  return new Map(rows.map((row) => [searched[Number(row['i'])]?.i ?? -1, String(row['id'])]));
}

/** A key that occurs twice in one request would be created by the first and found by none. */
function refuseRepeated(key: UniqueKey, records: readonly UpsertRecord[]): ReadonlyMap<number, RecordOutcome> {
  const seen = new Set<string>();
  const refused = new Map<number, RecordOutcome>();
  records.forEach((record, i) => {
    const values = keyValues(key, record.input);
    const text = values === undefined ? undefined : JSON.stringify(values);
    if (text !== undefined && seen.has(text)) {
      const params = { reason: `another record of the request has the same ${key.fields.map((field) => field.name).join(', ')}.` };
      refused.set(i, { ok: false, problems: [problem('REQUEST_INVALID', params, { pointer: record.pointer })] });
    }
    if (text !== undefined) seen.add(text);
  });
  return refused;
}

/** Key fields that cannot be set again (running numbers) are left out of an update. */
export function withoutKey(key: UniqueKey, input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !key.fields.some((field) => field.name === name)));
}

interface Open {
  readonly record: UpsertRecord;
  /** Its place in the request. */
  readonly i: number;
}

/** Another writer was faster: where the record is looked for again it may be found. */
export const isLostRace = (outcome: RecordOutcome | undefined): boolean =>
  outcome?.ok === false && outcome.problems.every(({ code }) => code === 'RECORD_NOT_UNIQUE' || code === 'UNAVAILABLE');

export interface UpsertOptions extends SetOptions {
  /** Left out: what is there is updated. What is ignored stays as it is, whoever may see it; its version is told as 0. */
  readonly onMatch?: 'update' | 'ignore';
}

/** Updates what is there and creates the rest; gives those that another writer was faster with. */
async function upsertRound(
  session: WriteSession,
  object: ObjectModel,
  key: UniqueKey,
  open: readonly Open[],
  outcomes: RecordOutcome[],
  { onMatch = 'update' }: Pick<UpsertOptions, 'onMatch'>,
): Promise<readonly Open[]> {
  const ids = await existingIds(
    session,
    object,
    key,
    open.map(({ record }) => record),
  );
  const found = open.flatMap((entry, n) => (ids.has(n) ? [{ ...entry, id: ids.get(n) ?? '' }] : []));
  const fresh = open.filter((_, n) => !ids.has(n));
  // What stands against a record is thrown by the last round, when all is known.
  const options: SetOptions = { allOrNone: false };
  const changes = found.map(({ record, id }) => ({ pointer: record.pointer, id, input: withoutKey(key, record.input) }));
  const ignored = found.map(({ id }): RecordOutcome => ({ ok: true, id, version: 0, created: false }));
  const updated = onMatch === 'ignore' || changes.length === 0 ? ignored : await updateRecords(session, object.name, changes, options);
  const creations = fresh.map(({ record }) => ({ pointer: record.pointer, input: record.input }));
  const created = creations.length === 0 ? [] : await createRecords(session, object.name, creations, options);
  found.forEach(({ i }, n) => void (outcomes[i] = updated[n] ?? noOutcome));
  fresh.forEach(({ i }, n) => void (outcomes[i] = created[n] ?? noOutcome));
  return fresh.filter((_, n) => isLostRace(created[n]));
}

const noOutcome: RecordOutcome = { ok: false, problems: [] };

/** An outcome for each record; `created` tells which way it went. Throws where `allOrNone` and any record is wrong. */
export async function upsertRecords(
  session: WriteSession,
  objectName: string,
  by: string,
  records: readonly UpsertRecord[],
  options: UpsertOptions,
): Promise<readonly RecordOutcome[]> {
  const object = objectOf(session, objectName);
  const key = uniqueKey(object, by, session.access.view.objects[objectName]);
  const repeated = refuseRepeated(key, records);
  const outcomes: RecordOutcome[] = records.map((_, i) => repeated.get(i) ?? noOutcome);
  let open: readonly Open[] = records.map((record, i) => ({ record, i })).filter(({ i }) => !repeated.has(i));
  // A second round finds what another writer created between our look and our insert.
  for (let round = 0; round < 2 && open.length > 0; round += 1) open = await upsertRound(session, object, key, open, outcomes, options);
  const problems = outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.problems));
  if (options.allOrNone && problems.length > 0) throw failAll('RECORDS_INVALID', problems);
  return outcomes;
}
