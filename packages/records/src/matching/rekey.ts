// Gives keys to records that are there already: after a change of matching rules, or of the way in which keys are made.
import type { Model } from '@tessera/metadata';
import { matchColumn, type TenantDatabase } from '@tessera/storage';
import { markAnew, type WorkedOut } from '../search/reindex.ts';
import { keyVector, storedKeys } from './keys.ts';

/** The same as `reindexSearch`, of the keys by which matching rules find. */
export function rekeyRecords(database: TenantDatabase, model: Model, signal?: AbortSignal): Promise<number> {
  const marked = Object.values(model.objects).flatMap((object): WorkedOut[] => {
    const keys = storedKeys(model, object);
    return keys === undefined ? [] : [{ object, column: matchColumn, mark: keys.mark, valueOf: keyVector.bind(undefined, keys) }];
  });
  return markAnew(database, model, marked, signal);
}
