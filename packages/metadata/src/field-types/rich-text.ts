// richText: HTML of a safe subset; the records package cleans it before it is stored.
import { textualType } from './textual.ts';

export const richText = textualType({ name: 'richText', maxLength: 131_072, sortable: false });
