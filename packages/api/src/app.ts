// The whole HTTP surface as one Express app: REST, OpenAPI, documentation, GraphQL.
import cors from 'cors';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import helmet from 'helmet';
import type { IdSource, Logger } from '@tessera/kernel';
import type { Engine } from '@tessera/engine';
import { graphiql, graphiqlScriptPath } from './graphiql.ts';
import { graphqlHandler, type GraphqlLimits } from './graphql/index.ts';
import { openApiRouter } from './openapi/routes.ts';
import { begin, countStrangers, infoOf, nothingHere, otherMethods, problemHandler, restRouter, signedIn } from './rest/router.ts';
import type { ApiLimits } from './rest/route.ts';
import { apiPrefix } from './rest/table.ts';

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
  /** Further handlers, asked before "there is nothing here": the console's pages. */
  readonly more?: RequestHandler;
}

/** Bytes, unless told otherwise: 1 MiB for JSON, 100 MiB for what is streamed. */
export const defaultLimits: ApiLimits = { body: 1_048_576, upload: 104_857_600 };

/** Scripts only from here and no eval; GraphiQL and swagger-ui put styles into the page. */
function securityHeaders(publicUrl: string | undefined): RequestHandler {
  const https = publicUrl?.startsWith('https:') === true;
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
  });
}

function crossOrigin(origins: readonly string[]): RequestHandler {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    exposedHeaders: [
      'ETag',
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

function mountGraphql(app: Express, { engine, log, graphql, limits }: AppOptions): void {
  const browser = graphiql();
  const handler = graphqlHandler({
    engine,
    log,
    path: '/graphql',
    limits: { body: limits?.body ?? defaultLimits.body, ...graphql },
    graphiql: browser.page,
    // What it hands back is what Express gave to it.
    contextOf: (request, response) => {
      const [req, res] = [request as Request, response as Response];
      return signedIn(engine, req, res, infoOf(req, res));
    },
  });
  app
    .route(graphiqlScriptPath)
    .get(browser.script)
    .all(otherMethods(['get']));
  app
    .route('/graphql')
    .get(handler)
    .post(handler)
    .all(otherMethods(['get', 'post']));
}

/** Makes the app; it listens to nothing by itself. */
export function createApp(options: AppOptions): Express {
  const { engine, log, newId, corsOrigins = [], publicUrl, trustedProxies = 0, more } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false).set('case sensitive routing', true);
  app.set('trust proxy', typeof trustedProxies === 'number' ? trustedProxies : [...trustedProxies]);
  app.use(begin(newId), securityHeaders(publicUrl));
  if (corsOrigins.length > 0) app.use(crossOrigin(corsOrigins));
  app.use(countStrangers(engine));
  const outward = publicUrl === undefined ? {} : { publicUrl };
  app.use(apiPrefix, restRouter({ engine, log, limits: { ...defaultLimits, ...options.limits }, ...outward }));
  mountGraphql(app, options);
  app.use(openApiRouter({ engine, ...outward }));
  if (more !== undefined) app.use(more);
  app.use(nothingHere, problemHandler(log));
  return app;
}
