// Who asks, for which tenant, at what time: the first argument of everything that runs for a caller.
import type { IdSource } from './ids.ts';
import type { Logger } from './logger.ts';

/** Who acts. `system` is the platform itself (imports of demo data, jobs). */
export interface Actor {
  readonly kind: 'user' | 'system';
  /** The user's record id; the platform has none. */
  readonly userId: string | null;
  /** The session that the access token belongs to. */
  readonly sessionId?: string;
  /** The API key that was presented instead of a session's token. */
  readonly apiKeyId?: string;
  /** The administrator who acts as this person. */
  readonly impersonatedBy?: string;
}

/** The clock; replaced in tests. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** RFC 3339. */
export const isoNow = ({ clock }: { readonly clock: Clock }): string => new Date(clock.now()).toISOString();

export interface Context {
  readonly tenant: string;
  readonly actor: Actor;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  /** BCP 47, best first: labels and messages come in the first that the metadata has. */
  readonly languages: readonly string[];
  readonly requestId: string;
  /** Where the platform is as seen from outside, where that is known: links in what goes out begin with it. */
  readonly publicUrl?: string;
  /** Where the request came from, as the server saw it. */
  readonly address?: string;
  /** When what the caller signed in with ends (milliseconds since 1970); streams end then too. */
  readonly expiresAt?: number;
  /** Makes a write that is sent twice happen once. */
  readonly idempotencyKey?: string;
  /** Aborted when the caller has gone or the time is up. */
  readonly signal?: AbortSignal;
}
