// The runner shows an error's stack and nothing else, so what caused it goes there.
import { inspect } from 'node:util';

/** The error itself, whose stack goes on with its cause. */
export function withCause(error: unknown): unknown {
  if (!(error instanceof Error) || error.cause === undefined) return error;
  const cause = withCause(error.cause);
  error.stack = `${error.stack ?? error.message}\nCause: ${cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause)}`;
  return error;
}
