// The bytes of a request's body, and their text.
import type { IncomingMessage } from 'node:http';
import { fail } from '@tessera/kernel';

function received(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const gone = (error?: Error): void => {
      reject(fail('REQUEST_CANCELLED', {}, {}, error));
    };
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [first] = chunks;
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
    });
    request.on('error', gone);
    request.on('close', () => {
      if (!request.readableEnded) gone();
    });
  });
}

/**
 * A body as nearly all are: it says how long it is, that is not too long, and nothing was done to it. node sees to it that no more comes.
 * Undefined where there is more to take care of.
 */
export function plainBytes(request: IncomingMessage, limit: number): Promise<Buffer> | undefined {
  const { 'content-length': length, 'content-encoding': encoding } = request.headers;
  const isPlain = encoding === undefined && length !== undefined && Number(length) <= limit;
  return isPlain && !request.readableEnded && !request.destroyed ? received(request) : undefined;
}

/** @throws REQUEST_BODY_NOT_JSON where the bytes are no UTF-8 */
export function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw fail('REQUEST_BODY_NOT_JSON', { reason: 'it is not UTF-8.' }, {}, error);
  }
}
