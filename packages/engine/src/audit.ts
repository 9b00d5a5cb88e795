// Entries of the audit trail: who did what, from where, in which request.
import type { Context } from '@tessera/kernel';
import type { NewAuditEntry } from '@tessera/storage';
import { originOf } from './identity/audit.ts';

/** `detail`: any JSON. Of an administrator who acts as somebody else both are told. */
export function auditEntry(
  context: Context,
  action: string,
  about: Pick<NewAuditEntry, 'object' | 'recordId'> & { readonly detail?: Readonly<Record<string, unknown>> } = {},
): NewAuditEntry {
  const { impersonatedBy, userId } = context.actor;
  const detail = { ...about.detail, ...(impersonatedBy === undefined ? {} : { actingAs: userId }) };
  return { ...originOf(context), action, ...about, ...(Object.keys(detail).length === 0 ? {} : { detail }) };
}
