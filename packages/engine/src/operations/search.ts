// placeholder
import { fail } from '@tessera/kernel';
export function searchRecords(): never {
  throw fail('UNAVAILABLE', { reason: 'search' });
}
