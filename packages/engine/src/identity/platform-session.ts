// Contexts of callers, and what the platform itself writes in.
import type { Actor, Context } from '@tessera/kernel';
import type { SessionInput } from '@tessera/records';
import { administratorPolicy } from '@tessera/security';
import type { EngineParts } from '../engine-parts.ts';
import { accessWithin } from '../person-access.ts';
import type { RequestInfo } from '../request-info.ts';
import type { TenantRuntime } from '../tenant-runtimes.ts';

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

/** What happens by itself with writes. */
export const whatFollows = (
  { quiet = false }: Pick<EngineParts, 'quiet'>,
  { moments, quietMoments }: TenantRuntime['runtime'],
): Pick<SessionInput, 'moments' | 'quiet'> => ({ moments: quiet ? quietMoments : moments, quiet });

/** What a write of the platform itself runs in. */
export async function systemSession(parts: EngineParts, context: Context): Promise<SessionInput> {
  return sessionOn(parts, context, await parts.runtimes.refresh(context.tenant));
}

/** The same on a Runtime that is at hand. @param state undefined where the work runs within a transaction (`runWithin`), which looks itself */
export function sessionOn(
  parts: EngineParts,
  context: Context,
  { database, runtime, state }: Pick<TenantRuntime, 'database' | 'runtime'> & Partial<Pick<TenantRuntime, 'state'>>,
): SessionInput {
  return {
    context,
    database,
    model: runtime.model,
    accessVersion: undefined,
    formerLocks: state?.formerLocks ?? null,
    access: { policy: administratorPolicy(null), view: runtime.model },
    accessOf: accessWithin(runtime),
    rules: runtime.rules,
    sealer: parts.sealer,
    ...whatFollows(parts, runtime),
  };
}
