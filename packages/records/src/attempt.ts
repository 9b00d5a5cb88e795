// Tries to write something that may be refused: what was refused is taken back, and the transaction goes on.
import { TesseraError } from '@tessera/kernel';
import { withSavepoint } from '@tessera/storage';
import type { WriteSession } from './session.ts';

/** A refusal of what is asked; not the service, the caller or the Model that have gone. */
const isRefusal = (error: unknown): error is TesseraError =>
  error instanceof TesseraError && error.status < 499 && error.code !== 'MODEL_CHANGED';

function refill<K, V>(map: Map<K, V>, kept: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of kept) map.set(key, value);
}

/** What the session has noted so far, to be noted again: what is taken back was not touched. */
function bookmark({ touched, versions, ownerNotes, entering, cause }: WriteSession): () => void {
  const records = new Map([...touched].map(([object, each]) => [object, new Map(each)]));
  const [known, notes, waiting, spent] = [new Map(versions), new Map(ownerNotes), [...entering], { ...cause.spent }];
  return () => {
    refill(touched, records);
    refill(versions, known);
    refill(ownerNotes, notes);
    entering.clear();
    for (const key of waiting) entering.add(key);
    Object.assign(cause.spent, spent);
  };
}

/** What the work gives; or why it is refused, and then nothing of it has happened. Work must not be done in hope. */
export async function attempt<T>(
  session: WriteSession,
  work: () => Promise<T>,
): Promise<{ readonly done: T } | { readonly refused: TesseraError }> {
  const goBack = bookmark(session);
  try {
    return { done: await withSavepoint(session.transaction, work) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    goBack();
    return { refused: error };
  }
}
