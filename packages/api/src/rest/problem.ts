// Failures as answers: RFC 9457 problem documents from the registry, and nothing of the inside.
import type { IncomingMessage } from 'node:http';
import { fail, registry, TesseraError, type ErrorCode, type Logger, type Problem } from '@tessera/kernel';
import type { Reply } from '../reply.ts';

/** One of the things that are wrong. */
export interface ProblemEntry {
  readonly code: ErrorCode;
  readonly message: string;
  readonly pointer?: string;
  readonly file?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** RFC 9457, with our members `code`, `pointer`, `requestId` and `problems`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly pointer?: string;
  readonly requestId: string;
  readonly problems: readonly ProblemEntry[];
}

export const problemMediaType = 'application/problem+json';

/** `RECORD_NOT_FOUND` → `Record not found`: the same for every occurrence, as the RFC wants a title. */
export function problemTitle(code: ErrorCode): string {
  const words = code.toLowerCase().replaceAll('_', ' ').replace('json', 'JSON');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A URI that names the kind of problem; it does not resolve, and need not. */
export function problemType(code: ErrorCode): string {
  return `urn:tessera:problem:${code.toLowerCase().replaceAll('_', '-')}`;
}

/** A problem as callers see it: without the parameters that its message was made from. */
export function problemEntry({ code, message, pointer, file, details }: Problem): ProblemEntry {
  return {
    code,
    message,
    ...(pointer === undefined ? {} : { pointer }),
    ...(file === undefined ? {} : { file }),
    ...(details === undefined ? {} : { details }),
  };
}

export function problemDocument(error: TesseraError, requestId: string): ProblemDocument {
  const { code, status, message, pointer } = error;
  const place = pointer === undefined ? {} : { pointer };
  const problems = error.problems.length === 0 ? [{ code, message, ...place }] : error.problems.map(problemEntry);
  return { type: problemType(code), title: problemTitle(code), status, detail: message, code, ...place, requestId, problems };
}

/** What Express and its body reader throw, by their `type` or nature. */
function translate(error: unknown): TesseraError | undefined {
  if (error instanceof URIError) return fail('REQUEST_INVALID', { reason: 'the path is not properly percent-encoded.' }, {}, error);
  if (typeof error !== 'object' || error === null || !('type' in error)) return undefined;
  switch (error.type) {
    case 'entity.too.large':
      return fail('REQUEST_BODY_TOO_LARGE', { limit: 'limit' in error ? error.limit : '?' }, {}, error);
    case 'encoding.unsupported':
    case 'charset.unsupported': {
      const given = 'encoding' in error ? error.encoding : 'charset' in error ? error.charset : '?';
      return fail('REQUEST_MEDIA_TYPE', { type: given, expected: 'UTF-8, plain or gzip' }, {}, error);
    }
    case 'request.aborted':
      return fail('REQUEST_CANCELLED', {}, {}, error);
    case 'request.size.invalid':
      return fail('REQUEST_INVALID', { reason: 'the body is not as long as Content-Length says.' }, {}, error);
    default:
      return undefined;
  }
}

/** zlib's errors: a body that says gzip and is not. */
function isInflateError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}

/** Anything caught, as an error that a caller may see. What we did not expect becomes INTERNAL and is logged with its cause. */
export function presentable(caught: unknown, requestId: string, log: Logger): TesseraError {
  const error = caught instanceof TesseraError ? caught : translate(caught);
  if (error === undefined) {
    if (isInflateError(caught))
      return fail('REQUEST_INVALID', { reason: 'the body is not the gzip that Content-Encoding says.' }, {}, caught);
    log.error({ requestId, err: caught }, 'a request failed inside');
    return fail('INTERNAL', { requestId }, {}, caught);
  }
  if (error.code === 'INTERNAL') {
    log.error({ requestId, err: error.cause ?? error }, 'a request failed inside');
    return fail('INTERNAL', { requestId }, {}, error);
  }
  if (error.status >= 500) log.warn({ requestId, code: error.code, err: error.cause }, 'a request could not be served');
  return error;
}

/** A parameter that is a whole number, as text. */
function whole(value: unknown, least: number): string {
  return String(typeof value === 'number' && value > least ? Math.ceil(value) : least);
}

/** RFC 9110's Retry-After, and the fields of draft-ietf-httpapi-ratelimit-headers-10: the budget of a second, of which nothing is left. */
function limitHeaders({ code, params }: TesseraError): Readonly<Record<string, string>> {
  const retryAfter = whole(params['retryAfter'], 1);
  if (code !== 'RATE_LIMITED') return { 'Retry-After': retryAfter };
  const policy = typeof params['policy'] === 'string' ? params['policy'] : 'default';
  return {
    'Retry-After': retryAfter,
    'RateLimit-Policy': `"${policy}";q=${whole(params['limit'], 0)};w=1`,
    RateLimit: `"${policy}";r=0;t=${retryAfter}`,
  };
}

/** Headers that RFC 9110 asks of some statuses. */
export function problemHeaders(error: TesseraError): Readonly<Record<string, string>> {
  switch (error.status) {
    case 401:
      return { 'WWW-Authenticate': error.code === 'TOKEN_INVALID' ? 'Bearer error="invalid_token"' : 'Bearer' };
    case 405:
      return { Allow: typeof error.params['allowed'] === 'string' ? error.params['allowed'] : '' };
    case 429:
      return limitHeaders(error);
    case 503:
      return { 'Retry-After': '1' };
    default:
      return {};
  }
}

/** RFC 9110 §13.1.1: where the caller set the condition in If-Match, its failing is 412. */
function statusFor(error: TesseraError, { headers }: IncomingMessage): number {
  return error.code === 'RECORD_CHANGED' && headers['if-match'] !== undefined ? 412 : error.status;
}

/** Answers with a problem document, whatever was thrown. */
export function sendProblem(caught: unknown, request: IncomingMessage, reply: Reply, log: Logger): void {
  const error = presentable(caught, reply.requestId, log);
  if (reply.isOver) {
    reply.destroy();
    return;
  }
  const status = statusFor(error, request);
  for (const name of ['Content-Disposition', 'Content-Length', 'ETag', 'Location']) reply.removeHeader(name);
  for (const [name, value] of Object.entries(problemHeaders(error))) reply.setHeader(name, value);
  const text = JSON.stringify({ ...problemDocument(error, reply.requestId), status });
  reply.status(status).setHeader('Cache-Control', 'no-store').setHeader('Content-Type', problemMediaType).end(text);
}

/** The error with pointers changed: an operation's input is not the body that the caller wrote. */
export function repoint(error: TesseraError, change: (pointer: string) => string): TesseraError {
  const moved = (entry: Problem): Problem => (entry.pointer === undefined ? entry : { ...entry, pointer: change(entry.pointer) });
  const own: Problem = { code: error.code, message: error.message, params: error.params };
  const first = error.pointer === undefined ? own : { ...own, pointer: change(error.pointer) };
  return new TesseraError(first, error.problems.map(moved), error.cause);
}

/** All codes with their statuses, for the OpenAPI document. */
export const problemCodes: readonly ErrorCode[] = Object.keys(registry) as ErrorCode[];
