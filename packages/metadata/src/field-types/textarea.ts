// textarea: several lines of plain text.
import { textualType } from './textual.ts';

export const textarea = textualType({ name: 'textarea', maxLength: 32_000 });
