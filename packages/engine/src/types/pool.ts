// What callers ask of pools and conversions.
export interface PoolInput {
  readonly action: 'claim' | 'return' | 'assign' | 'transfer';
  readonly object: string;
  readonly id: string;
  /** With `return`, where the pool has reasons. */
  readonly reason?: string | undefined;
  /** With `assign` and `transfer`: a user's id. Left out of an assignment, the pool's rule decides. */
  readonly to?: string | undefined;
  /** With `transfer`: another pool, instead of somebody. */
  readonly pool?: string | undefined;
  readonly note?: string | undefined;
}

export interface ConvertInput {
  readonly object: string;
  readonly id: string;
  readonly conversion: string;
  /** Does all of it and takes it back. */
  readonly dryRun?: boolean | undefined;
  /** Whether the caller means it, where duplicate rules would warn. */
  readonly allowDuplicates?: boolean | undefined;
}
