// Where entries of the audit trail come from: who did it, in which request, from which address.
import type { Clock, Context } from '@tessera/kernel';
import type { NewAuditEntry } from './audit.ts';

export type AuditOrigin = Pick<NewAuditEntry, 'at' | 'actor' | 'actorKind' | 'address' | 'requestId'>;

type AuditedRequest = Pick<Context, 'requestId' | 'address'>;

const timeOf = (clock: Clock): string => new Date(clock.now()).toISOString();

const requestOf = ({ requestId, address }: AuditedRequest): AuditedRequest => ({
  requestId,
  ...(address === undefined ? {} : { address }),
});

function kindOf({ actor }: Context): string {
  if (actor.apiKeyId !== undefined) return 'apiKey';
  return actor.impersonatedBy === undefined ? actor.kind : 'impersonator';
}

/**
 * Of a caller who is signed in; whoever acts as another is named as who acts.
 * @param at RFC 3339; left out: now
 */
export function callerOrigin(context: Context, at = timeOf(context.clock)): AuditOrigin {
  const { actor } = context;
  return { at, actor: actor.impersonatedBy ?? actor.userId, actorKind: kindOf(context), ...requestOf(context) };
}

/** Of a request that nobody is signed in for; `actor` where it has turned out who it is. */
export function requestOrigin(request: AuditedRequest, clock: Clock, actor: string | null = null): AuditOrigin {
  return { at: timeOf(clock), actor, actorKind: actor === null ? 'stranger' : 'user', ...requestOf(request) };
}

/**
 * An entry of what a caller has done. Of an administrator who acts as somebody else both are told.
 * @param about what it was done to, and any JSON as `detail`
 * @param at RFC 3339; left out: now
 */
export function auditEntry(
  context: Context,
  action: string,
  about: Pick<NewAuditEntry, 'object' | 'recordId'> & { readonly detail?: Readonly<Record<string, unknown>> } = {},
  at?: string,
): NewAuditEntry {
  const { impersonatedBy, userId } = context.actor;
  const detail = { ...about.detail, ...(impersonatedBy === undefined ? {} : { actingAs: userId }) };
  return { ...callerOrigin(context, at), action, ...about, ...(Object.keys(detail).length === 0 ? {} : { detail }) };
}
