// HTTP/1.1 as the loader speaks it: requests made ready as bytes before anything is timed, answers cut out of what a socket brings.

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** A request as it goes out. */
export function requestBytes(
  { method, path, body }: { readonly method: string; readonly path: string; readonly body?: unknown },
  headers: Readonly<Record<string, string>>,
): Buffer {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sized = text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) };
  const lines = Object.entries({ ...headers, ...sized }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text ?? ''}`);
}

const headEnd = Buffer.from('\r\n\r\n');
const chunked = /\r\ntransfer-encoding: *chunked/i;
const contentLength = /\r\ncontent-length: *(\d+)/i;

/** The end of a chunked body that begins at `from`, and its content; undefined where it is not all there. */
function chunkedBody(bytes: Buffer, from: number): { readonly end: number; readonly body: Buffer } | undefined {
  const parts: Buffer[] = [];
  for (let at = from; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const end = line + 2 + size + 2;
    if (bytes.length < end) return undefined;
    if (size === 0) return { end, body: Buffer.concat(parts) };
    parts.push(bytes.subarray(line + 2, end - 2));
    at = end;
  }
}

/** Collects what a socket brings until one answer is whole; one request is under way at a time. */
export class AnswerReader {
  #parts: Buffer[] = [];
  #size = 0;
  /** Bytes that a whole answer takes, once its head has told. */
  #wanted = 0;
  #head = 0;
  #status = 0;
  #isChunked = false;

  /** The answer that these bytes complete; undefined where more is to come. */
  push(chunk: Buffer): Answer | undefined {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#wanted > 0 && this.#size < this.#wanted) return undefined;
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    this.#parts = [bytes];
    if (this.#wanted === 0 && !this.#isChunked && !this.#readHead(bytes)) return undefined;
    if (this.#isChunked) {
      const found = chunkedBody(bytes, this.#head);
      return found === undefined ? undefined : this.#done(found.body);
    }
    return this.#size < this.#wanted ? undefined : this.#done(bytes.subarray(this.#head));
  }

  #readHead(bytes: Buffer): boolean {
    const end = bytes.indexOf(headEnd);
    if (end < 0) return false;
    const head = bytes.toString('latin1', 0, end);
    this.#status = Number(head.slice(9, 12));
    this.#head = end + headEnd.length;
    this.#isChunked = chunked.test(head);
    this.#wanted = this.#isChunked ? 0 : this.#head + Number(contentLength.exec(head)?.[1] ?? 0);
    return true;
  }

  #done(body: Buffer): Answer {
    const answer = { status: this.#status, body };
    this.#parts = [];
    this.#size = 0;
    this.#wanted = 0;
    this.#isChunked = false;
    return answer;
  }
}
