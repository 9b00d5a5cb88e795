// A change of a tenant's metadata, the plan of it, and the versions that came of such.
import type { Choice, Conflict, KeptPart } from '@tessera/metadata';
import type { ExportInput, PackDifference, SeedTally, PlannedMigration } from '@tessera/packs';
import type { AccessPlan } from './access.ts';

export type { Choice, Conflict, KeptPart } from '@tessera/metadata';
export type { InstalledPack, PackDifference, SeedTally, PlannedMigration } from '@tessera/packs';

/** The tenant's own layer changed file by file: a path's JSON, or null to take the file away. */
export interface MetadataChange {
  readonly files: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  /** The plan that was looked at: apply is refused with PLAN_OUTDATED where it would now be another. */
  readonly planHash?: string;
}

export interface PlanStep {
  readonly kind: string;
  readonly object: string;
  readonly field?: string;
  readonly risk: 'safe' | 'locks' | 'rewrites' | 'losesData';
  readonly summary: string;
  /** How many live records have what is set aside; left out elsewhere, and in the answer of apply. */
  readonly records?: number;
}

export interface PlanFinding {
  readonly message: string;
  /** The step on the tables that the records stand in the way of; left out where it is something else. */
  readonly kind?: string;
  readonly object: string;
  readonly field?: string;
  readonly count: number;
  readonly sample: readonly string[];
  /** What lists them, as the tenant is before the plan; left out where they are no records. */
  readonly query?: RecordQuery;
}

export interface RecordQuery {
  readonly object: string;
  /** JSON-Logic, as lists take it. */
  readonly filter: unknown;
}

/** Records whose next save would be refused by what is new: they stand in no way, but somebody will have to see to them. */
export interface RefusedRecords {
  readonly object: string;
  /** A validation rule; left out where a field takes less than before. */
  readonly rule?: string;
  readonly field?: string;
  /** Null where it can be told only once the plan is in force. */
  readonly count: number | null;
  readonly sample: readonly string[];
  readonly query: RecordQuery;
}

/** What has begun and goes by a component that changes or goes: runs and waiting records, approvals, records on a clock. */
export interface TouchedWork {
  readonly kind: string;
  readonly name: string;
  readonly change: 'changed' | 'removed';
  readonly count: number;
}

/** How conflicts with the tenant's own changes are decided: one by one (by id), and for all others. */
export interface PlanDecisions {
  readonly choices?: Readonly<Record<string, Choice>>;
  readonly prefer?: 'tenant' | 'pack';
}

/** Packs put in (or in the place of their other versions), or one taken away. */
export type PackChange = PlanDecisions & {
  readonly reason?: string;
  /** The plan that was looked at: apply is refused with PLAN_OUTDATED where it would now be another. */
  readonly planHash?: string;
} & (
    | {
        readonly files: Readonly<Record<string, unknown>>;
        /** Other packs that come in the same step: those of which each needs the other's new version. */
        readonly with?: readonly Readonly<Record<string, unknown>>[];
      }
    | { readonly uninstall: string }
  );

export interface MetadataPlan {
  readonly hash: string;
  readonly modelBefore: string;
  readonly modelAfter: string;
  readonly changes: readonly {
    readonly kind: string;
    readonly name: string;
    readonly path: readonly string[];
    readonly change: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
  readonly steps: readonly PlanStep[];
  /** What migrations of packs do to records, in their order; left out where none runs and none is undone. */
  readonly migrations?: readonly PlannedMigration[];
  /** Packs that come, go or are exchanged; left out where none is. */
  readonly packs?: readonly PackDifference[];
  /** What both the tenant and a pack have changed; a plan with one that nobody has decided cannot be applied. Left out where there are none. */
  readonly conflicts?: readonly Conflict[];
  /** What the packs no longer bring and stays since the tenant uses it; left out where there is none. */
  readonly kept?: readonly (KeptPart & { readonly pack: string })[];
  /** What becomes of packs' data, set by set; left out where nothing does. */
  readonly seeds?: readonly SeedTally[];
  /** Left out where there are none, and in the answer of apply. */
  readonly refused?: readonly RefusedRecords[];
  /** Left out where there is none, and in the answer of apply. */
  readonly work?: readonly TouchedWork[];
  /** Rows that would break; a plan with findings cannot be applied. */
  readonly findings: readonly PlanFinding[];
  /** The automations of an object at a moment in their order, before and after; left out where nothing of it changes. */
  readonly automations?: readonly {
    readonly object: string;
    readonly moment: string;
    readonly before: readonly string[];
    readonly after: readonly string[];
  }[];
  /** Who gains and who loses access to what; left out where nothing of it changes, and in the answer of apply. */
  readonly access?: AccessPlan;
}

/** A pack that is made of the tenant's own layer. */
export type PackExport = ExportInput;

/** What apply has done; `version`: the one in force now. */
export type AppliedPlan = MetadataPlan & { readonly version: number };

export interface RollbackInput {
  readonly version: number;
  readonly reason?: string;
  /** The plan that was looked at: refused with PLAN_OUTDATED where it would now be another. */
  readonly planHash?: string;
}

export interface MetadataVersion {
  readonly number: number;
  readonly modelHash: string;
  readonly author: string | null;
  readonly reason: string | null;
  readonly createdAt: string;
}

/** A version with the plan that was applied, and what leads back from it. */
export interface MetadataVersionShown extends MetadataVersion {
  readonly plan: MetadataPlan;
  /** Null of the first. */
  readonly inverse: { readonly model: string; readonly changes: MetadataPlan['changes'] } | null;
}
