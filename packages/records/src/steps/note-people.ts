// notePeople: a change of people, departments or groups changes who may see what, on every node and with the next request.
import { bumpAccess } from '@tessera/storage';
import type { WriteSession } from '../session.ts';
import type { Step } from '../write-set.ts';

/** Platform objects whose records decide about access. */
const people: ReadonlySet<string> = new Set(['user', 'department', 'userGroup', 'userGroupMember']);

export async function noteAccess(session: WriteSession, object: string): Promise<void> {
  if (people.has(object)) await bumpAccess(session.transaction, session.target.schema);
}

export const notePeople: Step = async (set) => {
  if (set.items.some((item) => item.written !== undefined)) await noteAccess(set.session, set.object.name);
  return set;
};
