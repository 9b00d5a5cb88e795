// A change of a tenant's metadata, the plan of it, and the versions that came of such.
import type { AccessPlan } from './access-types.ts';

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
}

export interface PlanFinding {
  readonly message: string;
  readonly count: number;
  readonly sample: readonly string[];
}

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

export interface MetadataVersion {
  readonly number: number;
  readonly modelHash: string;
  readonly author: string | null;
  readonly reason: string | null;
  readonly createdAt: string;
}
