// The audit trail, for administrators.
import { fail, isUuid } from '@tessera/kernel';
import { auditPage } from '@tessera/storage';
import type { AuditTrail, OperationInput } from '../engine-types.ts';
import type { Session } from '../engine-parts.ts';

const defaultEntries = 100;

function checkInstant(name: string, text: string | undefined): void {
  if (text === undefined || /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return;
  throw fail('REQUEST_PARAMETER_INVALID', { name, reason: 'it takes an RFC 3339 time, as in 2026-05-01T00:00:00Z.' });
}

function checkId(name: string, text: string | undefined): void {
  if (text !== undefined && !isUuid(text)) throw fail('REQUEST_PARAMETER_INVALID', { name, reason: 'it takes an id.' });
}

/** Newest first. */
export async function readAudit(session: Session, input: OperationInput<'audit.list'>): Promise<AuditTrail> {
  const { first = defaultEntries, before, ...query } = input;
  const most = session.parts.limits.page;
  if (!Number.isInteger(first) || first < 1 || first > most)
    throw fail('REQUEST_PARAMETER_INVALID', { name: 'first', reason: `it takes 1 to ${String(most)}.` });
  if (before !== undefined && !/^\d{1,18}$/.test(before)) throw fail('CURSOR_INVALID', {}, { pointer: '/before' });
  checkInstant('from', query.from);
  checkInstant('to', query.to);
  checkId('actor', query.actor);
  checkId('recordId', query.recordId);
  return auditPage(session.database, { ...query, first, ...(before === undefined ? {} : { before }) });
}
