// What an actor may do, and the one door through which every read goes.
import type { RootQuery } from '@tessera/storage';

/** An actor's permissions, as of one access version of the tenant. */
export interface Policy {
  readonly userId: string | null;
  /** May do everything within the tenant. */
  readonly administrator: boolean;
  /** API names, for `hasRole`. */
  readonly roles: readonly string[];
}

/** Everybody who can sign in is an administrator until there are permission sets. */
export function administratorPolicy(userId: string | null): Policy {
  return { userId, administrator: true, roles: [] };
}

/** The query as far as the policy lets it go. An administrator's is not narrowed. */
export function restrict(_policy: Policy, roots: readonly RootQuery[]): readonly RootQuery[] {
  return roots;
}
