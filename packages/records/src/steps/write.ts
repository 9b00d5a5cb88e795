// write: the rows with their history and outbox entry in one statement; what did not go in is told why.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import { dependencies } from '@tessera/rules';
import {
  diagnoseStatement,
  insertAllStatements,
  insertStatement,
  logOf,
  logStatement,
  returnedTexts,
  uniqueKeys,
  uniqueKeyOfError,
  updateAllStatements,
  updateStatement,
  withSavepoint,
  type AllStatements,
  type HistoryLine,
  type Log,
  type ReturnedTexts,
  type WrittenRecord,
} from '@tessera/storage';
import { changedOf } from '../changed.ts';
import { toBeSeen } from './see.ts';
import { inLanguage } from './validate.ts';
import { noteVersions, planOf, touch } from '../session.ts';
import { isHopeful, isRestricted, replaceItems, soundItems, withProblem, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

/** That a record becomes void, or counts again, is always kept: what it was before is known by it. */
const isVoided = ({ name, system }: FieldModel, { old, values }: WriteItem): boolean =>
  system && name === 'lifeStatus' && (old?.[name] === 'void' || values[name] === 'void');

/** The lines that a record gets in the history. */
function linesOf(stored: readonly FieldModel[], item: WriteItem, record: WrittenRecord): readonly HistoryLine[] {
  if (item.old === undefined) return [{ record, field: null, old: null, new: null }];
  return changedOf(stored, item)
    .filter((field) => (field.history && field.wire !== 'secret') || isVoided(field, item))
    .map(({ name }) => ({ record, field: name, old: item.old?.[name] ?? null, new: item.values[name] ?? null }));
}

/** What history and outbox get of items that are written. */
function logOfItems({ session, object, kind }: WriteSet, items: readonly WriteItem[]): Log {
  const { target, slots, at } = session;
  const { stored } = planOf(session, object);
  const doing = { object: object.name, change: kind === 'create' ? 'created' : 'updated', actor: slots.user, at } as const;
  const pairs = items.map((item) => ({ item, record: { id: item.id, version: item.written ?? 0 } }));
  return logOf(
    target,
    doing,
    pairs.map(({ record }) => record),
    pairs.flatMap(({ item, record }) => linesOf(stored, item, record)),
  );
}

function uniqueProblem(set: WriteSet, item: WriteItem, name: string): WriteItem {
  const key = uniqueKeys(set.object).find((each) => each.name === name);
  const shown = set.session.access.view.objects[set.object.name]?.fields ?? {};
  const names = (key?.fields.map((field) => field.name) ?? [name]).filter((each) => !isRestricted(set) || Object.hasOwn(shown, each));
  const refused = withProblem(item, 'RECORD_NOT_UNIQUE', { fields: names.length === 0 ? 'key' : names.join(', ') }, names[0]);
  if (key?.key?.message === undefined) return refused;
  const message = inLanguage(key.key.message, set.session.context.languages);
  return { ...refused, problems: refused.problems.map((found) => (found.code === 'RECORD_NOT_UNIQUE' ? { ...found, message } : found)) };
}

/** Tells of each item that PostgreSQL left out what stands against it; nothing where that is gone by now. */
async function diagnose(set: WriteSet, missing: readonly WriteItem[]): Promise<readonly WriteItem[]> {
  const { session, object } = set;
  const { rows } = await session.transaction.query(
    diagnoseStatement(
      session.target,
      object,
      missing.map((item) => item.values),
    ),
  );
  return missing.map((item, i) => {
    const row = rows[i] ?? {};
    let result = item;
    for (const field of Object.values(object.fields)) {
      for (const column of field.columns) {
        if (row[`l_${column.name}`] === true)
          result = withProblem(result, 'LOOKUP_NOT_FOUND', { field: field.name, object: column.references }, field.name);
      }
    }
    uniqueKeys(object).forEach((key, n) => {
      if (row[`k${String(n)}`] === true) result = uniqueProblem(set, result, key.name);
    });
    if (row['same_id'] === true && set.kind === 'create') result = withProblem(result, 'RECORD_NOT_UNIQUE', { fields: 'id' }, 'id');
    return result;
  });
}

const openItems = (set: WriteSet): readonly WriteItem[] => soundItems(set).filter((item) => item.written === undefined);

/** The set with items that are written, which are to be checked at the end. */
function withWritten(set: WriteSet, items: readonly WriteItem[]): WriteSet {
  noteVersions(set.session, set.object, items);
  // A record that is only locked is as it was.
  touch(
    set.session,
    set.object.name,
    items.filter(({ held, old }) => held === undefined || old === undefined).map(({ id, pointer }) => ({ id, pointer })),
  );
  return replaceItems(set, items);
}

/**
 * The texts of the items, where the statement that writes them can return them: those that nothing after it changes, of records that whoever
 * is restricted must see once they are written.
 */
function textsOf(set: WriteSet, items: readonly WriteItem[]): ReturnedTexts | undefined {
  const { session, object } = set;
  const { answering, target } = session;
  if (answering?.object !== object.name || !isHopeful(set) || planOf(session, object).parents.length > 0) return undefined;
  // What happens by itself may write them again.
  if (session.moments?.writes(object, set.kind) === true) return undefined;
  if (isRestricted(set) && toBeSeen({ ...set, items }).length < items.length) return undefined;
  return returnedTexts(target, object, answering.texts, answering.slots);
}

/** Where nothing can stand against it, or it is hoped so: statements that write all of the items or fail go out with the next. */
function hope(
  set: WriteSet,
  items: readonly WriteItem[],
  statements: (log: Log, texts: ReturnedTexts | undefined) => AllStatements,
): WriteSet {
  const { transaction, answering } = set.session;
  const written = items.map((item) => ({ ...item, written: Number(item.values['version']) }));
  const texts = textsOf(set, written);
  const { before, write: last } = statements(logOfItems(set, written), texts);
  for (const statement of before) transaction.ahead(statement);
  if (texts === undefined) transaction.ahead(last);
  else {
    for (const { id } of written) answering?.found.set(id, undefined);
    transaction.ahead(last, ({ rows }) => {
      for (const row of rows) answering?.found.set(String(row['id']), String(row['record']));
    });
  }
  return withWritten(set, written);
}

async function insert(set: WriteSet): Promise<WriteSet> {
  const { session, object } = set;
  const items = openItems(set);
  const records = items.map((item) => item.values);
  if (isHopeful(set)) return hope(set, items, (log, texts) => insertAllStatements(session.target, object, records, log, texts));
  const { rows } = await session.transaction.query(insertStatement(session.target, object, records));
  return settle(set, items, rows);
}

async function settle(set: WriteSet, items: readonly WriteItem[], rows: readonly Readonly<Record<string, unknown>>[]): Promise<WriteSet> {
  const versions = new Map(rows.map((row) => [String(row['id']), Number(row['version'])]));
  const missing = items.filter((item) => !versions.has(item.id));
  const saved = items.filter((item) => versions.has(item.id)).map((item) => ({ ...item, written: versions.get(item.id) }));
  if (saved.length > 0) set.session.transaction.ahead(logStatement(set.session.target, logOfItems(set, saved)));
  const settled = withWritten(set, saved);
  return missing.length === 0 ? settled : replaceItems(settled, await diagnose(set, missing));
}

/** Every row gets the changed fields of all rows: those of a row that stay have their old value in `values`. Who wrote is always said. */
function fieldsToWrite(stored: readonly FieldModel[], items: readonly WriteItem[]): readonly FieldModel[] {
  const changed = new Set(items.flatMap((item) => changedOf(stored, item)));
  return stored.filter((field) => changed.has(field) || field.name === 'updatedBy');
}

/** Could an update of these fields collide with another record: only then is it tried under a savepoint. */
function mayCollide(object: ObjectModel, fields: readonly FieldModel[]): boolean {
  return uniqueKeys(object).some(({ fields: own, where }) => {
    const read = where === undefined ? [] : dependencies(where).paths.map((path) => path.steps[0]?.field);
    return fields.some((field) => own.includes(field) || read.includes(field.name));
  });
}

/** Could a lookup of these fields lead to nothing: not where it is cleared. */
function mayMiss(fields: readonly FieldModel[], items: readonly WriteItem[]): boolean {
  const lookups = fields.filter(({ columns }) => columns.some(({ references }) => references !== undefined));
  return lookups.some(({ name }) => items.some(({ values }) => (values[name] ?? null) !== null));
}

async function update(set: WriteSet): Promise<WriteSet> {
  const { session, object } = set;
  const items = openItems(set);
  if (items.length === 0) return set;
  const { stored } = planOf(session, object);
  const fields = fieldsToWrite(stored, items);
  const records = items.map((item) => item.values);
  const collides = mayCollide(object, fields);
  const isCertain = !collides && !mayMiss(fields, items);
  if (isCertain || isHopeful(set))
    return hope(set, items, (log, texts) => updateAllStatements(session.target, object, fields, records, log, texts));
  const statement = updateStatement(session.target, object, fields, records);
  if (!collides) return settle(set, items, (await session.transaction.query(statement)).rows);
  try {
    const { rows } = await withSavepoint(session.transaction, () => session.transaction.query(statement));
    return await settle(set, items, rows);
  } catch (error) {
    const key = uniqueKeyOfError(object, error);
    if (key === undefined) throw error;
    const [only] = items;
    if (only !== undefined && items.length === 1) return replaceItems(set, [uniqueProblem(set, only, key)]);
    return updateHalves(set, items);
  }
}

/** Which of many collide is found by halves: few collisions cost few statements. */
async function updateHalves(set: WriteSet, items: readonly WriteItem[]): Promise<WriteSet> {
  const middle = Math.ceil(items.length / 2);
  let result = set;
  for (const half of [items.slice(0, middle), items.slice(middle)]) {
    result = replaceItems(result, (await update({ ...set, items: half })).items);
  }
  return result;
}

/** New versions and times of records that change; a record in which nothing changes stays as it is. */
function bump(set: WriteSet): WriteSet {
  const { session, object } = set;
  const { stored } = planOf(session, object);
  return replaceItems(
    set,
    soundItems(set).map((item): WriteItem => {
      if (item.old === undefined) return item;
      const version = Number(item.old['version']);
      if (changedOf(stored, item).length === 0) return { ...item, written: version };
      return { ...item, values: { ...item.values, updatedAt: session.at, updatedBy: session.slots.user, version: String(version + 1) } };
    }),
  );
}

/** What stood against a record may be gone when we ask for it, and be back when we try again; not for ever. */
const attempts = 5;

export const write: Step = async (set) => {
  let result = set.kind === 'create' ? set : bump(set);
  for (let attempt = 1; attempt <= attempts && openItems(result).length > 0; attempt += 1) {
    result = set.kind === 'create' ? await insert(result) : await update(result);
  }
  return replaceItems(
    result,
    openItems(result).map((item) => withProblem(item, 'UNAVAILABLE', { reason: 'other writes collide with this one.' })),
  );
};
