// The whole HTTP surface as one Express app: REST, OpenAPI, documentation, GraphQL. And the same with a short way for what is asked most.
import type { RequestListener } from 'node:http';
import cors from 'cors';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { fail, type IdSource, type Logger } from '@tessera/kernel';
import type { Engine } from '@tessera/engine';
import { front, type Endpoint, type Front } from './front.ts';
import { graphiql, graphiqlScriptPath, type Graphiql } from './graphiql.ts';
import { Documents, graphqlHandler, type GraphqlLimits, type PersistedDocuments } from './graphql/index.ts';
import { expressOthers, openApiRouter } from './openapi/routes.ts';
import { Reply } from './reply.ts';
import { sendProblem } from './rest/problem.ts';
import { addressBehind, socketAddress, type AddressOf } from './rest/request-state.ts';
import { infoOf, place, restPlaces, signedIn } from './rest/router.ts';
import type { ApiLimits } from './rest/route.ts';
import { apiPrefix } from './rest/table.ts';
import { securityHeaders } from './security-headers.ts';
import { readWriter } from './written-read.ts';

/** What an app is made from. */
export interface AppOptions {
  readonly engine: Engine;
  readonly log: Logger;
  /** Ids of requests that bring none. */
  readonly newId: IdSource;
  readonly limits?: Partial<ApiLimits>;
  /** Origins whose pages may call, `*` for all; default none. */
  readonly corsOrigins?: readonly string[];
  /** Where the app is as seen from outside: builds links, never the Host header. */
  readonly publicUrl?: string;
  /** Proxies before the server, whose X-Forwarded-For is believed: how many, or their addresses and networks. Default: none. */
  readonly trustedProxies?: number | readonly string[];
  /** Limits of `/graphql` other than its own defaults. */
  readonly graphql?: Partial<GraphqlLimits>;
  /** Bytes that GraphQL schemas may take in memory; default 100 MB. */
  readonly schemaMemory?: number;
  /** GraphQL documents that are named instead of sent; default none. */
  readonly persisted?: PersistedDocuments;
  /** Further handlers, asked before "there is nothing here": the console's pages. */
  readonly more?: RequestHandler;
}

/** Bytes, unless told otherwise: 1 MiB for JSON, 100 MiB for what is streamed. */
export const defaultLimits: ApiLimits = { body: 1_048_576, upload: 104_857_600 };

function crossOrigin(origins: readonly string[]): ReturnType<typeof cors> | undefined {
  if (origins.length === 0) return undefined;
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    exposedHeaders: [
      'ETag',
      'Link',
      'Location',
      'X-Request-Id',
      'Preference-Applied',
      'Content-Disposition',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
    ],
    maxAge: 600,
  });
}

/** Express reads X-Forwarded-For, which is asked only where there are proxies to believe. */
function addresses(app: Express, proxies: number | readonly string[]): AddressOf {
  app.set('trust proxy', typeof proxies === 'number' ? proxies : [...proxies]);
  if (proxies === 0) return socketAddress;
  const { request: prototype } = express;
  return addressBehind(({ headers, socket }) => {
    const ip: unknown = Reflect.get<object, string>(prototype, 'ip', { app, headers, socket });
    return typeof ip === 'string' ? ip : undefined;
  });
}

function documentsOf({ graphql, limits, schemaMemory, persisted }: AppOptions): Documents {
  return new Documents({
    limits: { body: limits?.body ?? defaultLimits.body, ...graphql },
    ...(schemaMemory === undefined ? {} : { schemaBytes: schemaMemory }),
    ...(persisted === undefined ? {} : { persisted }),
  });
}

function graphqlEndpoint({ engine, log }: AppOptions, documents: Documents, addressOf: AddressOf, { page }: Graphiql): Endpoint {
  const handler = graphqlHandler({
    engine,
    log,
    path: '/graphql',
    documents,
    graphiql: page,
    contextOf: (request, reply) => signedIn(engine, request, reply, infoOf(request, reply, addressOf)),
  });
  return (request, reply) => handler(request, reply.response);
}

/** What no route has taken. */
const nothingHere: RequestHandler = ({ method, originalUrl }) => {
  throw fail('ROUTE_NOT_FOUND', { method, path: originalUrl.split('?')[0] });
};

/** The last handler: whatever was thrown becomes a problem document. Express knows it by its four parameters. */
function problemHandler(log: Logger): ErrorRequestHandler {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- its being there is what Express looks at
  return (caught, request, response, _next) => {
    sendProblem(caught, request, Reply.of(response), log);
  };
}

interface Built {
  readonly app: Express;
  readonly front: Front;
}

function build(options: AppOptions): Built {
  const { engine, log, newId, corsOrigins = [], publicUrl, trustedProxies = 0, more } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false).set('case sensitive routing', true);
  const addressOf = addresses(app, trustedProxies);
  const outward = publicUrl === undefined ? {} : { publicUrl };
  const documents = documentsOf(options);
  const limits = { ...defaultLimits, ...options.limits };
  const places = restPlaces({ engine, log, limits, addressOf, writeRead: readWriter(documents), ...outward });
  const browser = graphiql();
  const graphql = graphqlEndpoint(options, documents, addressOf, browser);
  places.add('/graphql', place('/graphql', { get: graphql, post: graphql }));
  const headers = securityHeaders(publicUrl);
  const first = front({ engine, log, newId, headers, crossOrigin: crossOrigin(corsOrigins), addressOf, places });
  app.use(first);
  app
    .route(graphiqlScriptPath)
    .get(browser.script)
    .all(expressOthers(['get']));
  app.use(openApiRouter({ engine, addressOf, ...outward }));
  if (more !== undefined) app.use(more);
  app.use(nothingHere, problemHandler(log));
  return { app, front: first };
}

/** Makes the app; it listens to nothing by itself. */
export function createApp(options: AppOptions): Express {
  return build(options).app;
}

/** Records and GraphQL. */
const isHot = (target: string): boolean => target.startsWith(`${apiPrefix}/records/`) || target === '/graphql';

/**
 * The app for a server. What is asked most is answered by the app's first handler before Express has made a request of its own kind of
 * it, which takes as long as all that the handler itself does.
 */
export function createListener(options: AppOptions): RequestListener {
  const { app, front: first } = build(options);
  return (request, response) => {
    if (!isHot(request.url ?? '')) app(request, response);
    else
      first(request, response, () => {
        app(request, response);
      });
  };
}
