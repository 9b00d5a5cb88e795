// What the command line can do: commands parse and print, these act.
import type { WrittenRead } from '@tessera/api';
import type {
  AccessExplanation,
  ImportStatus,
  InstalledPack,
  MetadataPlan,
  MetadataVersion,
  MetadataVersionShown,
  NewPack,
  PackCheck,
  PackTest,
  PackTested,
  PackExport,
  NewSandbox,
  PlanDecisions,
  PromotionChange,
  ReadExplanation,
  RefreshedSandbox,
  Sandbox,
} from '@tessera/engine';
import type { TenantInfo } from '@tessera/storage';
import type { DevInput, Onlooker } from '../dev/dev-input.ts';

/** How far something is; `total` where it is known. */
export type Progress = (done: number, total?: number) => void;

export interface NewTenantInput {
  readonly name: string;
  readonly label?: string;
  /** Folders of packs, in dependency order. */
  readonly packs: readonly string[];
  readonly administrator: { readonly email: string; readonly password: string };
  readonly demoData: boolean;
}

/**
 * Packs in folders that come to a tenant in one step, or an installed one (by its name) that goes. `newer`: they must be newer than what is
 * installed.
 */
export type PackInput = PlanDecisions & { readonly tenant: string } & (
    | { readonly folder: string; readonly with?: readonly string[]; readonly newer?: boolean; readonly demoData?: boolean }
    | { readonly uninstall: string }
  );

/** `planHash`: the plan that was looked at. */
interface Agreed {
  readonly planHash?: string;
}

export interface TransferInput {
  readonly tenant: string;
  readonly object: string;
}

/** What was written to a backup, or read from one. */
export interface BackupResult {
  readonly tenant: string;
  readonly file: string;
  readonly records: number;
  /** Files with their bytes. */
  readonly files: number;
  /** Files whose bytes the store or the backup did not have, and ids of the first of them. */
  readonly missing: number;
  readonly missingSample: readonly string[];
}

/** One thing that `doctor` has looked at. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string;
}

/** Everything that commands call. Failures are TesseraErrors. */
export interface CliActions {
  createTenant(input: NewTenantInput, progress: Progress): Promise<{ readonly name: string; readonly administrator: string }>;
  listTenants(): Promise<readonly TenantInfo[]>;
  dropTenant(name: string): Promise<void>;
  backUpTenant(input: { readonly tenant: string; readonly file: string }, progress: Progress): Promise<BackupResult>;
  restoreTenant(input: { readonly tenant: string; readonly file: string }, progress: Progress): Promise<BackupResult>;
  /** Makes a new pack; gives the paths of its files. */
  createPack(input: NewPack): Promise<readonly string[]>;
  /** Everything that is wrong with a pack's files, without any tenant. */
  validatePack(folder: string): Promise<PackCheck>;
  planPack(input: PackInput): Promise<MetadataPlan>;
  applyPack(input: PackInput & Agreed, progress: Progress): Promise<MetadataPlan & { readonly version: number | undefined }>;
  listPacks(tenant: string): Promise<readonly InstalledPack[]>;
  /** Of two folders of packs, or tenants as `tenant:<name>`. */
  diffPacks(left: string, right: string): Promise<MetadataPlan['changes']>;
  /** Writes a tenant's own layer as a pack. */
  exportPack(
    input: PackExport & { readonly tenant: string; readonly folder: string },
  ): Promise<{ readonly folder: string; readonly files: number }>;
  showVersion(tenant: string, number: number): Promise<MetadataVersionShown>;
  listVersions(tenant: string): Promise<readonly MetadataVersion[]>;
  planRollback(input: { readonly tenant: string; readonly version: number }): Promise<MetadataPlan>;
  rollBack(
    input: { readonly tenant: string; readonly version: number; readonly reason?: string } & Agreed,
  ): Promise<MetadataPlan & { readonly version: number }>;
  /** Comes back when the copy is there. */
  createSandbox(tenant: string, input: NewSandbox): Promise<Sandbox>;
  listSandboxes(tenant: string): Promise<readonly Sandbox[]>;
  refreshSandbox(tenant: string, input: RefreshedSandbox): Promise<Sandbox>;
  deleteSandbox(tenant: string, name: string): Promise<void>;
  planPromotion(tenant: string, change: PromotionChange): Promise<MetadataPlan>;
  promoteSandbox(tenant: string, change: PromotionChange): Promise<MetadataPlan & { readonly version: number }>;
  /** Plays the scenarios of a pack. */
  testPack(input: PackTest): Promise<PackTested>;
  /** Hands out a way to play them, now and whenever a file of the pack has changed, until the signal aborts. */
  watchPack(input: PackTest, tell: (test: () => Promise<PackTested>) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Serves a pack in a tenant for it, and puts every save in force there, until the signal aborts. */
  dev(input: DevInput, onlooker: Onlooker, signal: AbortSignal): Promise<void>;
  importFile(
    input: TransferInput & {
      readonly file: string;
      readonly mapping?: string;
      readonly by?: string;
      readonly dryRun: boolean;
      readonly resume?: string;
    },
    progress: Progress,
  ): Promise<ImportStatus>;
  /** `write` is awaited: the records are never all in memory. */
  exportRecords(
    input: TransferInput & { readonly format: 'csv' | 'ndjson'; readonly fields?: readonly string[]; readonly filter?: unknown },
    write: (text: string) => Promise<void>,
    progress: Progress,
  ): Promise<{ readonly records: number }>;
  /** `user`: an email. */
  explainAccess(input: TransferInput & { readonly id: string; readonly user: string }): Promise<AccessExplanation>;
  /** `user`: an email, as whom the read is made; left out: the platform itself. */
  explainRead(input: {
    readonly tenant: string;
    readonly read: WrittenRead;
    readonly user?: string;
    readonly analyze: boolean;
  }): Promise<ReadExplanation>;
  /** Brings every tenant's system tables up to date. */
  migrate(progress: Progress): Promise<{ readonly tenants: number }>;
  /** Seals everything with the present secret. */
  rotateSecrets(progress: Progress): Promise<{ readonly tenants: number; readonly resealed: number; readonly unreadable: number }>;
  doctor(): Promise<readonly Check[]>;
}
