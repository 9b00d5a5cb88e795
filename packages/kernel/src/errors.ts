// Errors as values of one registry: a stable code, an HTTP status, a message that says where and what to do.
import { registry, type ErrorCode } from './error-registry/registry.ts';

/** One thing that is wrong. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  /** JSON pointer (RFC 6901) into the caller's input, or into a metadata file. */
  readonly pointer?: string;
  /** The metadata file, relative to its pack. */
  readonly file?: string;
  /** Where the pointer leads in the text of the file, counted from 1; where the text is at hand. */
  readonly line?: number;
  readonly column?: number;
  readonly params?: Readonly<Record<string, unknown>>;
  /** What the caller may be shown beside the message. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What every failure that a caller may see is thrown as. */
export class TesseraError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly pointer: string | undefined;
  /** Where several things are wrong at once: all of them. */
  readonly problems: readonly Problem[];

  constructor(problem: Problem, problems: readonly Problem[] = [], cause?: unknown) {
    super(problem.message, cause === undefined ? undefined : { cause });
    this.name = 'TesseraError';
    this.code = problem.code;
    this.status = registry[problem.code].status;
    this.params = problem.params ?? {};
    this.pointer = problem.pointer;
    this.problems = problems;
  }
}

export interface ProblemPlace {
  readonly pointer?: string;
  readonly file?: string;
}

function fill(template: string, params: Readonly<Record<string, unknown>>): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
  // A hint at the end may be empty.
  return filled.trimEnd();
}

/** Makes a problem of the registry: its message with the parameters filled in. */
export function problem(code: ErrorCode, params: Readonly<Record<string, unknown>> = {}, place: ProblemPlace = {}): Problem {
  return { code, message: fill(registry[code].message, params), params, ...place };
}

/**
 * Makes the error to throw: `throw fail('RECORD_NOT_FOUND', { object, id })`.
 * @param cause what was caught, for the log; callers never see it
 */
export function fail(
  code: ErrorCode,
  params: Readonly<Record<string, unknown>> = {},
  place: ProblemPlace = {},
  cause?: unknown,
): TesseraError {
  return new TesseraError(problem(code, params, place), [], cause);
}

/** One error for several problems; with exactly one problem, that one itself. */
export function failAll(code: ErrorCode, problems: readonly Problem[], params: Readonly<Record<string, unknown>> = {}): TesseraError {
  const [only] = problems;
  if (only !== undefined && problems.length === 1) return new TesseraError(only, problems);
  return new TesseraError(problem(code, { count: problems.length, ...params }), problems);
}
