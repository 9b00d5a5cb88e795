// What an operator does from outside of any tenant: make, fill, read and back up tenants. The command line stands on it.
import { fail } from '@tessera/kernel';
import {
  dataSetsFor,
  lackSeeds,
  loadSets,
  readPack,
  withNeeds,
  withPlaces,
  type DataSet,
  type SeedDeps,
  type SeedProgress,
} from '@tessera/packs';
import { importRecords, runInSession, type ImportDeps } from '@tessera/records';
import { administratorPolicy } from '@tessera/security';
import {
  analyzeTenant,
  backupTenant,
  findUser,
  hasCredentials,
  listStoredSandboxes,
  loadLayers,
  type BackupCounts,
  type BackupProgress,
  type TenantInfo,
} from '@tessera/storage';
import type { AccessExplanation } from './types/access.ts';
import { engineParts, type EngineOptions } from './create-engine.ts';
import type { EngineParts, Session } from './engine-parts.ts';
import type { ReadExplanation, RequestWriter } from './types/explain.ts';
import { Identity } from './identity.ts';
import type { ImportStatus } from './types/operation.ts';
import { explainAccess } from './operations/access.ts';
import { explainRead } from './operations/explain.ts';
import { exportLines } from './operations/transfer.ts';
import { PackDesk } from './pack-desk.ts';
import { seedDeps } from './seeding.ts';
import { SandboxDesk } from './sandbox-desk.ts';
import type { Graphql } from './scenarios/player.ts';
import { atScenarioDesk, type ScenarioDesk } from './scenarios/scenario-desk.ts';
import { restoreTenant, type Restored } from './tenant-backup.ts';
import { createTenant, setPasswords, systemContext, systemSession, type Person } from './tenant-setup.ts';
import { Upkeep } from './upkeep.ts';

export interface TenantInput {
  readonly name: string;
  readonly label?: string;
  /** Folders of packs, in any order. */
  readonly packs: readonly string[];
  readonly administrator: Person;
  /** The packs' demo data too. */
  readonly demo: boolean;
  /** The password of everybody whom the packs' data brings. Without it they cannot sign in yet. */
  readonly peoplePassword?: string;
  readonly onProgress?: (progress: SeedProgress) => void;
}

export class Administration {
  readonly upkeep: Upkeep;
  readonly packs: PackDesk;
  readonly sandboxes: SandboxDesk;
  readonly #options: EngineOptions;
  readonly #parts: EngineParts;
  readonly #identity: Identity;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#parts = engineParts(options);
    this.upkeep = new Upkeep(this.#parts);
    this.#identity = new Identity(this.#parts);
    this.sandboxes = new SandboxDesk((tenant) => this.#session(tenant));
    this.packs = new PackDesk({
      session: (tenant) => this.#session(tenant),
      seed: (tenant, pack, folder, onProgress) => this.#seed(tenant, pack, folder, onProgress),
      lacks: async (tenant, pack) => {
        const { deps, sets } = await this.#demoOf(tenant, pack);
        return lackSeeds(deps.database, sets);
      },
    });
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }

  /** Lends a desk at which the scenarios of packs are played. @param graphql answers their queries */
  atScenarioDesk<T>(graphql: Graphql, work: (desk: ScenarioDesk) => Promise<T>): Promise<T> {
    return atScenarioDesk(this.#options, graphql, work);
  }

  tenants(): Promise<readonly TenantInfo[]> {
    return this.#parts.cell.tenants();
  }

  /** A sandbox goes from the list of its tenant too. */
  async dropTenant(name: string): Promise<void> {
    const { origin, name: sandbox } =
      (await this.#parts.cell.control((control) => listStoredSandboxes(control))).find(({ tenant }) => tenant === name) ?? {};
    if (origin !== undefined && sandbox !== undefined) return this.sandboxes.delete(origin, sandbox);
    await this.#parts.cell.dropTenant(name);
    this.#parts.runtimes.forget(name);
  }

  /** Makes a tenant from packs and those beside them that they need, with their seed data. What fails leaves no tenant behind. */
  async createTenant(input: TenantInput): Promise<void> {
    const packs = await withNeeds(await Promise.all(input.packs.map(async (folder) => ({ folder, layer: await readPack(folder) }))));
    const { name, label, administrator } = input;
    const seed = async (): Promise<readonly Person[]> => {
      this.#parts.runtimes.forget(name);
      if (input.demo) for (const { layer, folder } of packs) await this.#seed(name, layer.name, folder, input.onProgress);
      const { peoplePassword: password } = input;
      return password === undefined ? [] : (await this.people(name)).map((person) => ({ ...person, password }));
    };
    await createTenant(this.#parts, this.#identity, {
      name,
      packs: packs.map(({ layer }) => layer),
      administrator,
      seed,
      ...(label === undefined ? {} : { label }),
    });
  }

  /** Whether a tenant's set-up came to its end: somebody can sign in. */
  async isComplete(tenant: string): Promise<boolean> {
    return hasCredentials(this.#parts.cell.tenant(tenant));
  }

  /** A pack's demo data, as the tenant has the pack. Throws PACK_NOT_INSTALLED. */
  async #demoOf(tenant: string, pack: string): Promise<{ readonly deps: SeedDeps; readonly sets: readonly DataSet[] }> {
    const deps = await seedDeps(this.#parts, tenant);
    const layers = await this.#parts.cell.control((control) => loadLayers(control, tenant));
    const packs = layers.filter(({ kind }) => kind === 'pack');
    const own = packs.find(({ name }) => name === pack);
    if (own === undefined) throw fail('PACK_NOT_INSTALLED', { pack, known: `Installed: ${packs.map(({ name }) => name).join(', ')}.` });
    return { deps, sets: dataSetsFor([own], layers, deps.model).filter(({ owner }) => owner === 'demo') };
  }

  /** Loads a pack's demo data; its others come with its metadata. */
  async #seed(tenant: string, pack: string, folder: string, onProgress: TenantInput['onProgress']): Promise<void> {
    const { deps, sets } = await this.#demoOf(tenant, pack);
    await withPlaces(folder, () => loadSets(deps, sets, { folderOf: () => folder, onProgress }));
    await analyzeTenant(this.#parts.cell.maintenance(tenant), tenant, deps.model);
  }

  /** The platform itself, as operations run. */
  async #session(tenant: string): Promise<Session> {
    const found = await this.#parts.runtimes.refresh(tenant);
    return {
      ...found,
      parts: this.#parts,
      context: systemContext(this.#identity, tenant),
      policy: administratorPolicy(null),
      view: found.runtime.model,
      renew: () => this.#session(tenant),
    };
  }

  async #importDeps(tenant: string): Promise<ImportDeps> {
    const context = systemContext(this.#identity, tenant);
    const session = await systemSession(this.#parts, context);
    return { context, database: session.database, model: session.model, run: (work) => runInSession(session, work) };
  }

  /** Everybody of the tenant: name and email. */
  async people(tenant: string): Promise<readonly Omit<Person, 'password'>[]> {
    const people: Omit<Person, 'password'>[] = [];
    for await (const lines of this.export(tenant, { object: 'user', fields: ['name', 'email'], format: 'ndjson' })) {
      for (const line of lines.split('\n')) if (line !== '') people.push(JSON.parse(line) as Omit<Person, 'password'>);
    }
    return people;
  }

  /** Gives people (found by email, else made) passwords, all or none. */
  async setPasswords(tenant: string, people: readonly Person[]): Promise<void> {
    await setPasswords(this.#parts, systemContext(this.#identity, tenant), people);
  }

  /** Writes a tenant's rows and files as lines, in constant memory. */
  backup(tenant: string, write: (line: string) => Promise<void>, onProgress?: (progress: BackupProgress) => void): Promise<BackupCounts> {
    const { cell, files } = this.#parts;
    const options = { at: this.#now(), write, readFile: (key: string) => files.read(key) };
    return backupTenant(cell, tenant, { ...options, ...(onProgress === undefined ? {} : { onProgress }) });
  }

  restore(
    lines: AsyncIterable<string>,
    options: { readonly name?: string; readonly onRows?: (rows: number) => void } = {},
  ): Promise<Restored> {
    return restoreTenant(this.#parts, lines, options);
  }

  async import(
    tenant: string,
    input: {
      readonly object: string;
      readonly mapping: unknown;
      readonly content: AsyncIterable<Uint8Array>;
      readonly by?: string;
      readonly dryRun?: boolean;
      readonly resume?: string;
      readonly onProgress?: (status: ImportStatus) => void;
    },
  ): Promise<ImportStatus> {
    return importRecords(await this.#importDeps(tenant), input);
  }

  async *export(
    tenant: string,
    input: { readonly object: string; readonly fields?: readonly string[]; readonly filter?: unknown; readonly format: 'csv' | 'ndjson' },
  ): AsyncIterable<string> {
    yield* exportLines(await this.#session(tenant), input);
  }

  /** Why a person (by email) may see or change a record, or may not. Throws RECORD_NOT_FOUND, OBJECT_UNKNOWN. */
  async explainAccess(
    tenant: string,
    input: { readonly user: string; readonly object: string; readonly id: string },
  ): Promise<AccessExplanation> {
    const session = await this.#session(tenant);
    return explainAccess(session, { ...input, user: await this.#idOf(session, input.user) });
  }

  /** What PostgreSQL makes of a read of the platform itself, or of a person (by email). Throws RECORD_NOT_FOUND, and what the read is refused with. */
  async explainRead(
    tenant: string,
    { user, ...input }: { readonly request: RequestWriter; readonly user?: string; readonly analyze?: boolean },
  ): Promise<ReadExplanation> {
    const session = await this.#session(tenant);
    return explainRead(session, { ...input, ...(user === undefined ? {} : { user: await this.#idOf(session, user) }) });
  }

  async #idOf({ view, database }: Session, email: string): Promise<string> {
    const people = view.objects['user'];
    const person = people && (await findUser(database, people, { email }));
    if (person === undefined) throw fail('RECORD_NOT_FOUND', { object: 'user', id: email });
    return person.id;
  }
}
