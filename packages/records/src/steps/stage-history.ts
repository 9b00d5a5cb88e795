// stageHistory: a row for each record that has come into another stage, and the end of the row before it.
import type { RecordValues } from '@tessera/storage';
import { addToHistory, changeHistory, readHistory } from '../kept-history.ts';
import { planOf } from '../session.ts';
import { isMoved, type StagedField } from '../stages/plan.ts';
import { textOf } from '../text-of.ts';
import type { Step, WriteItem, WriteSet } from '../write-set.ts';

/** What tells that a record has come into its stage; nothing where it is in none. */
export function stageRows(
  { field, since }: StagedField,
  { id, old, values }: Pick<WriteItem, 'id' | 'old' | 'values'>,
): readonly RecordValues[] {
  const [from, to] = [old?.[field] ?? null, values[field] ?? null];
  if (typeof to !== 'string') return [];
  const name = typeof from === 'string' ? `${from} → ${to}` : to;
  return [{ name, record: id, field, from, to, since: values[since] ?? null }];
}

async function keep({ session }: WriteSet, staged: StagedField, moved: readonly WriteItem[]): Promise<void> {
  const gone = moved.filter(({ old }) => (old?.[staged.field] ?? null) !== null);
  const wanted = gone.map(({ id }) => ({ record: id, field: staged.field }));
  const rows = await readHistory(session, staged.history, wanted, staged.open);
  const ended = rows.flatMap((row) => (row === undefined ? [] : [[textOf(row['id']), { until: session.at }] as const]));
  await changeHistory(session, staged.history, new Map(ended));
  const begun = moved.flatMap((item) => stageRows(staged, item));
  await addToHistory(session, staged.history, begun);
}

export const stageHistory: Step = async (set) => {
  for (const staged of planOf(set.session, set.object).staged) {
    const moved = set.items.filter((item) => item.written !== undefined && isMoved(staged, item.old, item.values));
    if (moved.length > 0) await keep(set, staged, moved);
  }
  return set;
};
