// Failures as they are written down, and which of them are nobody's fault.
import { TesseraError } from '@tessera/kernel';
import { databaseErrorKind } from '@tessera/storage';

/** The service that is away, or a tenant that has moved on: the same work may succeed as it is. */
const passing: ReadonlySet<string> = new Set([
  'DATABASE_UNAVAILABLE',
  'MODEL_CHANGED',
  'POOL_EXHAUSTED',
  'REQUEST_CANCELLED',
  'TENANT_BUSY',
  'TENANT_NOT_FOUND',
  'UNAVAILABLE',
]);

/** Whether the work itself is not to blame, so that none of it has failed. */
export function isOutage(error: unknown): boolean {
  if (error instanceof TesseraError) return passing.has(error.code);
  return databaseErrorKind(error) === 'connection';
}

/** Whether it will fail again however often it is tried: what somebody has asked for is refused. */
export const isRefusal = (error: unknown): boolean => error instanceof TesseraError && error.status < 500;

/** JSON text. */
export function failureText(error: unknown): string {
  if (!(error instanceof TesseraError)) return JSON.stringify({ message: error instanceof Error ? error.message : String(error) });
  const { code, message, pointer, problems } = error;
  return JSON.stringify({ code, message, pointer, ...(problems.length === 0 ? {} : { problems }) });
}
