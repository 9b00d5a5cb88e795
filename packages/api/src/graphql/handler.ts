// `/graphql` over HTTP: yoga takes requests apart and sends answers, GraphiQL and streams; documents go to our own executor.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from '@tessera/engine';
import { fail, type Context, type Logger } from '@tessera/kernel';
import { GraphQLError } from 'graphql';
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga';
import { utf8 } from '../body-bytes.ts';
import { Reply } from '../reply.ts';
import { parseJson } from '../rest/parse-json.ts';
import { sendProblem } from '../rest/problem.ts';
import { bodyText, jsonType, sendResult, usualRequest } from './direct.ts';
import { graphqlError, transportError, type Told } from './errors.ts';
import { textResult, type TextResult } from './answer.ts';
import { GraphqlExecutor } from './executor.ts';
import { Documents, type DocumentOptions } from './ready.ts';

export interface GraphqlHandlerOptions extends DocumentOptions {
  readonly engine: Engine;
  /** Who asks. Throws AUTHENTICATION_REQUIRED or TOKEN_INVALID. */
  readonly contextOf: (request: IncomingMessage, reply: Reply) => Promise<Context>;
  readonly log: Logger;
  /** Where it is mounted; `/graphql` where left out. */
  readonly path?: string;
  /** Those that others use as well; made of the options where left out. */
  readonly documents?: Documents;
  /** The page for browsers; yoga's GraphiQL where left out (which loads its scripts from a CDN), none where false. */
  readonly graphiql?: false | (() => string | Promise<string>);
}

/** Failures before GraphQL are answered as problem documents. */
export type GraphqlHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface ServerContext {
  readonly caller?: Context;
}

const wantsPage = ({ method, headers }: IncomingMessage): boolean => method === 'GET' && headers.accept?.includes('text/html') === true;

/** Only media types that a page of another origin cannot send without asking first (CORS). */
function checkMediaType({ method, headers }: IncomingMessage): void {
  if (method !== 'POST') return;
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && type !== 'application/graphql+json') {
    throw fail('REQUEST_MEDIA_TYPE', { type: type === '' ? '(none)' : type, expected: 'application/json' });
  }
}

/** yoga's parameters, and the one that names a document. */
type Parameters = GraphQLParams & { readonly documentId?: unknown };

/** Hands parameters to our executor, and gives yoga's own errors our form. */
function executorPlugin(executor: GraphqlExecutor, log: Logger): Plugin<ServerContext, ServerContext> {
  const told = (caller: Context | undefined): Told => ({ requestId: caller?.requestId ?? '', log: caller?.log ?? log });
  return {
    onRequestParse: (hook) => {
      const { method } = hook.request;
      // Numbers that a double cannot hold are refused rather than rounded.
      if (method === 'POST')
        hook.setRequestParser(async (body) => parseJson(utf8(new Uint8Array(await body.arrayBuffer()))) as GraphQLParams);
      const documentId = method === 'GET' ? hook.url.searchParams.get('documentId') : null;
      const parse = hook.requestParser;
      if (documentId !== null && parse !== undefined)
        hook.setRequestParser(async (request) => Object.assign({ documentId }, await parse(request)) as Parameters);
    },
    onParams: (hook) => {
      // Not looked at yet: they may be anything.
      const { query: text, documentId } = (hook.params as Parameters | null) ?? {};
      const query = text ?? undefined;
      // yoga asks for a query, whose place the document takes.
      if (query === undefined && documentId !== undefined && documentId !== null) hook.setParams({ ...hook.params, query: '' });
      hook.setParamsHandler(async ({ params, request, context }) => {
        const { caller } = context;
        // Every request but that for the page was signed in before it came here.
        if (caller === undefined) throw fail('AUTHENTICATION_REQUIRED');
        return executor.execute(caller, {
          query,
          documentId,
          variables: params.variables,
          operationName: params.operationName,
          method: request.method,
          streams: request.headers.get('accept')?.includes('text/event-stream') === true,
        });
      });
    },
    onResultProcess: (hook) => {
      const { result } = hook;
      if (Array.isArray(result) || !('errors' in result) || 'stringify' in result) return;
      const to = told(hook.serverContext.caller);
      hook.setResult({ errors: result.errors.map((error) => transportError(error, to)) });
    },
  };
}

/** A request whose body has been read; whatwg's adapter takes it from there. */
type ReadRequest = IncomingMessage & { body?: string };

/**
 * Answers a POST of JSON that wants JSON; false where yoga shall do it, which finds the body on the request.
 */
async function answerDirectly(
  executor: GraphqlExecutor,
  caller: Context,
  request: ReadRequest,
  reply: Reply,
  limit: number,
): Promise<boolean> {
  const type = jsonType(request.headers.accept);
  if (request.method !== 'POST' || type === undefined || request.headers['content-encoding'] !== undefined || request.readableEnded)
    return false;
  let result: TextResult;
  try {
    const text = await bodyText(request, limit);
    const usual = usualRequest(parseJson(text));
    if (usual === undefined) {
      request.body = text;
      return false;
    }
    const answer = await executor.execute(caller, usual);
    // Only what takes a stream gets one.
    if (Symbol.asyncIterator in answer) throw new TypeError('A stream was made for a caller who takes none.');
    result = answer;
  } catch (error) {
    result = textResult(undefined, [graphqlError(error, { requestId: caller.requestId, log: caller.log })]);
  }
  sendResult(result, type, reply);
  return true;
}

/** The handler of `/graphql`. Its caches live and die with it. */
export function graphqlHandler(options: GraphqlHandlerOptions): GraphqlHandler {
  const { engine, contextOf, log, graphiql, documents = new Documents(options) } = options;
  const { limits } = documents;
  const executor = new GraphqlExecutor(engine, documents);
  const yoga = createYoga<ServerContext>({
    graphqlEndpoint: options.path ?? '/graphql',
    plugins: [executorPlugin(executor, log)],
    extraParamNames: ['documentId'],
    graphiql: graphiql === false ? false : { title: 'GraphQL' },
    ...(typeof graphiql === 'function' ? { renderGraphiQL: graphiql } : {}),
    maxRequestBodySize: limits.body,
    maskedErrors: {
      maskError: (error) => (error instanceof GraphQLError ? error : graphqlError(error, { requestId: '', log })),
    },
    parserAndValidationCache: false,
    landingPage: false,
    multipart: false,
    batching: false,
    cors: false,
    logging: false,
  });
  return async (request, response) => {
    const reply = Reply.of(response);
    try {
      if (wantsPage(request) && graphiql !== false) {
        await yoga(request, reply.release());
        return;
      }
      const caller = await contextOf(request, reply);
      checkMediaType(request);
      reply.setHeader('Cache-Control', 'private, no-cache');
      if (!(await answerDirectly(executor, caller, request, reply, limits.body))) await yoga(request, reply.release(), { caller });
    } catch (error) {
      sendProblem(error, request, reply, log);
    }
  };
}
