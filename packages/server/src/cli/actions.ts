// What the command line can do: commands parse and print, these act.
import type { WrittenRead } from '@tessera/api';
import type { AccessExplanation, ImportStatus, MetadataPlan, ReadExplanation } from '@tessera/engine';
import type { Problem } from '@tessera/kernel';
import type { TenantInfo } from '@tessera/storage';

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

export interface PackInput {
  readonly tenant: string;
  readonly folder: string;
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
  /** Everything that is wrong with a pack's files, without any tenant. */
  validatePack(folder: string): Promise<{ readonly name: string; readonly version: string; readonly problems: readonly Problem[] }>;
  planPack(input: PackInput): Promise<MetadataPlan>;
  /** `planHash`: the plan that was looked at. */
  applyPack(
    input: PackInput & { readonly planHash?: string },
    progress: Progress,
  ): Promise<MetadataPlan & { readonly version: number | undefined }>;
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
