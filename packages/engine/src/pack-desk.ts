// What an operator does with packs in folders: check, compare, plan, install, upgrade, take away, make of a tenant; and ways back.
import type { Problem } from '@tessera/kernel';
import { buildModel, diff, type Change, type Layer, type Model } from '@tessera/metadata';
import {
  checkScenarios,
  fixturesOf,
  lintPack,
  modelOf,
  readPack,
  readPlatform,
  scenariosOf,
  withNeighbours,
  type InstalledPack,
  type SeedProgress,
} from '@tessera/packs';
import type { Session } from './engine-parts.ts';
import type { MetadataPlan, MetadataVersion, PackExport, PlanDecisions } from './metadata-types.ts';
import { planned, planRollback, putInForce, rollbackMetadata, versions } from './operations/metadata.ts';
import { composed, exportTenant, listPacks, reasonOf } from './operations/packs.ts';
import { shownPlan } from './operations/shown-plan.ts';

export interface SeedingOptions {
  readonly demo: boolean;
  readonly onProgress?: (progress: SeedProgress) => void;
}

export interface PackDeskParts {
  /** The platform itself, as operations run. */
  readonly session: (tenant: string) => Promise<Session>;
  readonly seed: (tenant: string, pack: Layer, folder: string, options: SeedingOptions) => Promise<void>;
}

/** A pack in a folder that comes, or an installed one that goes. */
export type PackStep = { readonly folder: string; readonly newer?: boolean } | { readonly uninstall: string };

/** `tenant`: a tenant as it is; `folder`: a pack, with the platform and the packs that it needs. */
export type Comparable = { readonly tenant: string } | { readonly folder: string };

export interface PackCheck {
  readonly name: string;
  readonly version: string;
  readonly problems: readonly Problem[];
  /** What is no mistake, and yet seldom meant; only where there is no mistake. */
  readonly warnings: readonly Problem[];
}

export interface PackApplied {
  readonly plan: MetadataPlan;
  /** Undefined where the tenant had it all already. */
  readonly version: number | undefined;
}

export class PackDesk {
  readonly #parts: PackDeskParts;

  constructor(parts: PackDeskParts) {
    this.#parts = parts;
  }

  /** Reads a pack and checks it on top of the platform and of the packs beside it that it needs. Throws PACK_UNREADABLE. */
  async validate(folder: string): Promise<PackCheck> {
    const pack = await readPack(folder);
    const { name, version } = pack;
    const layers = [await readPlatform(), ...(await withNeighbours(pack, folder))];
    const { model, problems } = buildModel(layers);
    if (model === undefined) return { name, version, problems, warnings: [] };
    return { name, version, problems: checkScenarios(model, scenariosOf(pack, []), fixturesOf([pack])), warnings: lintPack(pack, model) };
  }

  async list(tenant: string): Promise<readonly InstalledPack[]> {
    return listPacks(await this.#parts.session(tenant));
  }

  /** What it would do to a tenant. Throws METADATA_INVALID with every mistake, PACK_NOT_INSTALLED, PACK_NOT_NEWER, PACK_IN_USE. */
  async plan(tenant: string, step: PackStep, decisions: PlanDecisions = {}): Promise<MetadataPlan> {
    const session = await this.#parts.session(tenant);
    return planned(session, await composed(session, { ...decisions, ...(await asChange(step)) }));
  }

  /** Puts it in force, and loads the data of a pack that comes. Throws what `plan` throws, PLAN_OUTDATED, PLAN_CONFLICTS, PLAN_BLOCKED. */
  async apply(
    tenant: string,
    step: PackStep,
    { decisions = {}, reason, planHash, demo = false, onProgress }: ApplyOptions = {},
  ): Promise<PackApplied> {
    const session = await this.#parts.session(tenant);
    const change = await asChange(step);
    const come = await composed(session, { ...decisions, ...change });
    const { plan, version } = await putInForce(session, come, { reason: reason ?? reasonOf(come), planHash });
    // An unchanged pack has brought its data already.
    if (version !== undefined && 'folder' in step && 'pack' in change) {
      await this.#parts.seed(tenant, change.pack, step.folder, { demo, ...(onProgress === undefined ? {} : { onProgress }) });
    }
    return { plan: shownPlan(plan), version };
  }

  async versions(tenant: string): Promise<readonly MetadataVersion[]> {
    return versions(await this.#parts.session(tenant));
  }

  /** What going back to a version would do. Throws VERSION_UNKNOWN. */
  async planRollback(tenant: string, version: number): Promise<MetadataPlan> {
    return planRollback(await this.#parts.session(tenant), { version });
  }

  async rollback(
    tenant: string,
    input: { readonly version: number; readonly reason?: string; readonly planHash?: string },
  ): Promise<MetadataPlan & { readonly version: number }> {
    return rollbackMetadata(await this.#parts.session(tenant), input);
  }

  /** The files of a pack that a tenant's own layer makes. */
  async export(tenant: string, input: PackExport): Promise<Layer['files']> {
    return (await exportTenant(await this.#parts.session(tenant), input)).files;
  }

  /** What leads from one to the other. Throws METADATA_INVALID where a pack has mistakes. */
  async diff(left: Comparable, right: Comparable): Promise<readonly Change[]> {
    return diff(await this.#model(left), await this.#model(right));
  }

  async #model(of: Comparable): Promise<Model> {
    if ('tenant' in of) return (await this.#parts.session(of.tenant)).runtime.model;
    const pack = await readPack(of.folder);
    return modelOf([await readPlatform(), ...(await withNeighbours(pack, of.folder))]);
  }
}

interface ApplyOptions {
  readonly decisions?: PlanDecisions;
  readonly reason?: string;
  /** Only this very plan. */
  readonly planHash?: string;
  /** The pack's demo data too. */
  readonly demo?: boolean;
  readonly onProgress?: (progress: SeedProgress) => void;
}

type PackSource = { readonly pack: Layer; readonly newer: boolean } | { readonly uninstall: string };

const asChange = async (step: PackStep): Promise<PackSource> =>
  'uninstall' in step ? step : { pack: await readPack(step.folder), newer: step.newer ?? false };
