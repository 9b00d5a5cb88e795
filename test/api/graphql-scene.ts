// A server with the GraphQL handler over a stand-in engine: it notes what it is asked, and answers what a test tells it to.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fail, silentLogger, uuidv7Source, type Context } from '@tessera/kernel';
import type { Engine, OperationInput, OperationName, ReadRequest, RecordEvent } from '@tessera/engine';
import type { Model } from '@tessera/metadata';
import { graphqlHandler, type GraphqlHandlerOptions } from '../../packages/api/src/graphql/index.ts';
import { askedRead } from './asked-read.ts';

export interface Call {
  readonly operation: OperationName;
  readonly input: unknown;
}

export interface Answers {
  readonly read?: (request: ReadRequest) => string;
  /** What an operation other than a read gives. */
  readonly write?: (operation: OperationName, input: unknown) => unknown;
  readonly events?: (input: unknown, signal: AbortSignal) => AsyncIterable<RecordEvent & { readonly record: string | null }>;
  /** The Model at each look at it; the last one stays. */
  readonly models?: readonly Model[];
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly body: GraphqlBody;
}

export interface GraphqlBody {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly string[];
    readonly locations?: unknown;
    readonly extensions: {
      readonly code: string;
      readonly requestId: string;
      readonly pointer?: string;
      readonly problems?: readonly { readonly code: string; readonly pointer?: string }[];
    };
  }[];
}

const notHere = (): never => {
  throw new Error('The stand-in engine has no answer to this.');
};

function standIn(models: readonly Model[], answers: Answers, calls: Call[]): Engine {
  const known = [...models];
  const engine = {
    view: () => Promise.resolve((known.length > 1 ? known.shift() : known[0]) as Model),
    runtime: () => Promise.reject(new Error('Transports ask for the view.')),
    run: async (operation: OperationName, _context: Context, given: unknown): Promise<unknown> => {
      const isRead = operation === 'records.read';
      const input = isRead ? await askedRead(given as OperationInput<'records.read'>) : given;
      calls.push({ operation, input });
      return isRead ? (answers.read ?? notHere)(input as ReadRequest) : (answers.write ?? notHere)(operation, input);
    },
    events: (_context: Context, input: unknown, signal: AbortSignal) => {
      calls.push({ operation: 'records.read', input });
      return (answers.events ?? notHere)(input, signal);
    },
  };
  return engine as unknown as Engine;
}

const newId = uuidv7Source(() => Date.now());

function context(languages: readonly string[]): Context {
  const actor = { kind: 'user', userId: '01900000-0000-7000-8000-000000000001' } as const;
  return { tenant: 'demo', actor, clock: { now: () => Date.now() }, newId, log: silentLogger, languages, requestId: 'request-1' };
}

export interface Scene {
  readonly url: string;
  readonly calls: readonly Call[];
  post(query: string, variables?: Readonly<Record<string, unknown>>, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  close(): Promise<void>;
}

/** Everybody with the header `Authorization: Bearer ok` is signed in. */
export async function scene(model: Model, answers: Answers = {}, options: Partial<GraphqlHandlerOptions> = {}): Promise<Scene> {
  const calls: Call[] = [];
  const handler = graphqlHandler({
    engine: standIn(answers.models ?? [model], answers, calls),
    log: silentLogger,
    contextOf: ({ headers }) => {
      if (headers.authorization !== 'Bearer ok') return Promise.reject(fail('AUTHENTICATION_REQUIRED'));
      return Promise.resolve(context([headers['accept-language'] ?? 'en']));
    },
    ...options,
  });
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/graphql`;
  return {
    url,
    calls,
    post: async (query, variables, headers) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          authorization: 'Bearer ok',
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          ...headers,
        },
        body: JSON.stringify({ query, ...(variables === undefined ? {} : { variables }) }),
      });
      const text = await response.text();
      const type = response.headers.get('content-type') ?? '';
      return { status: response.status, type, text, body: (type.includes('json') ? JSON.parse(text) : {}) as GraphqlBody };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
