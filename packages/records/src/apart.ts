// Writes a set of which some may fail where what happens by itself writes too: those that it refuses are found by halves, the others stay.
import { TesseraError } from '@tessera/kernel';
import { withSavepoint } from '@tessera/storage';
import type { WriteSession } from './session.ts';
import { replaceItems, soundItems, withProblems, type WriteSet } from './write-set.ts';

/** A refusal of what is asked; not the service, the caller or the Model that have gone. */
const isRefusal = (error: unknown): error is TesseraError =>
  error instanceof TesseraError && error.status < 499 && error.code !== 'MODEL_CHANGED';

function refill<K, V>(map: Map<K, V>, kept: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of kept) map.set(key, value);
}

/** What the session has noted so far, to be noted again: what is taken back was not touched. */
function bookmark({ touched, versions, ownerNotes, cause }: WriteSession): () => void {
  const records = new Map([...touched].map(([object, each]) => [object, new Map(each)]));
  const [known, notes, spent] = [new Map(versions), new Map(ownerNotes), { ...cause.spent }];
  return () => {
    refill(touched, records);
    refill(versions, known);
    refill(ownerNotes, notes);
    Object.assign(cause.spent, spent);
  };
}

/** Whether one record may be refused by what happens by itself while others of its set are written. */
export const mayFailApart = ({ allOrNone, session, object, kind }: WriteSet): boolean =>
  !allOrNone && session.moments?.writes(object, kind) === true;

export async function writeApart(set: WriteSet, work: (some: WriteSet) => Promise<WriteSet>): Promise<WriteSet> {
  const { session } = set;
  const open = soundItems(set);
  const goBack = bookmark(session);
  try {
    return await withSavepoint(session.transaction, () => work(set));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    goBack();
    const [only] = open;
    const { code, message, params } = error;
    if (only !== undefined && open.length === 1) return replaceItems(set, [withProblems(only, [{ code, message, params }])]);
  }
  const middle = Math.ceil(open.length / 2);
  let result = set;
  for (const items of [open.slice(0, middle), open.slice(middle)]) {
    if (items.length > 0) result = replaceItems(result, (await writeApart({ ...set, items }, work)).items);
  }
  return result;
}
