// Updates the record that has a key's values, or creates it.
import { fail, problem } from '@tessera/kernel';
import { fieldTypes, type ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { findByKeyStatement, uniqueKeys, type RecordValues, type UniqueKey } from '@tessera/storage';
import { createRecords } from './create.ts';
import type { SetOptions } from './pipeline.ts';
import type { RecordOutcome } from './results.ts';
import { objectOf, type WriteSession } from './session.ts';
import { updateRecords } from './update.ts';

type Input = Readonly<Record<string, unknown>>;

export interface UpsertRecord {
  readonly pointer: string;
  readonly input: Input;
}

/** A unique field or key by its name. Throws KEY_UNKNOWN. */
export function uniqueKey(object: ObjectModel, name: string): UniqueKey {
  const keys = uniqueKeys(object);
  const key = keys.find((each) => each.name === name);
  if (key === undefined)
    throw fail('KEY_UNKNOWN', {
      object: object.name,
      key: name,
      known: keys.length === 0 ? '' : `Known: ${keys.map((each) => each.name).join(', ')}.`,
    });
  return key;
}

/** The key's values, coerced; undefined where one is missing or unfit (the pipeline then says what is wrong). */
function keyValues(key: UniqueKey, input: Input): RecordValues | undefined {
  const values: Record<string, Value> = {};
  for (const field of key.fields) {
    const given = input[field.name];
    const coerced = given === undefined || given === null || given === '' ? undefined : fieldTypes[field.type].coerce(given, field);
    if (coerced?.ok !== true) return undefined;
    values[field.name] = coerced.value;
  }
  return values;
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
  const { rows } = await session.transaction.query(
    findByKeyStatement(
      session.target,
      object,
      key,
      searched.map(({ values }) => values),
    ),
  );
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
function withoutKey(key: UniqueKey, input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !key.fields.some((field) => field.name === name)));
}

/** An outcome for each record; `created` tells which way it went. */
export async function upsertRecords(
  session: WriteSession,
  objectName: string,
  by: string,
  records: readonly UpsertRecord[],
  options: SetOptions,
): Promise<readonly RecordOutcome[]> {
  const object = objectOf(session, objectName);
  const key = uniqueKey(object, by);
  const repeated = refuseRepeated(key, records);
  const outcomes: RecordOutcome[] = records.map((_, i) => repeated.get(i) ?? { ok: false, problems: [] });
  let open = records.map((record, i) => ({ record, i })).filter(({ i }) => !repeated.has(i));
  // A second round finds what another writer created between our look and our insert.
  for (let round = 0; round < 2 && open.length > 0; round += 1) {
    const ids = await existingIds(
      session,
      object,
      key,
      open.map(({ record }) => record),
    );
    const found = open.flatMap(({ record, i }, n) => (ids.has(n) ? [{ record, i, id: ids.get(n) ?? '' }] : []));
    const fresh = open.filter((_, n) => !ids.has(n));
    const last = round === 1;
    const updated = await updateRecords(
      session,
      objectName,
      found.map(({ record, id }) => ({ pointer: record.pointer, id, input: withoutKey(key, record.input) })),
      options,
    );
    found.forEach(({ i }, n) => void (outcomes[i] = updated[n] ?? { ok: false, problems: [] }));
    const created = await createRecords(
      session,
      objectName,
      fresh.map(({ record }) => ({ pointer: record.pointer, input: record.input })),
      { ...options, allOrNone: last && options.allOrNone },
    );
    fresh.forEach(({ i }, n) => void (outcomes[i] = created[n] ?? { ok: false, problems: [] }));
    open = fresh.filter((_, n) => {
      const outcome = created[n];
      return (
        outcome?.ok === false && outcome.problems.every((found_) => found_.code === 'RECORD_NOT_UNIQUE' || found_.code === 'UNAVAILABLE')
      );
    });
  }
  return outcomes;
}
