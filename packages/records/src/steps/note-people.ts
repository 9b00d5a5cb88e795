// notePeople: a change of people, departments or groups changes who may see what, on every node and with the next request.
import { fail } from '@tessera/kernel';
import { bumpAccess, countPeople } from '@tessera/storage';
import type { WriteSession } from '../session.ts';
import type { Step } from '../write-set.ts';

/** Platform objects whose records decide about access. */
const people: ReadonlySet<string> = new Set(['user', 'department', 'userGroup', 'userGroupMember']);

export async function noteAccess(session: WriteSession, object: string): Promise<void> {
  if (!people.has(object)) return;
  // This also makes writers to people wait for each other, so that two administrators cannot take each other's role at once.
  await bumpAccess(session.transaction, session.target.schema);
  if (object === 'user' && session.context.actor.kind === 'user') await checkAdministrators(session);
}

/** A tenant without an administrator could not be helped from within. */
async function checkAdministrators({ model, target, transaction }: WriteSession): Promise<void> {
  const roles = Object.values(model.roles).flatMap(({ name, administrator }) => (administrator ? [name] : []));
  if ((await countPeople(transaction, target, roles)) === 0) throw fail('LAST_ADMINISTRATOR');
}

export const notePeople: Step = async (set) => {
  if (set.items.some((item) => item.written !== undefined)) await noteAccess(set.session, set.object.name);
  return set;
};
