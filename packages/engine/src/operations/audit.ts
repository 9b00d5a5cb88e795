// The audit trail, for administrators; and its end, after as many days as the tenant keeps it.
import { fail, isUuid } from '@tessera/kernel';
import { auditPage, purgeAudit } from '@tessera/storage';
import type { OperationInput } from '../operation-list.ts';
import type { AuditTrail } from '../types/operation.ts';
import type { EngineParts, Session } from '../engine-parts.ts';

const defaultEntries = 100;
const dayMs = 86_400_000;

function checkInstant(name: string, text: string | undefined): void {
  const written = text === undefined || /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  // Of days and hours that there are not PostgreSQL would say so as a failure of its own.
  if (written && (text === undefined || isThere(text))) return;
  throw fail('REQUEST_PARAMETER_INVALID', { name, reason: 'it takes an RFC 3339 time, as in 2026-05-01T00:00:00Z.' });
}

function isThere(text: string): boolean {
  const day = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(Date.parse(text)) && !text.startsWith('0000') && new Date(day).toISOString().startsWith(text.slice(0, 10));
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

/** Gives how many entries went. */
export async function trimAudit({ cell, clock, runtimes }: EngineParts, tenant: string): Promise<number> {
  const { runtime } = await runtimes.refresh(tenant);
  return purgeAudit(cell, tenant, new Date(clock.now() - runtime.model.settings.auditDays * dayMs).toISOString());
}
