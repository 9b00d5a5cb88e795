// Sandboxes: copies of a tenant, and what administrators say and see of them.
import type { CopiedData, SandboxState } from '@tessera/storage';
import type { PlanDecisions } from './metadata.ts';

/** Somebody of the tenant who may sign in to the sandbox, with a password of the sandbox's own. */
export interface SandboxLogin {
  readonly email: string;
  readonly password: string;
}

export interface NewSandbox {
  /** Among the tenant's sandboxes: 1 to 16 of a-z and 0-9. */
  readonly name: string;
  /** `none`: people, departments, numbers, and what packs have set up. `sample`: some records of each object beside. `all`: everything. */
  readonly data: CopiedData;
  /** Records of each object in a sample; default 1,000. */
  readonly sample?: number;
  /** Values that tell of people are replaced. */
  readonly mask?: boolean;
  /** Nobody else may sign in. */
  readonly logins: readonly SandboxLogin[];
}

/** Left out: as it was. Those who could sign in still can. */
export type RefreshedSandbox = Partial<NewSandbox> & Pick<NewSandbox, 'name'>;

export interface SandboxProgress {
  readonly records: number;
  readonly history?: number;
  readonly files?: number;
  /** Files whose bytes were not in the store. */
  readonly missing?: number;
  /** The object that was copied last. */
  readonly object?: string;
}

export interface Sandbox {
  readonly name: string;
  /** The tenant that the sandbox is: who signs in names it. */
  readonly tenant: string;
  readonly origin: string;
  readonly state: SandboxState;
  readonly data: CopiedData;
  readonly sample: number | null;
  readonly masked: boolean;
  /** Of the origin's metadata, at the copy. */
  readonly version: number | null;
  /** Id of the administrator who made it; null: the operator. */
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly copiedAt: string | null;
  readonly progress: SandboxProgress | null;
  /** Why it was not copied to the end. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** In conflicts and choices `pack` is what the sandbox has, and `tenant` what the tenant has. */
export interface PromotionChange extends PlanDecisions {
  /** Of the sandbox. */
  readonly name: string;
  readonly reason?: string;
  /** The plan that was looked at: promoting is refused with PLAN_OUTDATED where it would now be another. */
  readonly planHash?: string;
}
