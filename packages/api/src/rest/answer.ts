// Writing answers: values as JSON, PostgreSQL's JSON text as the bytes that it is, streams with back pressure, versions as ETags.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fail, TesseraError } from '@tessera/kernel';
import type { Call, OpenCall } from './route.ts';

const jsonMediaType = 'application/json; charset=utf-8';

/** JSON text goes out as it came from PostgreSQL. */
export function sendText({ response }: OpenCall, text: string, status = 200): void {
  response.status(status).setHeader('Content-Type', jsonMediaType).end(text);
}

export function sendJson(call: OpenCall, value: unknown, status = 200): void {
  sendText(call, JSON.stringify(value), status);
}

/** `{"answer": …}` → the text of `…`, uncut and unparsed. Null where the value is null. */
export function unwrapped(text: string, as: string): string | null {
  const start = `{${JSON.stringify(as)}:`;
  if (!text.startsWith(start) || !text.endsWith('}')) throw new TypeError(`An answer of PostgreSQL does not begin with ${start}`);
  const value = text.slice(start.length, -1).trim();
  return value === 'null' ? null : value;
}

/** A record as text, with the version that it has. */
export interface VersionedRecord {
  readonly version: string;
  readonly text: string;
}

const versionedForm = /^\{"version":(\d+),"record":/;

/** `{"version":7,"record":{…}}` → both, without parsing the record. */
export function versioned(text: string): VersionedRecord {
  const match = versionedForm.exec(text);
  if (match?.[1] === undefined) throw new TypeError('An answer of PostgreSQL does not begin with the version that was asked for.');
  return { version: match[1], text: text.slice(match[0].length, -1) };
}

export function etag(version: number | string): string {
  return `"${version}"`;
}

/** The version that If-Match (RFC 9110 §13.1.1) asks for; `*` asks for none. @throws REQUEST_PARAMETER_INVALID */
export function ifMatch({ request }: Call): number | undefined {
  const header = request.headers['if-match']?.trim();
  if (header === undefined || header === '*') return undefined;
  const match = /^"(\d{1,15})"$/.exec(header);
  if (match === null) {
    throw fail('REQUEST_PARAMETER_INVALID', { name: 'If-Match', reason: 'it takes one ETag of this record, such as "7", or *.' });
  }
  return Number(match[1]);
}

/** Whether If-None-Match (RFC 9110 §13.1.2, weak comparison) names the version. */
export function isNotModified({ request }: Call, version: string): boolean {
  const header = request.headers['if-none-match'];
  if (header === undefined) return false;
  return header.split(',').some((entry) => entry.trim() === '*' || entry.trim().replace(/^W\//, '') === etag(version));
}

/** RFC 7240: the caller wants no record back. */
export function wantsMinimal({ request, response }: Call): boolean {
  const asked = String(request.headers['prefer'] ?? '').split(',');
  const minimal = asked.some((preference) => preference.trim().toLowerCase() === 'return=minimal');
  if (minimal) response.setHeader('Preference-Applied', 'return=minimal');
  return minimal;
}

function isCallerGone(error: unknown): boolean {
  if (error instanceof TesseraError) return error.code === 'REQUEST_CANCELLED';
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/**
 * Streams what an operation gives. The first piece is awaited before any header, so that a refusal is still a proper answer; what
 * fails later cuts the connection, since half a file must not look like a whole one.
 */
export async function sendStream(
  call: OpenCall,
  content: AsyncIterable<string | Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const iterator = content[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* pieces(): AsyncGenerator<string | Uint8Array> {
    try {
      for (let piece = first; piece.done !== true; piece = await iterator.next()) yield piece.value;
    } finally {
      await iterator.return?.();
    }
  }
  for (const [name, value] of Object.entries(headers)) call.response.setHeader(name, value);
  try {
    await pipeline(Readable.from(pieces(), { objectMode: true }), call.response.release());
  } catch (error) {
    if (!isCallerGone(error)) call.log.error({ requestId: call.info.requestId, err: error }, 'a stream broke off');
    call.response.destroy();
  }
}

/** RFC 6266 and 8187: an ASCII name for the old, the true one for all others. */
export function attachment(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
