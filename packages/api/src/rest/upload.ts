// Bytes that come in as a stream: the raw body, or the one file of a multipart form. Nothing of it is kept in memory.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy, { type Busboy } from 'busboy';
import { fail, type TesseraError } from '@tessera/kernel';
import { mediaType } from './body.ts';
import type { OpenCall } from './route.ts';

/** What was sent along with the bytes. */
export interface Upload {
  /** The file's name as the client says it. */
  readonly name: string | undefined;
  /** The media type that the client says. */
  readonly type: string;
  readonly charset: string | undefined;
  /** The form's other parts, which must come before the file. */
  readonly fields: ReadonlyMap<string, string>;
  readonly content: AsyncIterable<Uint8Array>;
}

interface UploadOptions {
  /** Most bytes of content. */
  readonly limit: number;
  /** Names of the parts that a form may have beside its file. */
  readonly fields: readonly string[];
  /** Media types of raw bodies; undefined takes any. */
  readonly types?: readonly string[];
}

const longestField = 256 * 1024;

const invalid = (reason: string, cause?: unknown): TesseraError => fail('REQUEST_INVALID', { reason }, {}, cause);

/** The stream's chunks up to the limit. It is not destroyed when the reader stops: the answer still has to go out on this connection. */
async function* limited(stream: Readable, limit: number, done?: Promise<void>): AsyncGenerator<Uint8Array> {
  const chunks = (stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  for (let bytes = 0; ;) {
    const chunk = await chunks.next().catch(async (error: unknown) => {
      // A form knows what is wrong with it; a raw body breaks off when its sender goes away.
      await done;
      throw fail('REQUEST_CANCELLED', {}, {}, error);
    });
    if (chunk.done === true) break;
    bytes += chunk.value.length;
    if (bytes > limit) throw fail('REQUEST_BODY_TOO_LARGE', { limit });
    yield chunk.value;
  }
  await done;
}

/** What is left unread is let go when the answer is out; otherwise the connection would wait for it for ever. */
function discardRest({ request, response }: OpenCall): void {
  response.onceOut(() => {
    request.unpipe();
    request.resume();
  });
}

/** The file of a form. The promise `done` ends with the form, and tells what is wrong behind the file. */
function receiveForm(request: IncomingMessage, { limit, fields: known }: UploadOptions): Promise<Upload> {
  let parser: Busboy;
  try {
    const limits = { files: 1, fields: known.length + 1, fieldSize: longestField };
    parser = busboy({ headers: request.headers, limits, defParamCharset: 'utf8' });
  } catch (error) {
    return Promise.reject(invalid(`the form cannot be read: ${(error as Error).message}.`, error));
  }
  const fields = new Map<string, string>();
  return new Promise((resolve, reject) => {
    let file: Readable | undefined;
    const done = new Promise<void>((finish, refuse) => {
      const stop = (error: TesseraError): void => {
        refuse(error);
        reject(error);
        file?.destroy();
        request.unpipe(parser);
        request.resume();
      };
      parser.on('field', (name, value, { valueTruncated }) => {
        if (!known.includes(name)) stop(fail('REQUEST_PARAMETER_UNKNOWN', { name, known: [...known, 'file'].join(', ') }));
        else if (file !== undefined) stop(invalid(`the part ${name} must come before the file.`));
        else if (fields.has(name)) stop(fail('REQUEST_PARAMETER_INVALID', { name, reason: 'it is given twice.' }));
        else if (valueTruncated) stop(fail('REQUEST_PARAMETER_INVALID', { name, reason: `it is longer than ${longestField} bytes.` }));
        else fields.set(name, value);
      });
      parser.on('file', (_name, stream, { filename, mimeType }) => {
        file = stream;
        // Its reader hears of it through `done`; where nobody reads yet, it must not end the process.
        stream.on('error', () => undefined);
        resolve({
          name: filename,
          type: mimeType,
          charset: undefined,
          fields,
          content: limited(stream, limit, done),
        });
      });
      parser.on('filesLimit', () => {
        stop(invalid('the form has more than one file.'));
      });
      parser.on('error', (error) => {
        stop(invalid(`the form is broken: ${error instanceof Error ? error.message : String(error)}.`, error));
      });
      parser.on('close', () => {
        if (file === undefined) stop(invalid('the form has no file.'));
        else finish();
      });
      request.once('aborted', () => {
        stop(fail('REQUEST_CANCELLED'));
      });
      request.pipe(parser);
    });
    done.catch(() => undefined);
  });
}

function charsetOf(request: IncomingMessage): string | undefined {
  return /;\s*charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase();
}

function nameOf(request: IncomingMessage): string | undefined {
  const header = request.headers['content-disposition'] ?? '';
  const encoded = /filename\*=UTF-8''([^;\s]+)/i.exec(header)?.[1];
  // A name that is wrongly encoded is a URIError, which is answered as REQUEST_INVALID.
  return encoded === undefined ? /filename="([^"]*)"/i.exec(header)?.[1] : decodeURIComponent(encoded);
}

/** @throws REQUEST_MEDIA_TYPE, REQUEST_BODY_TOO_LARGE, REQUEST_INVALID; reading `content` may throw them too */
export async function receiveUpload(call: OpenCall, options: UploadOptions): Promise<Upload> {
  const { request } = call;
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw fail('REQUEST_MEDIA_TYPE', { type: encoding, expected: 'the bytes without Content-Encoding' });
  discardRest(call);
  const type = mediaType(request);
  if (type === 'multipart/form-data') return await receiveForm(request, options);
  if (options.types !== undefined && !options.types.includes(type)) {
    const expected = [...options.types, 'multipart/form-data'].join(', ');
    throw fail('REQUEST_MEDIA_TYPE', { type: type === '' ? '(none)' : type, expected });
  }
  if (Number(request.headers['content-length'] ?? 0) > options.limit) throw fail('REQUEST_BODY_TOO_LARGE', { limit: options.limit });
  return { name: nameOf(request), type, charset: charsetOf(request), fields: new Map(), content: limited(request, options.limit) };
}
