// What an operator does with packs in folders: check, compare, plan, install, upgrade, take away, make of a tenant; and ways back.
import type { Problem } from '@tessera/kernel';
import { buildModel, diff, type Change, type Layer, type Model } from '@tessera/metadata';
import {
  checkMigrations,
  checkData,
  checkScenarios,
  dataSetsOf,
  fixturesOf,
  lintPack,
  modelOf,
  problemsInFiles,
  readPack,
  readPlatform,
  scenariosOf,
  withNeeds,
  withNeighbours,
  withPlaces,
  type InstalledPack,
  type SeedProgress,
} from '@tessera/packs';
import type { Session } from './engine-parts.ts';
import type { MetadataPlan, MetadataVersion, MetadataVersionShown, PackExport, PlanDecisions } from './types/metadata.ts';
import { planned, planRollback, putInForce, rollbackMetadata, shownVersion, versions } from './operations/metadata.ts';
import { composed, exportTenant, listPacks, reasonOf, type PacksToCome } from './operations/packs.ts';
import { shownPlan } from './operations/shown-plan.ts';

export interface PackDeskParts {
  /** The platform itself, as operations run. */
  readonly session: (tenant: string) => Promise<Session>;
  /** Demo data of a pack that the tenant has, as it has them; files come from the folder. */
  readonly seed: (tenant: string, pack: string, folder: string, onProgress?: (progress: SeedProgress) => void) => Promise<void>;
  /** Whether some of them have yet to come. */
  readonly lacks: (tenant: string, pack: string) => Promise<boolean>;
}

/** A pack in a folder that comes, with others of which each needs the other's new version (`with`: their folders), or an installed one that goes. */
export type PackStep =
  { readonly folder: string; readonly with?: readonly string[]; readonly newer?: boolean } | { readonly uninstall: string };

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

  /** The folders of a pack and of those that it needs, these first. Throws PACK_UNREADABLE, METADATA_INVALID. */
  async foldersOf(folder: string): Promise<readonly string[]> {
    return withPlaces(folder, async () => {
      const all = await withNeeds([{ layer: await readPack(folder), folder }]);
      return all.map((pack) => pack.folder);
    });
  }

  /** Reads a pack and checks it on top of the platform and of the packs beside it that it needs. Throws PACK_UNREADABLE. */
  async validate(folder: string): Promise<PackCheck> {
    const [pack, layers] = await withPlaces(folder, async () => {
      const read = await readPack(folder);
      return [read, [await readPlatform(), ...(await withNeighbours(read, folder))]] as const;
    });
    const { name, version } = pack;
    const { model, problems } = buildModel(layers);
    if (model === undefined) return { name, version, problems: await problemsInFiles(problems, folder), warnings: [] };
    const data = layers.flatMap(dataSetsOf);
    const inScenarios = checkScenarios(model, scenariosOf(pack, []), { fixtures: fixturesOf([pack]), data });
    return {
      name,
      version,
      problems: await problemsInFiles([...checkMigrations(pack), ...checkData(model, name, data), ...inScenarios], folder),
      warnings: await problemsInFiles(lintPack(pack, model), folder),
    };
  }

  async list(tenant: string): Promise<readonly InstalledPack[]> {
    return listPacks(await this.#parts.session(tenant));
  }

  /** What it would do to a tenant. Throws METADATA_INVALID with every mistake, PACK_NOT_INSTALLED, PACK_NOT_NEWER, PACK_IN_USE. */
  async plan(tenant: string, step: PackStep, decisions: PlanDecisions = {}, wanted = { access: true }): Promise<MetadataPlan> {
    const session = await this.#parts.session(tenant);
    return placed(step, async () => planned(session, await composed(session, { ...decisions, ...(await asChange(step)) }), wanted));
  }

  /** Puts it in force, with the data that it brings; loads its demo data where they are asked for. Throws what `plan` throws, PLAN_OUTDATED, PLAN_CONFLICTS, PLAN_BLOCKED. */
  async apply(
    tenant: string,
    step: PackStep,
    { decisions = {}, reason, planHash, demo = false, onProgress }: ApplyOptions = {},
  ): Promise<PackApplied> {
    const session = await this.#parts.session(tenant);
    const { change, plan, version } = await placed(step, async () => {
      const read = await asChange(step);
      const come = await composed(session, { ...decisions, ...read });
      return { change: read, ...(await putInForce(session, come, { reason: reason ?? reasonOf(come), planHash })) };
    });
    if (demo && 'packs' in change) {
      for (const [i, folder] of foldersIn(step).entries()) await this.#parts.seed(tenant, change.packs[i]?.name ?? '', folder, onProgress);
    }
    return { plan: shownPlan(plan), version };
  }

  /**
   * Loads the demo data of a pack as they are in force, and nothing else: files beside them come from the folder, what was saved there
   * since is not put in force. Those that are there already are changed. Throws what a record is refused with, PACK_NOT_INSTALLED.
   */
  async loadDemo(tenant: string, folder: string, onProgress?: (progress: SeedProgress) => void): Promise<void> {
    const { name } = await readPack(folder);
    await this.#parts.seed(tenant, name, folder, onProgress);
  }

  /** Whether some of a pack's demo data, as they are in force, have yet to come: loading them was broken off. Throws PACK_NOT_INSTALLED. */
  async lacksDemo(tenant: string, folder: string): Promise<boolean> {
    const { name } = await readPack(folder);
    return this.#parts.lacks(tenant, name);
  }

  /** One with its plan. @throws VERSION_UNKNOWN */
  async version(tenant: string, number: number): Promise<MetadataVersionShown> {
    return shownVersion(await this.#parts.session(tenant), { number });
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
  /** The pack's demo data too; those that are there already are changed. */
  readonly demo?: boolean;
  readonly onProgress?: (progress: SeedProgress) => void;
}

type PackSource = PacksToCome | { readonly uninstall: string };

const foldersIn = (step: PackStep): readonly string[] => ('folder' in step ? [step.folder, ...(step.with ?? [])] : []);

/** Mistakes in the files of folders are told with their places. */
const placed = <T>(step: PackStep, work: () => Promise<T>): Promise<T> =>
  foldersIn(step).reduceRight((inner, folder) => () => withPlaces(folder, inner), work)();

const asChange = async (step: PackStep): Promise<PackSource> =>
  'uninstall' in step ? step : { packs: await Promise.all(foldersIn(step).map((folder) => readPack(folder))), newer: step.newer ?? false };
