// Contexts of callers, and what the platform itself writes in.
import type { Actor, Context } from '@tessera/kernel';
import type { SessionInput } from '@tessera/records';
import { administratorPolicy } from '@tessera/security';
import type { EngineParts } from '../engine-parts.ts';
import { accessWithin } from '../person-access.ts';
import type { RequestInfo } from '../request-info.ts';

export function contextFor({ clock, newId, log, publicUrl }: EngineParts, tenant: string, actor: Actor, request: RequestInfo): Context {
  return {
    tenant,
    actor,
    clock,
    newId,
    log: log.child({ tenant, requestId: request.requestId }),
    languages: request.languages,
    requestId: request.requestId,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(request.address === undefined ? {} : { address: request.address }),
    ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
}

/** The context of work that the platform itself does for a tenant. */
export function platformContext(parts: EngineParts, tenant: string): Context {
  return contextFor(parts, tenant, { kind: 'system', userId: null }, { requestId: 'system', languages: ['en'] });
}

/** What a write of the platform itself runs in. */
export async function systemSession(parts: EngineParts, context: Context): Promise<SessionInput> {
  const { database, runtime } = await parts.runtimes.refresh(context.tenant);
  return {
    context,
    database,
    model: runtime.model,
    accessVersion: undefined,
    access: { policy: administratorPolicy(null), view: runtime.model },
    accessOf: accessWithin(runtime),
    rules: runtime.rules,
    sealer: parts.sealer,
    moments: runtime.moments,
  };
}
