// The bytes of a file as text: the character set of the mapping, unless a byte order mark says otherwise.
import { fail } from '@tessera/kernel';

const marks: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** What stands for bytes that are no text in the character set. */
export const notText = '\uFFFD';

function encodingOf(start: Uint8Array, encoding: string): string {
  return marks.find(([, mark]) => mark.every((byte, i) => start[i] === byte))?.[0] ?? encoding;
}

/** Texts without the mark. Bytes that are none become U+FFFD: the row is refused for it, not the file. */
export async function* decodeContent(content: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string, void, undefined> {
  let decoder: TextDecoder | undefined;
  let start: Uint8Array = new Uint8Array();
  for await (const bytes of content) {
    if (decoder !== undefined) {
      yield decoder.decode(bytes, { stream: true });
      continue;
    }
    start = start.length === 0 ? bytes : Buffer.concat([start, bytes]);
    if (start.length < 3) continue;
    decoder = new TextDecoder(encodingOf(start, encoding));
    yield decoder.decode(start, { stream: true });
  }
  if (decoder === undefined) yield new TextDecoder(encodingOf(start, encoding)).decode(start);
  else yield decoder.decode();
}

/** One record of a file: more is a quote that is never closed, or no file of records at all. */
export const longestRecord = 1_048_576;

export function unreadable(reason: string): Error {
  return fail('IMPORT_UNREADABLE', { reason });
}
