// placeholder
import { fail } from '@tessera/kernel';
export function exportOperation(): never {
  throw fail('UNAVAILABLE', { reason: 'export' });
}
export const importOperation = exportOperation;
export const importStatusOperation = exportOperation;
export const importRejectsOperation = exportOperation;
