// `GET /openapi.json` and `/docs`: the document, and pages that show it without anything from elsewhere.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';
import type { Context } from '@tessera/kernel';
import type { Engine, ObjectDescription } from '@tessera/engine';
import { Reply } from '../reply.ts';
import type { AddressOf } from '../rest/request-state.ts';
import { infoOf, otherMethods, signedIn } from '../rest/router.ts';
import { docsPage, docsScript } from './docs-page.ts';
import { openApiDocument } from './document.ts';

interface DocumentOptions {
  readonly engine: Engine;
  readonly addressOf: AddressOf;
  readonly publicUrl?: string;
}

async function describedObjects(engine: Engine, context: Context): Promise<readonly ObjectDescription[]> {
  const summaries = await engine.run('objects.list', context, {});
  return await Promise.all(summaries.map(({ name }) => engine.run('objects.describe', context, { object: name })));
}

function documentHandler({ engine, addressOf, publicUrl }: DocumentOptions): RequestHandler {
  return async (request, response) => {
    const reply = Reply.of(response);
    const context = await signedIn(engine, request, reply, infoOf(request, reply, addressOf));
    const model = await engine.view(context);
    const objects = await describedObjects(engine, context);
    const { apiKeyId, impersonatedBy } = context.actor;
    const inPerson = apiKeyId === undefined && impersonatedBy === undefined;
    response.setHeader('Cache-Control', 'private, no-cache');
    response.json(openApiDocument({ objects, model, inPerson, ...(publicUrl === undefined ? {} : { publicUrl }) }));
  };
}

/** Files of swagger-ui that the page needs, by their type. */
const assets = { 'swagger-ui-bundle.js': 'text/javascript; charset=utf-8', 'swagger-ui.css': 'text/css; charset=utf-8' } as const;

function text(type: string, content: string): RequestHandler {
  return (_request, response) => {
    response.setHeader('Content-Type', type).setHeader('Cache-Control', 'no-cache');
    response.end(content);
  };
}

function asset(name: keyof typeof assets): RequestHandler {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return async (_request, response) => {
    response.setHeader('Content-Type', assets[name]).setHeader('Cache-Control', 'public, max-age=86400');
    response.end(await readFile(join(folder, name)));
  };
}

/** For routes of Express: 405, or what the path takes. */
export function expressOthers(methods: readonly string[]): RequestHandler {
  const others = otherMethods(methods);
  return (request, response) => {
    others(request, Reply.of(response));
  };
}

/** The document and its reader. */
export function openApiRouter(options: DocumentOptions): Router {
  const router = express.Router({ caseSensitive: true });
  const get = (path: string, handler: RequestHandler): void => {
    router
      .route(path)
      .get(handler)
      .all(expressOthers(['get']));
  };
  get('/openapi.json', documentHandler(options));
  get('/docs', text('text/html; charset=utf-8', docsPage));
  get('/docs/docs.js', text('text/javascript; charset=utf-8', docsScript));
  get('/docs/swagger-ui-bundle.js', asset('swagger-ui-bundle.js'));
  get('/docs/swagger-ui.css', asset('swagger-ui.css'));
  return router;
}
