// What signing in leaves in the audit trail.
import { appendAudit, type AuditOrigin, type IdentityDoor, type NewAuditEntry } from '@tessera/storage';

export type IdentityEvent = Pick<NewAuditEntry, 'action' | 'object' | 'recordId' | 'detail'>;

export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function note(door: IdentityDoor, origin: AuditOrigin, ...events: readonly IdentityEvent[]): Promise<void> {
  return appendAudit(
    door,
    events.map((event) => ({ ...origin, ...event })),
  );
}

/** An event about a person. */
export function aboutUser(action: string, userId: string, detail?: unknown): IdentityEvent {
  return { action, object: 'user', recordId: userId, ...(detail === undefined ? {} : { detail }) };
}
