// What a file is, by its first bytes: magic numbers, and for texts a look at what they hold.
import { fileTypeFromBuffer } from 'file-type';

/** Enough for the first entries of an Office document, by which it is told from a mere ZIP. */
export const sniffedBytes = 65_536;

/** Names that the same type also goes by. */
const aliases: Readonly<Record<string, string>> = { 'text/xml': 'application/xml', 'application/x-gzip': 'application/gzip' };

/** Elements that a page, or a piece of one, may begin with. */
const pageElements = new Set(
  (
    'html head body title meta link base script style noscript template iframe frameset object embed applet portal div p a span b i img picture ' +
    'video audio source table form input button select textarea details dialog marquee math h1 h2 h3 ul ol li pre br hr center font section article main'
  ).split(' '),
);

/** What a text of markup begins with. */
interface Beginning {
  /** Its first element without prefix, in lower case; empty where there is none. */
  readonly element: string;
  /** The element that a doctype names. */
  readonly doctype: string;
  /** Whether an XML declaration stands before it all. */
  readonly xml: boolean;
}

/** Past a doctype, with the declarations in its brackets; the text's end where it has none. */
function doctypeEnd(text: string, at: number): number {
  const [close, open] = [text.indexOf('>', at), text.indexOf('[', at)];
  const end = open < 0 || open > close ? close : text.indexOf('>', Math.max(open, text.indexOf(']', open)));
  return end < 0 ? text.length : end + 1;
}

/**
 * Passes over blanks, comments, instructions and a doctype. Step by step: a regular expression for this tries all the ways in which
 * comments could be parted, which are more than anybody can wait for.
 */
function beginningOf(text: string): Beginning {
  const blanks = /\s*/y;
  const past = (mark: string, from: number): number => {
    const end = text.indexOf(mark, from);
    return end < 0 ? text.length : end + mark.length;
  };
  let doctype = '';
  for (let at = 0; ;) {
    blanks.lastIndex = at;
    blanks.exec(text);
    at = blanks.lastIndex;
    if (text.startsWith('<!--', at)) at = past('-->', at + 4);
    else if (text.startsWith('<?', at)) at = past('?>', at + 2);
    else {
      const start = text.slice(at, at + 100);
      const declared = /^<!doctype\s+(?:\w+:)?(\w+)/i.exec(start)?.[1]?.toLowerCase();
      if (declared === undefined || doctype !== '') {
        const element = /^<(?:\w+:)?([a-z]\w*)(?=[\s/>])/i.exec(start)?.[1]?.toLowerCase() ?? '';
        return { element, doctype, xml: /^\s*<\?xml\s/i.test(text) };
      }
      doctype = declared;
      at = doctypeEnd(text, at);
    }
  }
}

function markupType(text: string): string | undefined {
  const { element, doctype, xml } = beginningOf(text);
  if (element === 'svg' || doctype === 'svg') return 'image/svg+xml';
  if (xml) return 'application/xml';
  return doctype === 'html' || pageElements.has(element) ? 'text/html' : undefined;
}

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
  const marked = text === undefined ? undefined : markupType(text);
  if (marked !== undefined) return marked;
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  if (found !== undefined) return aliases[found.mime] ?? found.mime;
  return text === undefined ? 'application/octet-stream' : 'text/plain';
}
