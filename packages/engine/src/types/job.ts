// What administrators see of the work that a tenant has waiting, under way and failed.
import type { DeadJob, FailedWork, WorkCount, WorkKind } from '@tessera/storage';

export interface JobsInput {
  /** Of the failures. */
  readonly kind?: WorkKind;
  /** Failures on a page; default 100. */
  readonly first?: number;
  /** `next` of the page before. */
  readonly before?: string;
}

/** What it was that something was done about. */
export interface JobDone {
  readonly kind: WorkKind | 'job';
}

/** A queue as far as it is the tenant's. */
export interface TenantQueue {
  readonly kind: string;
  readonly waiting: number;
  readonly running: number;
}

export interface JobList {
  readonly counts: readonly WorkCount[];
  /** How long the oldest of what could be done now has waited; null where nothing waits. */
  readonly oldestSeconds: number | null;
  readonly queues: readonly TenantQueue[];
  /** The latest first. `error` is any JSON with a `message`. */
  readonly failed: readonly (Omit<FailedWork, 'error'> & { readonly error: unknown })[];
  /** What `before` takes to go on; null where this is the end. */
  readonly next: string | null;
  /** Jobs whose retries are used up, the latest first. */
  readonly dead: readonly DeadJob[];
}
