// What a route is: one row of the table that the router mounts and the OpenAPI document describes.
import type { IncomingMessage } from 'node:http';
import type { Context, Logger } from '@tessera/kernel';
import type { Engine, RequestInfo, RequestWriter } from '@tessera/engine';
import type { Reply } from '../reply.ts';
import type { Parameters } from './parameters.ts';

/** Bytes that a request may send. */
export interface ApiLimits {
  /** JSON bodies, after unpacking. */
  readonly body: number;
  /** Files and imports, which are streamed. */
  readonly upload: number;
}

export interface WrittenDocument {
  readonly query?: string | undefined;
  /** Of a persisted document, instead of its text. */
  readonly documentId?: string | undefined;
  readonly variables?: unknown;
  readonly operationName?: string | undefined;
}

/** With a body it is a POST, as aggregates are. */
export type WrittenRead = { readonly graphql: WrittenDocument } | { readonly rest: string; readonly body?: unknown };

/** Writes it against a Model when that is known. @throws what the request itself would be refused with, and REQUEST_INVALID of what is no read */
export type ReadWriter = (written: WrittenRead, context: Pick<Context, 'languages'>) => RequestWriter;

/** One request, checked as far as all routes have it in common. */
export interface OpenCall {
  readonly engine: Engine;
  readonly info: RequestInfo;
  readonly log: Logger;
  readonly limits: ApiLimits;
  /** Writes reads down that are to be explained. */
  readonly writeRead: ReadWriter;
  /** Where the API is as seen from outside; where nobody has said so, links begin with a slash. */
  readonly publicUrl?: string;
  readonly request: IncomingMessage;
  readonly response: Reply;
  readonly query: Parameters;
  /** The parsed JSON of routes whose `body` is `json`, otherwise undefined. */
  readonly body: unknown;
  /** A path parameter, decoded. */
  path(name: string): string;
}

/** A request of somebody who is signed in. */
export interface Call extends OpenCall {
  readonly context: Context;
}

/** A request of somebody who is signed in, or who has a token for this alone. */
export interface TokenCall extends OpenCall {
  /** Undefined where the query has a `token`, which then is all that counts. */
  readonly context: Context | undefined;
}

/**
 * What of a request says which records are wanted. The engine is asked what the caller may read by now; where it is left out, the Model that
 * the request is written against says so.
 */
export type Asked = Pick<Call, 'query' | 'body' | 'path'> & Partial<Pick<Call, 'engine' | 'context'>>;

interface RouteShape {
  /** Names the route; OpenAPI's operationId. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/api/v1`, parameters as `{name}`. */
  readonly path: string;
  /** Query parameters that it takes. */
  readonly query?: readonly string[];
  readonly body?: 'json' | 'stream';
  /** The read that it answers with: for requests that are explained. */
  readonly read?: (asked: Asked) => RequestWriter;
}

export type Route =
  | (RouteShape & { readonly open: true; handle(call: OpenCall): Promise<void> })
  | (RouteShape & { readonly open: 'byToken'; handle(call: TokenCall): Promise<void> })
  | (RouteShape & { readonly open?: never; handle(call: Call): Promise<void> });

/** Checks a table of routes without losing the names of its ids. */
export function routes<const T extends readonly Route[]>(table: T): T {
  return table;
}
