// The id of a record among its values.
import type { RecordValues } from '@tessera/storage';

export function idOf({ id }: RecordValues): string {
  if (typeof id !== 'string') throw new TypeError('A record has an id.');
  return id;
}
