// Which Model a tenant is at, and its Runtime: built on demand, shared by equal hashes, kept least recently used.
import { BoundedCache, fail, type Logger } from '@tessera/kernel';
import { buildModel, type Model } from '@tessera/metadata';
import { RuleCache, type Moments, type OnStep, type WriteSession } from '@tessera/records';
import { loadLayers, readState, type Cell, type StoredLayer, type TenantDatabase, type TenantState } from '@tessera/storage';
import { momentsOf, quietMomentsOf } from '@tessera/workflow';
import type { Runtime } from './types/engine.ts';
import { KeptAccesses } from './kept-accesses.ts';

/** A Runtime with what only the engine needs of it. */
export interface CompiledRuntime extends Runtime {
  readonly rules: RuleCache;
  readonly accesses: KeptAccesses;
  /** What happens by itself with writes; undefined: nothing. */
  readonly moments: Moments<WriteSession> | undefined;
  /** The same without automations that follow a write. */
  readonly quietMoments: Moments<WriteSession> | undefined;
  /** About how many bytes its Model takes. */
  readonly modelBytes: number;
}

export interface TenantRuntime {
  readonly database: TenantDatabase;
  readonly state: TenantState;
  readonly runtime: CompiledRuntime;
}

/** What a Model takes in bytes for each character of its layers' JSON, at most, as measured. */
const bytesOfCharacter = 10;

/** How much of the memory of all Runtimes what is known of the callers of one may take. */
const shareOfAccesses = 0.25;

/** States per tenant and Runtimes per Model hash. What is cached may be old: every statement is guarded, and `refresh` follows. */
export class TenantRuntimes {
  readonly #cell: Cell;
  readonly #log: Logger;
  readonly #most: number;
  readonly #onStep: OnStep | undefined;
  readonly #seen = new Map<string, Pick<TenantRuntime, 'database' | 'state'>>();
  readonly #runtimes: BoundedCache<string, CompiledRuntime>;
  readonly #loading = new Map<string, Promise<CompiledRuntime>>();

  /** @param most bytes that all Runtimes may take together, with what is known of their callers */
  constructor(cell: Cell, log: Logger, most: number, onStep?: OnStep) {
    this.#cell = cell;
    this.#log = log;
    this.#most = most;
    this.#onStep = onStep;
    this.#runtimes = new BoundedCache(most);
  }

  /** As last seen, if all of it is here. */
  known(tenant: string): TenantRuntime | undefined {
    const seen = this.#seen.get(tenant);
    const runtime = seen === undefined ? undefined : this.#cached(seen.state.modelHash);
    return seen === undefined || runtime === undefined ? undefined : { ...seen, runtime };
  }

  /** As last seen; asks the database only for what is not here. Throws TENANT_NOT_FOUND. */
  async get(tenant: string): Promise<TenantRuntime> {
    const seen = this.#seen.get(tenant);
    if (seen === undefined) return this.refresh(tenant);
    return { ...seen, runtime: await this.#runtime(tenant, seen.state.modelHash) };
  }

  /** As it is now. */
  async refresh(tenant: string): Promise<TenantRuntime> {
    const database = this.#cell.tenant(tenant);
    const state = await readState(database, database.schema);
    this.#seen.set(tenant, { database, state });
    return { database, state, runtime: await this.#runtime(tenant, state.modelHash) };
  }

  /** Of layers that are about to be a tenant's. */
  of(model: Model, layers: readonly StoredLayer[]): CompiledRuntime {
    return this.#cached(model.hash) ?? this.#compiled(model, layers);
  }

  /** Something of the tenant has changed, or the tenant is gone: look again at the next request. */
  forget(tenant: string): void {
    this.#seen.delete(tenant);
  }

  #cached(hash: string): CompiledRuntime | undefined {
    const cached = this.#runtimes.get(hash);
    if (cached !== undefined) this.#keep(cached);
    return cached;
  }

  /** What is known of its callers grows as they come. One that is larger than all may be is kept alone. */
  #keep(runtime: CompiledRuntime): void {
    this.#runtimes.set(runtime.model.hash, runtime, Math.min(runtime.modelBytes + runtime.accesses.bytes, this.#most));
  }

  #compiled(model: Model, layers: readonly StoredLayer[]): CompiledRuntime {
    const modelBytes = bytesOfCharacter * JSON.stringify(layers).length;
    const accesses = new KeptAccesses(model, this.#most * shareOfAccesses);
    const rules = new RuleCache(this.#onStep);
    return Object.freeze({ model, rules, accesses, moments: momentsOf(model), quietMoments: quietMomentsOf(model), modelBytes });
  }

  async #runtime(tenant: string, hash: string): Promise<CompiledRuntime> {
    const cached = this.#cached(hash);
    if (cached !== undefined) return cached;
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
    const runtime = this.#compiled(model, layers);
    this.#keep(runtime);
    return runtime;
  }
}
