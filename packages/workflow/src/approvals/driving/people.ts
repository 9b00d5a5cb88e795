// People whom an action names: they must be there, and may read such records, or nobody could decide.
import { fail, isUuid } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { placedPeople } from '@tessera/storage';

/** @throws APPROVAL_UNFIT where one is no active person, or one for whom the object does not exist: no approval gives a right to that */
export async function checkPeople(
  session: WriteSession,
  { name }: ObjectModel,
  named: readonly string[],
  pointer: string,
): Promise<readonly string[]> {
  const { transaction, target } = session;
  const ids = named.map((id) => id.toLowerCase());
  if (ids.length === 0) return ids;
  const people = ids.every(isUuid) ? await placedPeople(transaction, target, { ids, above: false }) : new Map<string, never>();
  for (const id of ids) {
    const access = people.get(id)?.active === true ? await session.accessOf(session, id) : undefined;
    if (access === undefined || !Object.hasOwn(access.view.objects, name)) throw fail('APPROVAL_UNFIT', {}, { pointer });
  }
  return ids;
}
