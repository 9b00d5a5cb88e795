// Canonical JSON (RFC 8785 for the JSON that metadata is made of) and content hashes.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Keys as they stand in the text; metadata says the same few over and over. */
type QuotedKeys = Map<string, string>;

function quotedKey(key: string, known: QuotedKeys): string {
  let text = known.get(key);
  if (text === undefined) known.set(key, (text = `${JSON.stringify(key)}:`));
  return text;
}

/** In place, by UTF-16 code units as `sort` does it; nearly all lists are short, and `sort` takes memory for each. */
function sortKeys(keys: string[]): readonly string[] {
  if (keys.length > 20) return keys.sort();
  for (let i = 1; i < keys.length; i += 1) {
    const key = keys[i] ?? '';
    let to = i;
    for (let before = keys[to - 1]; before !== undefined && before > key; before = keys[to - 1]) {
      keys[to] = before;
      to -= 1;
    }
    keys[to] = key;
  }
  return keys;
}

function textOf(value: unknown, known: QuotedKeys): string {
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += (text === '' ? '' : ',') + textOf(item, known);
    return `[${text}]`;
  }
  const map = value as Readonly<Record<string, unknown>>;
  for (const key of sortKeys(Object.keys(map))) {
    const item = map[key];
    if (item !== undefined) text += (text === '' ? '' : ',') + quotedKey(key, known) + textOf(item, known);
  }
  return `{${text}}`;
}

/** JSON text with sorted keys and no white space; undefined properties are left out. */
export function canonicalJson(value: unknown): string {
  return textOf(value, new Map());
}

/** SHA-256 of a text in UTF-8, as 64 hex digits. */
export function textHash(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** The hash of the canonical JSON. */
export function contentHash(value: unknown): string {
  return textHash(canonicalJson(value));
}
