// GraphQL without HTTP: documents of somebody who has an engine at hand.
import type { Engine, Graphql } from '@tessera/engine';
import type { ErrorCode, Problem } from '@tessera/kernel';
import { GraphqlExecutor } from './executor.ts';
import { Documents } from './ready.ts';

interface ShownError {
  readonly message: string;
  readonly extensions: {
    readonly code: ErrorCode;
    readonly pointer?: string;
    readonly problems?: readonly Problem[];
  };
}

/** Errors with the problems that they are made of, the innermost first. */
const problemsOf = ({ message, extensions: { code, pointer, problems = [] } }: ShownError): readonly Problem[] => [
  ...problems,
  { code, message, ...(pointer === undefined ? {} : { pointer }) },
];

/** Answers documents by engines; what is compiled of schemas is kept as long as the function is. */
export function graphqlAsker(): Graphql {
  const documents = new Documents();
  const executors = new WeakMap<Engine, GraphqlExecutor>();
  return async (engine, context, { document, variables }) => {
    const executor = executors.get(engine) ?? new GraphqlExecutor(engine, documents);
    executors.set(engine, executor);
    const request = { query: document, documentId: undefined, variables, operationName: undefined, method: 'POST', streams: false };
    const answer = await executor.execute(context, request);
    // Only what takes a stream gets one.
    if (Symbol.asyncIterator in answer) throw new TypeError('A stream was made for a caller who takes none.');
    const { data, errors = [] } = JSON.parse(answer.stringify()) as { readonly data?: unknown; readonly errors?: readonly ShownError[] };
    return { data, errors: errors.flatMap(problemsOf) };
  };
}
