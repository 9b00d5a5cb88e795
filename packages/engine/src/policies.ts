// Policies of this node's callers, kept as long as their tenant's access version stands.
import type { Actor } from '@tessera/kernel';
import type { Policy } from '@tessera/security';
import type { Identity } from './identity.ts';
import type { TenantRuntime } from './tenant-runtimes.ts';

interface Kept {
  readonly access: string;
  readonly modelHash: string;
  readonly until: number;
  readonly policy: Policy;
}

const mostKept = 10_000;
/** A session that runs out bumps nothing, so a policy is looked up again now and then. */
const keptMs = 60_000;

export class Policies {
  readonly #identity: Identity;
  readonly #kept = new Map<string, Kept>();

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  async get(tenant: TenantRuntime, name: string, actor: Actor, now: number): Promise<Policy> {
    const { access, modelHash } = tenant.state;
    const key = `${name} ${actor.kind} ${actor.sessionId ?? ''} ${actor.userId ?? ''}`;
    const kept = this.#kept.get(key);
    if (kept?.access === access && kept.modelHash === modelHash && kept.until > now) return kept.policy;
    const policy = await this.#identity.policy(tenant, actor);
    if (this.#kept.size >= mostKept) this.#kept.clear();
    this.#kept.set(key, { access, modelHash, until: now + keptMs, policy });
    return policy;
  }
}
