// Which Model a tenant is at, and its Runtime: built on demand, shared by equal hashes, kept least recently used.
import { fail, type Logger } from '@tessera/kernel';
import { buildModel, type Model } from '@tessera/metadata';
import { RuleCache } from '@tessera/records';
import { loadLayers, readState, type Cell, type TenantDatabase, type TenantState } from '@tessera/storage';
import type { Runtime } from './engine-types.ts';

/** A Runtime with what only the engine needs of it. */
export interface CompiledRuntime extends Runtime {
  readonly rules: RuleCache;
}

export interface TenantRuntime {
  readonly database: TenantDatabase;
  readonly state: TenantState;
  readonly runtime: CompiledRuntime;
}

export function compileRuntime(model: Model): CompiledRuntime {
  return Object.freeze({ model, rules: new RuleCache() });
}

/** States per tenant and Runtimes per Model hash. What is cached may be old: every statement is guarded, and `refresh` follows. */
export class TenantRuntimes {
  readonly #cell: Cell;
  readonly #log: Logger;
  readonly #capacity: number;
  readonly #states = new Map<string, TenantState>();
  readonly #runtimes = new Map<string, CompiledRuntime>();
  readonly #loading = new Map<string, Promise<CompiledRuntime>>();

  constructor(cell: Cell, log: Logger, capacity = 200) {
    this.#cell = cell;
    this.#log = log;
    this.#capacity = capacity;
  }

  /** As last seen; asks the database only for a tenant that was not seen yet. Throws TENANT_NOT_FOUND. */
  async get(tenant: string): Promise<TenantRuntime> {
    const state = this.#states.get(tenant);
    return state === undefined ? this.refresh(tenant) : this.#with(tenant, state);
  }

  /** As it is now. */
  async refresh(tenant: string): Promise<TenantRuntime> {
    const database = this.#cell.tenant(tenant);
    const state = await readState(database, database.schema);
    this.#states.set(tenant, state);
    return this.#with(tenant, state);
  }

  /** Something of the tenant has changed, or the tenant is gone: look again at the next request. */
  forget(tenant: string): void {
    this.#states.delete(tenant);
  }

  async #with(tenant: string, state: TenantState): Promise<TenantRuntime> {
    return { database: this.#cell.tenant(tenant), state, runtime: await this.#runtime(tenant, state.modelHash) };
  }

  async #runtime(tenant: string, hash: string): Promise<CompiledRuntime> {
    const cached = this.#runtimes.get(hash);
    if (cached !== undefined) {
      // Put last: the first of the map is then the one that was used the longest ago.
      this.#runtimes.delete(hash);
      this.#runtimes.set(hash, cached);
      return cached;
    }
    const known = this.#loading.get(hash);
    if (known !== undefined) return known;
    const loading = this.#load(tenant, hash).finally(() => this.#loading.delete(hash));
    this.#loading.set(hash, loading);
    return loading;
  }

  async #load(tenant: string, hash: string): Promise<CompiledRuntime> {
    const layers = await this.#cell.control((transaction) => loadLayers(transaction, tenant));
    const { model, problems } = buildModel(layers);
    if (model === undefined) {
      this.#log.error({ tenant, problems }, 'the stored layers of a tenant make no Model');
      throw fail('UNAVAILABLE', { reason: `the metadata of ${tenant} cannot be loaded.` });
    }
    if (model.hash !== hash) throw fail('MODEL_CHANGED');
    const runtime = compileRuntime(model);
    this.#runtimes.set(hash, runtime);
    for (const oldest of this.#runtimes.keys()) {
      if (this.#runtimes.size <= this.#capacity) break;
      this.#runtimes.delete(oldest);
    }
    return runtime;
  }
}
