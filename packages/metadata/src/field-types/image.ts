// image: an uploaded picture.
import { fileType } from './files.ts';

export const image = fileType('image', { maxSize: 10_000_000, types: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] });
