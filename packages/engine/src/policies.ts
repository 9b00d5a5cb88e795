// Policies of this node's callers and the Models as they exist for them, good as long as their tenant's access version stands.
import { fail, type Actor } from '@tessera/kernel';
import type { Access } from '@tessera/records';
import { administratorPolicy, compilePolicy, personWanted, type Policy } from '@tessera/security';
import { loadPerson } from '@tessera/storage';
import type { Identity } from './identity.ts';
import type { Kept } from './kept-accesses.ts';
import { shapeOf } from './person-access.ts';
import type { TenantRuntime } from './tenant-runtimes.ts';

/** A session that runs out bumps nothing, so a policy is looked up again now and then. */
const keptMs = 60_000;

function holds({ accessVersion, modelHash, until }: Kept, { state }: TenantRuntime, now: number): boolean {
  return accessVersion === state.access && modelHash === state.modelHash && until > now;
}

export class Policies {
  readonly #identity: Identity;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  /** What is at hand for an actor and still holds. */
  known(tenant: TenantRuntime, name: string, actor: Actor, now: number): Access | undefined {
    const kept = tenant.runtime.accesses.latest(actor);
    return kept?.tenant === name && holds(kept, tenant, now) ? kept.access : undefined;
  }

  async get(tenant: TenantRuntime, name: string, actor: Actor, now: number): Promise<Access> {
    const { kind, sessionId, apiKeyId, userId, impersonatedBy } = actor;
    const key = [name, kind, sessionId ?? apiKeyId, userId, impersonatedBy].join(' ');
    const { accesses } = tenant.runtime;
    let kept = accesses.caller(key);
    if (kept === undefined || !holds(kept, tenant, now)) kept = await this.#find(tenant, name, actor, now);
    accesses.keepCaller(key, actor, kept);
    return kept.access;
  }

  async #find(tenant: TenantRuntime, name: string, actor: Actor, now: number): Promise<Kept> {
    const { access: accessVersion, modelHash } = tenant.state;
    const { policy, person } = await this.#policy(tenant, actor);
    const { view } = shapeOf(tenant.runtime, policy);
    const access = person === undefined ? { policy, view } : { policy, view, person };
    return { tenant: name, accessVersion, modelHash, until: now + keptMs, access };
  }

  /** Throws TOKEN_INVALID where the session or key has ended. */
  async #policy(tenant: TenantRuntime, actor: Actor): Promise<Pick<Access, 'policy' | 'person'>> {
    if (actor.kind === 'system') return { policy: administratorPolicy(null) };
    const caller = await this.#identity.caller(tenant, actor);
    const { database, runtime } = tenant;
    const { model, accesses } = runtime;
    const person = await loadPerson(database, { model, userId: caller.userId, subjects: personWanted(model) });
    if (person === undefined) throw fail('TOKEN_INVALID');
    const { userId, department } = person;
    const kept = (shape: string): Policy['objects'] | undefined => accesses.shape(shape)?.objects;
    return { policy: compilePolicy(model, person, { only: caller.permissionSets, kept }), person: { userId, department } };
  }
}
