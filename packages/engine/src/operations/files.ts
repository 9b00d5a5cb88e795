// placeholder
import { fail } from '@tessera/kernel';
export function uploadFile(): never {
  throw fail('UNAVAILABLE', { reason: 'files' });
}
export const describeFile = uploadFile;
export const downloadFile = uploadFile;
