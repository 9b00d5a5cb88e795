// Text as it is compared: letters and digits, whatever their width, case and accents.
import { fold } from '../search/words.ts';

const word = /[\p{L}\p{N}\p{M}]+/gu;

/** Words of a folded text. */
export const wordsOf = (folded: string): readonly string[] => Array.from(folded.matchAll(word), ([found]) => found);

export const textWords = (text: string): readonly string[] => wordsOf(fold(text));
