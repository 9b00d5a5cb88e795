// The short way of a usual request: a POST of JSON that wants JSON. yoga's general machinery costs more than reading a record does.
import type { IncomingMessage } from 'node:http';
import { fail } from '@tessera/kernel';
import { plainBytes, utf8 } from '../body-bytes.ts';
import type { Reply } from '../reply.ts';
import type { TextResult } from './answer.ts';
import type { ExecutedRequest } from './executor.ts';

const graphqlJson = 'application/graphql-response+json';
const json = 'application/json';

/** The media type to answer in, as GraphQL over HTTP chooses; undefined where the caller wants something unusual. */
export function jsonType(accept: string | undefined): string | undefined {
  if (accept === undefined) return json;
  const taken = accept.split(',').map((part) => part.split(';')[0]?.trim().toLowerCase());
  if (accept.includes('charset') || taken.some((type) => type === 'text/event-stream' || type === 'multipart/mixed')) return undefined;
  const found = taken.find((type) => type === graphqlJson || type === json || type === 'application/*' || type === '*/*');
  return found === undefined || found === graphqlJson ? found : json;
}

/** The body as text. @throws REQUEST_BODY_TOO_LARGE, REQUEST_BODY_NOT_JSON */
export async function bodyText(request: IncomingMessage, limit: number): Promise<string> {
  const plain = plainBytes(request, limit);
  if (plain !== undefined) return utf8(await plain);
  const tooLarge = (): Error => fail('REQUEST_BODY_TOO_LARGE', { limit });
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return utf8(Buffer.concat(chunks));
}

const parameters: ReadonlySet<string> = new Set(['query', 'documentId', 'variables', 'operationName', 'extensions']);

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The request that a body makes; undefined where its parameters are not as they should be, which yoga then says. */
export function usualRequest(body: unknown): ExecutedRequest | undefined {
  if (!isMap(body) || !Object.keys(body).every((name) => parameters.has(name))) return undefined;
  const { documentId, variables = null, extensions = null, operationName } = body;
  const query = body['query'] ?? undefined;
  const isNamed = query === undefined && typeof documentId === 'string';
  if (!(isNamed || typeof query === 'string') || !(variables === null || isMap(variables)) || !(extensions === null || isMap(extensions)))
    return undefined;
  return { query, documentId, variables, operationName, method: 'POST', streams: false };
}

interface HttpPart {
  readonly status?: number;
  readonly spec?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** With data it is 200. Without, `application/json` has 200 for what is wrong with the document, as clients of old expect. */
export function sendResult(result: TextResult, type: string, reply: Reply): void {
  let status = 200;
  for (const error of result.errors ?? []) {
    const http = error.extensions['http'] as HttpPart | undefined;
    for (const [name, value] of Object.entries(http?.headers ?? {})) reply.setHeader(name, value);
    if (type === json && http?.spec === true) continue;
    status = Math.max(status, http?.status ?? 200);
  }
  reply.status(status).setHeader('Content-Type', `${type}; charset=utf-8`).end(result.stringify());
}
