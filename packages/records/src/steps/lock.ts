// lock: reads the records that are to change, locks them in the order of their ids, and checks their versions.
import { lockStatement, recordOf } from '@tessera/storage';
import { soundItems, withProblem, type Step, type WriteItem } from '../write-set.ts';

export const lock: Step = async (set) => {
  if (set.kind === 'create') return set;
  const { session, object } = set;
  const ids = [...new Set(soundItems(set).map((item) => item.id))];
  const { rows } = await session.transaction.query(lockStatement(session.target, object, ids, { strength: 'no key update' }));
  const records = new Map(rows.map((row) => [String(row['id']), recordOf(object, row)]));
  const seen = new Set<string>();
  const items = set.items.map((item): WriteItem => {
    if (item.problems.length > 0) return item;
    const old = records.get(item.id);
    if (old === undefined) return withProblem(item, 'RECORD_NOT_FOUND', { object: object.name, id: item.id });
    if (seen.has(item.id)) return withProblem(item, 'REQUEST_INVALID', { reason: `the record ${item.id} is named twice.` });
    seen.add(item.id);
    if (item.expected !== undefined && String(item.expected) !== old['version']) {
      return withProblem(item, 'RECORD_CHANGED', { version: Number(old['version']), expected: item.expected });
    }
    return { ...item, old, values: old };
  });
  return { ...set, items };
};
