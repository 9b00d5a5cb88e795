// text: one line.
import { textualType } from './textual.ts';

export const text = textualType({ name: 'text', maxLength: 255 });
