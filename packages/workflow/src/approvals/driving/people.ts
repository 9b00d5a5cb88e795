// People whom an action names: they must be there, or nobody could decide.
import { fail, isUuid } from '@tessera/kernel';
import type { WriteSession } from '@tessera/records';
import { placedPeople } from '@tessera/storage';

/** @throws APPROVAL_UNFIT where one is no active person */
export async function checkPeople(
  { transaction, target }: WriteSession,
  named: readonly string[],
  pointer: string,
): Promise<readonly string[]> {
  const ids = named.map((id) => id.toLowerCase());
  if (ids.length === 0) return ids;
  const people = ids.every(isUuid) ? await placedPeople(transaction, target, { ids, above: false }) : new Map<string, never>();
  const unfit = ids.findIndex((id) => people.get(id)?.active !== true);
  if (unfit >= 0) throw fail('APPROVAL_UNFIT', {}, { pointer });
  return ids;
}
