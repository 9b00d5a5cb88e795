// Where a record has gone that was merged into another.
import { readCondition } from '@tessera/security';
import { doorOf, mergedInto, readRecord } from '@tessera/storage';
import { objectOf, type WriteSession } from '../session.ts';
import { sightOf } from '../steps/see.ts';

/** The id of the live record into which it went, where the person sees that; undefined where there is none. */
export async function whereMerged(session: WriteSession, name: string, id: string): Promise<string | undefined> {
  const object = objectOf(session, name);
  const { transaction, target, access } = session;
  const found = await mergedInto(doorOf(transaction, target.schema), name, id);
  if (found === undefined || (await readRecord(transaction, target, object, found)) === undefined) return undefined;
  if (access.policy.administrator || readCondition(access.policy, name) === undefined) return found;
  return (await sightOf(session, name, [found]))(found).readable ? found : undefined;
}
