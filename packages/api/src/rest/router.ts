// Handles what the table of routes holds: signs in, checks parameters, reads the body, and hands over.
import type { IncomingMessage } from 'node:http';
import { fail, type Context, type Logger } from '@tessera/kernel';
import type { Engine, RequestInfo } from '@tessera/engine';
import type { Endpoint, Place } from '../front.ts';
import { PathTree } from '../path-tree.ts';
import type { Reply } from '../reply.ts';
import { readJsonBody } from './body.ts';
import { Parameters } from './parameters.ts';
import { bearerToken, isStranger, requestInfo, type AddressOf } from './request-state.ts';
import type { ApiLimits, OpenCall, ReadWriter, Route } from './route.ts';
import { apiPrefix, routeTable } from './table.ts';

/** What the routes stand on. */
export interface RestOptions {
  readonly engine: Engine;
  readonly log: Logger;
  readonly limits: ApiLimits;
  readonly addressOf: AddressOf;
  readonly writeRead: ReadWriter;
  /** Builds links. */
  readonly publicUrl?: string;
}

/** Who asks. @throws AUTHENTICATION_REQUIRED, TOKEN_INVALID */
export async function signedIn(engine: Engine, request: IncomingMessage, reply: Reply, info: RequestInfo): Promise<Context> {
  const context = await engine.authenticate(bearerToken(request), info);
  reply.tenant = context.tenant;
  return context;
}

/** What is known of a request before anybody has signed in. */
export function infoOf(request: IncomingMessage, reply: Reply, addressOf: AddressOf): RequestInfo {
  return requestInfo(request, { requestId: reply.requestId, signal: reply.callerGone(), address: addressOf(request) });
}

type Arrival = Pick<OpenCall, 'request' | 'response' | 'path' | 'info'>;

/** What all calls of a route have in common. */
type CallBase = Pick<OpenCall, 'engine' | 'log' | 'limits' | 'writeRead' | 'publicUrl'>;

async function callOf<C>(route: Route, base: CallBase, arrival: Arrival, context: C): Promise<OpenCall & { readonly context: C }> {
  const { request, response, path, info } = arrival;
  const query = new Parameters(request.url ?? '', route.query ?? []);
  const body = route.body === 'json' ? await readJsonBody(request, base.limits.body) : undefined;
  return { ...base, request, response, path, info, query, body, context };
}

const hasToken = ({ url = '' }: IncomingMessage): boolean => /\?(?:.*&)?token=/.test(url);

function endpointOf(route: Route, { addressOf, ...base }: RestOptions): Endpoint {
  const { engine } = base;
  return async (request, response, path) => {
    response.setHeader('Cache-Control', 'private, no-cache');
    const info = infoOf(request, response, addressOf);
    const arrival = { request, response, path, info };
    const isOpen = route.open === true || (route.open === 'byToken' && hasToken(request));
    // A token that nobody looks at makes nobody known.
    if (isOpen && !isStranger(request)) await engine.admitAddress(info.address);
    if (route.open === true || (route.open === 'byToken' && isOpen)) {
      await route.handle(await callOf(route, base, arrival, undefined));
      return;
    }
    // First who asks: a stranger learns nothing of parameters, and sends no body into our memory.
    const context = await signedIn(engine, request, response, info);
    await route.handle(await callOf(route, base, arrival, context));
  };
}

/** Answers 405 with what the path takes, and OPTIONS with the same. */
export function otherMethods(methods: readonly string[]): (request: IncomingMessage, reply: Reply) => void {
  const upper = methods.map((method) => method.toUpperCase());
  const allowed = [...upper, ...(upper.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return ({ method, url = '' }, reply) => {
    if (method !== 'OPTIONS') throw fail('METHOD_NOT_ALLOWED', { path: url.split('?')[0], method, allowed });
    reply.status(204).setHeader('Allow', allowed).end();
  };
}

/** What stands at a path: what each method does there. */
export function place(route: string, endpoints: Readonly<Record<string, Endpoint>>): Place {
  const others = otherMethods(Object.keys(endpoints));
  const byMethod = new Map(Object.entries(endpoints).map(([method, endpoint]) => [method.toUpperCase(), endpoint]));
  const get = byMethod.get('GET');
  // Node leaves the body out.
  if (get !== undefined) byMethod.set('HEAD', get);
  return { route, byMethod, others };
}

/** All of `/api/v1`. */
export function restPlaces(options: RestOptions): PathTree<Place> {
  const tree = new PathTree<Place>();
  for (const path of new Set(routeTable.map((route) => route.path))) {
    const here = routeTable.filter((route) => route.path === path);
    const pattern = apiPrefix + path;
    tree.add(pattern, place(pattern, Object.fromEntries(here.map((route) => [route.method, endpointOf(route, options)]))));
  }
  return tree;
}
