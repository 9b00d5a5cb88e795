// The code of a system error, whatever realm it comes from.

/** `ENOENT`, `EADDRINUSE` and the like. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
