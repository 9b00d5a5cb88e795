// Mounts the table of routes: signs in, checks parameters, reads the body, hands over, and turns every failure into a problem document.
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type NextFunction, type Request, type RequestHandler, type Response, type Router } from 'express';
import { fail, type Context, type IdSource, type Logger, type TesseraError } from '@tessera/kernel';
import type { Engine, RequestInfo } from '@tessera/engine';
import { readJsonBody } from './body.ts';
import { Parameters } from './parameters.ts';
import { presentable, problemDocument, problemHeaders, problemMediaType } from './problem.ts';
import { bearerToken, callerGone, clientAddress, isStranger, requestIdOf, requestInfo } from './request-state.ts';
import type { ApiLimits, OpenCall, Route } from './route.ts';
import { apiPrefix, routeTable } from './table.ts';

/** What the router stands on. */
export interface RestOptions {
  readonly engine: Engine;
  readonly log: Logger;
  readonly limits: ApiLimits;
  /** Builds links. */
  readonly publicUrl?: string;
}

/** The request's id, which `begin` has put on the answer. */
export function requestIdOn(response: Response): string {
  return String(response.getHeader('X-Request-Id') ?? '');
}

/** Gives every request its id, before anything can fail. */
export function begin(newId: IdSource): RequestHandler {
  return (request, response, next) => {
    response.setHeader('X-Request-Id', requestIdOf(request.headers['x-request-id'], newId));
    next();
  };
}

/** Counts requests of those who show no token against the budget of their address, whatever they ask for. */
export function countStrangers(engine: Engine): RequestHandler {
  return async (request, _response, next) => {
    if (isStranger(request)) await engine.admitAddress(clientAddress(request));
    next();
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
  const locals: Readonly<Record<string, unknown>> = (response as Partial<Response>).locals ?? {};
  const { route: known, tenant } = locals;
  const route: unknown = (request as Partial<Request>).route;
  // Express' own view serves where no route of the table was reached: its paths have no parameters.
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return {
    requestId: String(response.getHeader('X-Request-Id') ?? ''),
    route: typeof known === 'string' ? known : typeof path === 'string' ? path : 'none',
    tenant: typeof tenant === 'string' ? tenant : undefined,
  };
}

/** Who asks. @throws AUTHENTICATION_REQUIRED, TOKEN_INVALID */
export async function signedIn(engine: Engine, request: Request, response: Response, info: RequestInfo): Promise<Context> {
  const context = await engine.authenticate(bearerToken(request), info);
  response.locals['tenant'] = context.tenant;
  return context;
}

/** What is known of a request before anybody has signed in. */
export function infoOf(request: Request, response: Response): RequestInfo {
  return requestInfo(request, requestIdOn(response), callerGone(response));
}

async function callOf(route: Route, options: RestOptions, request: Request, response: Response, info: RequestInfo): Promise<OpenCall> {
  const query = new Parameters(request.originalUrl, route.query ?? []);
  const body = route.body === 'json' ? await readJsonBody(request, response, options.limits.body) : undefined;
  const path = (name: string): string => {
    const value = request.params[name];
    if (typeof value !== 'string') throw new TypeError(`The route ${route.id} has no ${name} in its path.`);
    return value;
  };
  return { ...options, info, request, response, query, body, path };
}

const hasToken = (url: string): boolean => /\?(?:.*&)?token=/.test(url);

function handlerOf(route: Route, options: RestOptions): RequestHandler {
  return async (request, response) => {
    response.locals['route'] = apiPrefix + route.path;
    response.setHeader('Cache-Control', 'private, no-cache');
    const info = infoOf(request, response);
    const isOpen = route.open === true || (route.open === 'byToken' && hasToken(request.originalUrl));
    // A token that nobody looks at makes nobody known.
    if (isOpen && !isStranger(request)) await options.engine.admitAddress(info.address);
    if (route.open === true) {
      await route.handle(await callOf(route, options, request, response, info));
      return;
    }
    if (route.open === 'byToken' && hasToken(request.originalUrl)) {
      await route.handle({ ...(await callOf(route, options, request, response, info)), context: undefined });
      return;
    }
    // First who asks: a stranger learns nothing of parameters, and sends no body into our memory.
    const context = await signedIn(options.engine, request, response, info);
    await route.handle({ ...(await callOf(route, options, request, response, info)), context });
  };
}

/** `/records/{object}` → `/records/:object`. */
const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Fixed words before parameters: `/records/{object}/export` must not be taken for a record called export. */
const specificity = (path: string): string => path.replaceAll(/\{\w+\}/g, '~');

/** Answers 405 with what the path takes, and OPTIONS with the same. */
export function otherMethods(methods: readonly string[]): RequestHandler {
  const upper = methods.map((method) => method.toUpperCase());
  const allowed = [...upper, ...(upper.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (request, response) => {
    if (request.method !== 'OPTIONS')
      throw fail('METHOD_NOT_ALLOWED', { path: request.originalUrl.split('?')[0], method: request.method, allowed });
    response.status(204).setHeader('Allow', allowed);
    response.end();
  };
}

/** The router of `/api/v1`. */
export function restRouter(options: RestOptions): Router {
  const router = express.Router({ caseSensitive: true, strict: false });
  const paths = [...new Set(routeTable.map(({ path }) => path))].sort((a, b) => (specificity(a) < specificity(b) ? -1 : 1));
  for (const path of paths) {
    const here = routeTable.filter((route) => route.path === path);
    const mounted = router.route(expressPath(path));
    for (const route of here) mounted[route.method](handlerOf(route, options));
    mounted.all(otherMethods(here.map(({ method }) => method)));
  }
  return router;
}

/** What no route has taken. */
export const nothingHere: RequestHandler = (request) => {
  throw fail('ROUTE_NOT_FOUND', { method: request.method, path: request.originalUrl.split('?')[0] });
};

/** RFC 9110 §13.1.1: where the caller set the condition in If-Match, its failing is 412. */
function statusFor(error: TesseraError, request: Request): number {
  return error.code === 'RECORD_CHANGED' && request.headers['if-match'] !== undefined ? 412 : error.status;
}

/** The last handler: whatever was thrown becomes a problem document. Express knows it by its four parameters. */
export function problemHandler(log: Logger): (error: unknown, request: Request, response: Response, next: NextFunction) => void {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- its being there is what Express looks at
  return (caught, request, response, _next) => {
    const requestId = requestIdOn(response);
    const error = presentable(caught, requestId, log);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const status = statusFor(error, request);
    for (const name of ['Content-Disposition', 'Content-Length', 'ETag', 'Location']) response.removeHeader(name);
    for (const [name, value] of Object.entries(problemHeaders(error))) response.setHeader(name, value);
    response.setHeader('Cache-Control', 'no-store');
    const text = JSON.stringify({ ...problemDocument(error, requestId), status });
    response.status(status).setHeader('Content-Type', problemMediaType).end(text);
  };
}
