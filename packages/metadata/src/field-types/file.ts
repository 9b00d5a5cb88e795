// file: an uploaded file of any allowed type.
import { fileType } from './files.ts';

export const file = fileType('file', { maxSize: 25_000_000, types: [] });
