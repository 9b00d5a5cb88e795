// Which approvals moves into stages wait for.
import type { ObjectModel } from '@tessera/metadata';
import type { RecordChanged } from '../moments.ts';
import { planOf, type WriteSession } from '../session.ts';
import { isMoved, isTakenOver } from './plan.ts';

/** By id: the processes that must agree to a record's move into its stages, or to its beginning there; each once. */
export function stageApprovals(
  session: Pick<WriteSession, 'model' | 'rules'>,
  object: ObjectModel,
  records: readonly RecordChanged[],
): ReadonlyMap<string, readonly string[]> {
  const { staged } = planOf(session, object);
  if (!staged.some(({ asks }) => asks)) return new Map();
  const found = new Map<string, readonly string[]>();
  for (const { id, old, values } of records) {
    const names = staged.flatMap((each) => {
      const stage = values[each.field] ?? null;
      if (typeof stage !== 'string' || !(isMoved(each, old, values) || isTakenOver(each, old, values))) return [];
      return each.flowOf(values['recordType'])?.stages[stage]?.approval ?? [];
    });
    if (names.length > 0) found.set(id, [...new Set(names)]);
  }
  return found;
}
