// The one list of errors. A message names the place and the remedy; `{name}` is filled from the parameters.

interface ErrorEntry {
  /** HTTP status (RFC 9110). */
  readonly status: number;
  readonly message: string;
}

const entries = {
  // requests
  REQUEST_BODY_NOT_JSON: { status: 400, message: 'The body is not valid JSON: {reason}' },
  REQUEST_BODY_TOO_LARGE: { status: 413, message: 'The body is larger than {limit} bytes. Send it in parts, or use import.' },
  REQUEST_INVALID: { status: 400, message: 'The request is invalid: {reason}' },
  REQUEST_PARAMETER_UNKNOWN: { status: 400, message: 'There is no parameter {name} here. Known: {known}.' },
  REQUEST_PARAMETER_INVALID: { status: 400, message: 'The parameter {name} is invalid: {reason}' },
  REQUEST_MEDIA_TYPE: { status: 415, message: 'Content-Type {type} is not taken here; send {expected}.' },
  ROUTE_NOT_FOUND: { status: 404, message: 'There is nothing at {method} {path}.' },
  METHOD_NOT_ALLOWED: { status: 405, message: '{path} does not take {method}; it takes {allowed}.' },
  INTERNAL: { status: 500, message: 'Something went wrong on our side. Quote request {requestId} when you report it.' },
  UNAVAILABLE: { status: 503, message: 'The service is not available now: {reason} Try again in a moment.' },
  // identity
  AUTHENTICATION_REQUIRED: { status: 401, message: 'Sign in first: send Authorization: Bearer with an access token.' },
  AUTHENTICATION_FAILED: { status: 401, message: 'Tenant, email or password is wrong.' },
  TOKEN_INVALID: { status: 401, message: 'The token is invalid or has expired. Sign in again, or use the refresh token.' },
  PERMISSION_DENIED: { status: 403, message: 'You may not {action}.' },
  // rules
  RULE_SYNTAX: { status: 422, message: '{reason}' },
  RULE_OPERATOR_UNKNOWN: { status: 422, message: 'There is no operator {operator}. Known: {known}.' },
  RULE_TYPE: { status: 422, message: '{reason}' },
  RULE_NAME_UNKNOWN: { status: 422, message: '{reason}' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof entries;

export const registry: Readonly<Record<ErrorCode, ErrorEntry>> = entries;
