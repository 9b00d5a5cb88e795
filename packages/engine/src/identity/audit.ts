// What signing in leaves in the audit trail: who, from where, in which request.
import type { RequestInfo } from '../request-info.ts';
import type { Clock, Context } from '@tessera/kernel';
import { appendAudit, type IdentityDoor, type NewAuditEntry } from '@tessera/storage';

/** Where an entry comes from. */
export type Origin = Pick<NewAuditEntry, 'at' | 'actor' | 'actorKind' | 'address' | 'requestId'>;

export type IdentityEvent = Pick<NewAuditEntry, 'action' | 'object' | 'recordId' | 'detail'>;

export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

function kindOf({ actor }: Context): string {
  if (actor.apiKeyId !== undefined) return 'apiKey';
  return actor.impersonatedBy === undefined ? actor.kind : 'impersonator';
}

/** An entry of somebody who is signed in; whoever acts as another is named as who acts. */
export function originOf(context: Context): Origin {
  const { actor, address, requestId } = context;
  return {
    at: iso(context.clock.now()),
    actor: actor.impersonatedBy ?? actor.userId,
    actorKind: kindOf(context),
    requestId,
    ...(address === undefined ? {} : { address }),
  };
}

/** An entry of a request that nobody is signed in for; `actor` where it has turned out who it is. */
export function requestOrigin(request: RequestInfo, clock: Clock, actor: string | null = null): Origin {
  const { address, requestId } = request;
  const kind = actor === null ? 'stranger' : 'user';
  return { at: iso(clock.now()), actor, actorKind: kind, requestId, ...(address === undefined ? {} : { address }) };
}

export function note(door: IdentityDoor, origin: Origin, ...events: readonly IdentityEvent[]): Promise<void> {
  return appendAudit(
    door,
    events.map((event) => ({ ...origin, ...event })),
  );
}

/** An event about a person. */
export function aboutUser(action: string, userId: string, detail?: unknown): IdentityEvent {
  return { action, object: 'user', recordId: userId, ...(detail === undefined ? {} : { detail }) };
}
