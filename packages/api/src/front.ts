// Stands before Express: does what every request needs, answers what has an endpoint of its own, and lets Express have the rest.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { IdSource, Logger } from '@tessera/kernel';
import type { Engine } from '@tessera/engine';
import type { PathTree } from './path-tree.ts';
import { Reply, type CommonHeaders } from './reply.ts';
import { sendProblem } from './rest/problem.ts';
import { isStranger, requestIdOf, type AddressOf } from './rest/request-state.ts';

/** Answers one request. What it throws becomes a problem document. */
export type Endpoint = (request: IncomingMessage, reply: Reply, path: (name: string) => string) => Promise<void> | void;

/** What stands at a path. */
export interface Place {
  /** The path's pattern, for logs and metrics. */
  readonly route: string;
  readonly byMethod: ReadonlyMap<string, Endpoint>;
  readonly others: Endpoint;
}

export interface FrontOptions {
  readonly engine: Engine;
  readonly log: Logger;
  /** Ids of requests that bring none. */
  readonly newId: IdSource;
  readonly headers: CommonHeaders;
  /** Pages of other origins: puts headers on, or answers by itself and does not go on. */
  readonly crossOrigin: ((request: IncomingMessage, reply: Reply, next: () => void) => void) | undefined;
  readonly addressOf: AddressOf;
  readonly places: PathTree<Place>;
}

/** The target may be a whole URL (RFC 9112 §3.2.2). */
function pathOf(target: string): string {
  if (!target.startsWith('/')) return URL.parse(target)?.pathname ?? target;
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  const fragment = path.indexOf('#');
  return fragment < 0 ? path : path.slice(0, fragment);
}

async function answer(options: FrontOptions, request: IncomingMessage, reply: Reply, next: () => void): Promise<void> {
  const { engine, crossOrigin, addressOf, places } = options;
  let mayPass = crossOrigin === undefined;
  crossOrigin?.(request, reply, () => {
    mayPass = true;
  });
  if (!mayPass) return;
  // Those who show no token are counted against the budget of their address, whatever they ask for.
  if (isStranger(request)) await engine.admitAddress(addressOf(request));
  const found = places.find(pathOf(request.url ?? ''));
  if (found === undefined) {
    reply.release();
    next();
    return;
  }
  const { route, byMethod, others } = found.target;
  reply.route = route;
  await (byMethod.get(request.method ?? '') ?? others)(request, reply, found.path);
}

export type Front = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** The app's first handler. */
export function front(options: FrontOptions): Front {
  const { newId, headers, log } = options;
  return (request, response, next) => {
    // It has been here before Express was.
    if (Reply.has(response)) {
      next();
      return;
    }
    // Before anything can fail.
    const reply = new Reply(response, requestIdOf(request.headers['x-request-id'], newId), headers);
    answer(options, request, reply, next).catch((error: unknown) => {
      sendProblem(error, request, reply, log);
    });
  };
}

/** What the server may put into its logs and metrics about a request, once it has been answered. */
export interface Observed {
  readonly requestId: string;
  /** The route's pattern, never a path with a caller's values in it. */
  readonly route: string;
  /** Of whom has signed in. */
  readonly tenant: string | undefined;
}

/** @param request a request that an app of `createApp` has handled */
export function observed(request: IncomingMessage, response: ServerResponse): Observed {
  const { requestId, route, tenant } = Reply.of(response);
  if (route !== undefined) return { requestId, route, tenant };
  const known: unknown = (request as Partial<Request>).route;
  // Express' own view serves where it has answered: its paths have no parameters.
  const path = typeof known === 'object' && known !== null && 'path' in known ? known.path : undefined;
  return { requestId, route: typeof path === 'string' ? path : 'none', tenant };
}
