// Records that were there before their stages had a flow: since when each is in its stage, and the first row of its history.
import type { ObjectModel } from '@tessera/metadata';
import { lastChanges, type RecordValues } from '@tessera/storage';
import { keepFields, type KeptChange } from '../keep-fields.ts';
import { addToHistory } from '../kept-history.ts';
import { planOf, type WriteSession } from '../session.ts';
import type { StagedField } from './plan.ts';
import { stageRows } from '../steps/stage-history.ts';
import { textOf } from '../text-of.ts';

/** Since its field was changed last, as far as history knows; else since it was made. */
async function placed(
  { transaction, target }: WriteSession,
  object: ObjectModel,
  { field, since }: StagedField,
  records: readonly RecordValues[],
): Promise<readonly KeptChange[]> {
  const door = { schema: target.schema, query: transaction.query.bind(transaction) };
  const ids = records.map(({ id }) => textOf(id));
  const changed = await lastChanges(door, { object: object.name, field, ids });
  return records.map((old, i) => ({ old, now: { ...old, [since]: changed.get(ids[i] ?? '') ?? old['createdAt'] ?? null } }));
}

/** Of locked records those that are in a stage, and nothing says since when. Nobody's write: it starts nothing. */
export async function placeInStages(session: WriteSession, object: ObjectModel, records: readonly RecordValues[]): Promise<void> {
  for (const staged of planOf(session, object).staged) {
    const { field, since, history } = staged;
    const sinceField = object.fields[since];
    const open = records.filter((record) => typeof record[field] === 'string' && (record[since] ?? null) === null);
    if (open.length === 0 || sinceField === undefined) continue;
    const changed = await keepFields(session, object, [sinceField], await placed(session, object, staged, open), { starts: false });
    const rows = changed.flatMap(({ id, values }) => stageRows(staged, { id, old: undefined, values }));
    await addToHistory(session, history, rows);
  }
}
