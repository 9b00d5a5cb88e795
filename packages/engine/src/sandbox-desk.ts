// What an operator does with the sandboxes of tenants: the same as their administrators, and waits until a copy is there.
import type { Session } from './engine-parts.ts';
import type { AppliedPlan, MetadataPlan } from './types/metadata.ts';
import { begin, beginAnew, get, list, planPromotion, promote, remove } from './operations/sandboxes.ts';
import type { NewSandbox, PromotionChange, RefreshedSandbox, Sandbox } from './types/sandbox.ts';

export class SandboxDesk {
  /** The platform itself, as operations run. */
  readonly #session: (tenant: string) => Promise<Session>;

  constructor(session: (tenant: string) => Promise<Session>) {
    this.#session = session;
  }

  async list(tenant: string): Promise<readonly Sandbox[]> {
    return list(await this.#session(tenant));
  }

  /** Throws what the copy has failed with. */
  async create(tenant: string, input: NewSandbox): Promise<Sandbox> {
    const session = await this.#session(tenant);
    await (
      await begin(session, input)
    ).done;
    return get(session, input);
  }

  /** Throws what the copy has failed with. */
  async refresh(tenant: string, input: RefreshedSandbox): Promise<Sandbox> {
    const session = await this.#session(tenant);
    await (
      await beginAnew(session, input)
    ).done;
    return get(session, input);
  }

  async delete(tenant: string, name: string): Promise<void> {
    await remove(await this.#session(tenant), { name });
  }

  async plan(tenant: string, change: PromotionChange): Promise<MetadataPlan> {
    return planPromotion(await this.#session(tenant), change);
  }

  async promote(tenant: string, change: PromotionChange): Promise<AppliedPlan> {
    return promote(await this.#session(tenant), change);
  }
}
