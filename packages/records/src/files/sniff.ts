// What a file is, by its first bytes: magic numbers, and for texts a look at what they hold.
import { fileTypeFromBuffer } from 'file-type';

/** Enough for the first entries of an Office document, by which it is told from a mere ZIP. */
export const sniffedBytes = 65_536;

/** Names that the same type also goes by. */
const aliases: Readonly<Record<string, string>> = { 'text/xml': 'application/xml', 'application/x-gzip': 'application/gzip' };

const markup =
  /^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|style|meta|title|div|p|a|img|table|form|h1)[\s>/]/i;
const vector = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*|<!doctype\s+svg[^>]*>\s*)*<(?:\w+:)?svg[\s>]/i;
const xml = /^\s*<\?xml\s/i;

/** No text holds a NUL or other control characters than those of line and page; UTF-16 does, and says so at its start. */
function decoded(head: Uint8Array): string | undefined {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(head);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(head);
  const isText = head.every((byte) => byte >= 0x20 || (byte >= 0x08 && byte <= 0x0d) || byte === 0x1b);
  return isText ? new TextDecoder('utf-8').decode(head) : undefined;
}

/**
 * The media type of content by its beginning (up to `sniffedBytes`): of texts only `text/html`, `image/svg+xml`, `application/xml` and `text/plain`
 * are told apart, and what is nothing of all this is `application/octet-stream`.
 */
export async function sniffType(head: Uint8Array): Promise<string> {
  const text = decoded(head);
  if (text !== undefined) {
    if (vector.test(text)) return 'image/svg+xml';
    if (markup.test(text)) return 'text/html';
    if (xml.test(text)) return 'application/xml';
  }
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  if (found !== undefined) return aliases[found.mime] ?? found.mime;
  return text === undefined ? 'application/octet-stream' : 'text/plain';
}
