// Errors: what is asked, and how.
import type { Entries } from './entry.ts';

export const requestErrors = {
  // requests
  REQUEST_BODY_NOT_JSON: { status: 400, message: 'The body is not valid JSON: {reason}' },
  REQUEST_BODY_TOO_LARGE: { status: 413, message: 'The body is larger than {limit} bytes. Send it in parts, or use import.' },
  REQUEST_INVALID: { status: 400, message: 'The request is invalid: {reason}' },
  REQUEST_PARAMETER_UNKNOWN: { status: 400, message: 'There is no parameter {name} here. Known: {known}.' },
  REQUEST_PARAMETER_INVALID: { status: 400, message: 'The parameter {name} is invalid: {reason}' },
  REQUEST_MEDIA_TYPE: { status: 415, message: 'Content-Type {type} is not taken here; send {expected}.' },
  ROUTE_NOT_FOUND: { status: 404, message: 'There is nothing at {method} {path}.' },
  METHOD_NOT_ALLOWED: { status: 405, message: '{path} does not take {method}; it takes {allowed}.' },
  NOT_ACCEPTABLE: { status: 406, message: 'This is answered as {type} only. Send Accept: {type}.' },
  // GraphQL documents
  GRAPHQL_SYNTAX: { status: 400, message: 'The document is not GraphQL: {reason}' },
  GRAPHQL_INVALID: { status: 400, message: 'The document does not fit the schema: {reason}' },
  GRAPHQL_OPERATION: { status: 400, message: 'Which operation is meant? {reason}' },
  GRAPHQL_VARIABLES: { status: 400, message: 'The variables do not fit the operation: {reason}' },
  GRAPHQL_TOO_LARGE: { status: 400, message: 'The document has too many {what}; at most {limit} are taken. Ask for less at once.' },
  GRAPHQL_DOCUMENT_UNKNOWN: {
    status: 404,
    message: 'There is no document {id} here. Have it put into the file of GRAPHQL_DOCUMENTS, or send a text as query where that is taken.',
  },
  GRAPHQL_DOCUMENTS_ONLY: {
    status: 403,
    message: 'Only documents of GRAPHQL_DOCUMENTS are answered here: send documentId instead of query. Administrators may send any text.',
  },
  // limits
  RATE_LIMITED: { status: 429, message: 'Too many requests: {whom} has {limit} a second. Try again in {retryAfter} s.' },
  LOGIN_LIMITED: { status: 429, message: 'Too many attempts to sign in have failed. Try again in {retryAfter} s.' },
  // outward calls and templates
  OUTWARD_REFUSED: { status: 422, message: '{origin} may not be called: {reason}' },
  OUTWARD_FAILED: { status: 502, message: 'The call of {origin} failed: {reason}' },
  TEMPLATE_INVALID: { status: 422, message: 'The template has {count} mistakes.' },
  TEMPLATE_SYNTAX: { status: 422, message: 'Line {line}, column {column}: {reason}' },
  TEMPLATE_PLACE: { status: 422, message: 'Line {line}, column {column}: {placeholder} may not stand {where}. {remedy}' },
  TEMPLATE_PATH_UNKNOWN: { status: 422, message: 'Line {line}, column {column}: there is no {path} to put in. {known}' },
  // inside
  INTERNAL: { status: 500, message: 'Something went wrong on our side. Quote request {requestId} when you report it.' },
  UNAVAILABLE: { status: 503, message: 'The service is not available now: {reason} Try again in a moment.' },
  // queries
  REQUEST_RULES_INVALID: { status: 422, message: 'The rules of the request have {count} mistakes.' },
  CURRENCIES_MIXED: {
    status: 422,
    message: '{field} has amounts in several currencies, which cannot be added. Group by {currencyField}, or filter it to one.',
  },
  QUERY_TOO_COSTLY: {
    status: 422,
    message: 'The query costs {cost}; at most {limit} is allowed. Ask for fewer records, counts or relations.',
  },
  QUERY_TOO_DEEP: { status: 422, message: 'The query nests records {depth} deep; at most {limit} is allowed.' },
  // reading
  CURSOR_INVALID: {
    status: 400,
    message: 'The cursor is not one of this list for you. Start again without it, with the same filter and order.',
  },
} as const satisfies Entries;
