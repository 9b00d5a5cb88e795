// Failures in GraphQL's form, with the same code, pointer, problems and request id that REST has in a problem document.
import { fail, type ErrorCode, type Logger, type TesseraError } from '@tessera/kernel';
import { GraphQLError, type ASTNode, type GraphQLErrorExtensions } from 'graphql';
import { presentable, problemEntry, problemHeaders } from '../rest/problem.ts';

/** Whom an error is told. */
export interface Told {
  readonly requestId: string;
  readonly log: Logger;
}

export interface ErrorPlace {
  /** Response names to the field that failed; such an error comes beside data. */
  readonly path?: readonly (string | number)[];
  readonly nodes?: readonly ASTNode[];
  /** The parser's or validator's error, for its locations. */
  readonly at?: GraphQLError;
}

/** GraphQL over HTTP asks for 200 where `application/json` is accepted, but not for what is no matter of the document. */
const evenAsJson: ReadonlySet<ErrorCode> = new Set([
  'REQUEST_BODY_NOT_JSON',
  'REQUEST_BODY_TOO_LARGE',
  'REQUEST_INVALID',
  'VALUE_TOO_MANY_DIGITS',
  'METHOD_NOT_ALLOWED',
  'NOT_ACCEPTABLE',
  'AUTHENTICATION_REQUIRED',
  'TOKEN_INVALID',
]);

function extensionsOf(error: TesseraError, requestId: string): GraphQLErrorExtensions {
  const { code, pointer, problems } = error;
  return {
    code,
    ...(pointer === undefined ? {} : { pointer }),
    ...(problems.length === 0 ? {} : { problems: problems.map(problemEntry) }),
    requestId,
  };
}

/** Anything caught, as GraphQL tells it. What we did not expect becomes INTERNAL and is logged. */
export function graphqlError(caught: unknown, told: Told, place: ErrorPlace = {}): GraphQLError {
  // What only variables make wrong, graphql-js finds when arguments are read.
  const known = caught instanceof GraphQLError ? fail('GRAPHQL_VARIABLES', { reason: caught.message }) : caught;
  const error = presentable(known, told.requestId, told.log);
  const { path, nodes, at } = place;
  // yoga takes the status from here, and takes it out of what is sent.
  const spec = error.status < 500 && !evenAsJson.has(error.code);
  const http = { status: error.status, spec, headers: problemHeaders(error) };
  return new GraphQLError(error.message, {
    ...(path === undefined ? {} : { path }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(at?.source === undefined || at.positions === undefined ? {} : { source: at.source, positions: at.positions }),
    extensions: { ...extensionsOf(error, told.requestId), ...(path === undefined ? { http } : {}) },
  });
}

/** graphql-js's own errors under a code of ours. */
export function documentErrors(
  code: 'GRAPHQL_SYNTAX' | 'GRAPHQL_INVALID' | 'GRAPHQL_VARIABLES',
  errors: readonly GraphQLError[],
  told: Told,
): readonly GraphQLError[] {
  return errors.map((error) => graphqlError(fail(code, { reason: error.message }), told, { at: error }));
}

/** What yoga, or our part within it, finds wrong with a request before a document is there. */
export function transportError(error: GraphQLError, told: Told): GraphQLError {
  const { extensions: found } = error;
  // Ours already; only the request's id is not known where it was made.
  if ('requestId' in found) return new GraphQLError(error.message, { extensions: { ...found, requestId: told.requestId } });
  const http = error.extensions['http'] as { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } | undefined;
  const limit = http?.status === 413;
  const ours = fail(
    limit ? 'REQUEST_BODY_TOO_LARGE' : 'REQUEST_INVALID',
    limit ? { limit: 'the allowed number of' } : { reason: error.message },
  );
  const { extensions } = graphqlError(ours, told);
  return new GraphQLError(limit ? error.message : ours.message, { extensions: { ...extensions, http: { status: ours.status, ...http } } });
}

/** An error as JSON text, without what is meant for yoga. */
export function errorText(error: GraphQLError): string {
  const { message, locations, path, extensions } = error.toJSON();
  const shown = Object.fromEntries(Object.entries(extensions ?? {}).filter(([name]) => name !== 'http'));
  return JSON.stringify({ message, locations, path, extensions: shown });
}
