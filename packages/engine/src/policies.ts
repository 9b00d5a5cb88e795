// Policies of this node's callers and the Models as they exist for them, kept as long as their tenant's access version stands.
import { fail, type Actor } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { Access } from '@tessera/records';
import { administratorPolicy, compilePolicy, personWanted, viewOf, type Policy } from '@tessera/security';
import { loadPerson } from '@tessera/storage';
import type { Identity } from './identity.ts';
import type { TenantRuntime } from './tenant-runtimes.ts';

interface Kept {
  readonly accessVersion: string;
  readonly modelHash: string;
  readonly until: number;
  readonly access: Access;
}

const mostKept = 10_000;
const mostShapes = 500;
/** A session that runs out bumps nothing, so a policy is looked up again now and then. */
const keptMs = 60_000;

/** What all callers with the same permissions have in common. */
interface Shape {
  readonly objects: Policy['objects'];
  readonly view: Model;
}

export class Policies {
  readonly #identity: Identity;
  readonly #kept = new Map<string, Kept>();
  /** By Model and permission shape. */
  readonly #shapes = new Map<string, Shape>();

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  async get(tenant: TenantRuntime, name: string, actor: Actor, now: number): Promise<Access> {
    const { access: accessVersion, modelHash } = tenant.state;
    const { kind, sessionId, apiKeyId, userId, impersonatedBy } = actor;
    const key = [name, kind, sessionId ?? apiKeyId, userId, impersonatedBy].join(' ');
    const kept = this.#kept.get(key);
    if (kept?.accessVersion === accessVersion && kept.modelHash === modelHash && kept.until > now) return kept.access;
    const policy = await this.#policy(tenant, actor);
    const access = { policy, view: this.#shape(tenant.runtime.model, policy).view };
    if (this.#kept.size >= mostKept) this.#kept.clear();
    this.#kept.set(key, { accessVersion, modelHash, until: now + keptMs, access });
    return access;
  }

  /** Throws TOKEN_INVALID where the session or key has ended. */
  async #policy(tenant: TenantRuntime, actor: Actor): Promise<Policy> {
    if (actor.kind === 'system') return administratorPolicy(null);
    const caller = await this.#identity.caller(tenant, actor);
    const { database, runtime } = tenant;
    const { model } = runtime;
    const person = await loadPerson(database, { model, userId: caller.userId, subjects: personWanted(model) });
    if (person === undefined) throw fail('TOKEN_INVALID');
    const kept = (shape: string): Policy['objects'] | undefined => this.#shapes.get(`${model.hash} ${shape}`)?.objects;
    return compilePolicy(model, person, { only: caller.permissionSets, kept });
  }

  #shape(model: Model, policy: Policy): Shape {
    const key = `${model.hash} ${policy.shape}`;
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    const shape = { objects: policy.objects, view: viewOf(model, policy) };
    const [oldest] = this.#shapes.keys();
    if (this.#shapes.size >= mostShapes && oldest !== undefined) this.#shapes.delete(oldest);
    this.#shapes.set(key, shape);
    return shape;
  }
}
