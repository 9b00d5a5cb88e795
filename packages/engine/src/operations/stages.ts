// Where a record stands in its stages, and which moves are open to the caller.
import { stagePlaces, type StagePlace } from '@tessera/records';
import type { Session } from '../engine-parts.ts';
import { objectOf } from '../read/resolve.ts';
import { runWrite } from './write.ts';

/** Asked in a transaction of its own, which holds the record and writes nothing. */
export async function readStages(
  session: Session,
  input: { readonly object: string; readonly id: string },
): Promise<readonly StagePlace[]> {
  const { name } = objectOf(session.view, input.object);
  return runWrite(session, (write) => stagePlaces(write, name, input.id));
}
