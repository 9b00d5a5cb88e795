// Marks beside the words: a record's whole name, and the rules by which its words were made. No word begins as they do.
import type { ObjectModel } from '@tessera/metadata';
import { searchFields } from '@tessera/storage';
import { fold } from './words.ts';

const longestName = 64;

/** What a name looks like as a whole: one space between its words. */
export function nameMark(name: string): string {
  const text = fold(name)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return `=${Array.from(text).slice(0, longestName).join('')}`;
}

/** Raised when words are made in another way: every record is then indexed anew. */
const method = 1;

/** FNV-1a, 32 bit: equal on every node. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(36);
}

/** Tells records whose words are up to date from those that were indexed under other fields, labels or rules. */
export function methodMark(object: ObjectModel): string {
  const fields = searchFields(object).map(({ name, type, options }) => [
    name,
    type,
    options && Object.values(options).map((o) => [o.name, o.label]),
  ]);
  return `#${shortHash(JSON.stringify([method, fields]))}`;
}
