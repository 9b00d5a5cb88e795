// What sends effects of a kind, and what may come of an attempt.
import type { Effect } from '@tessera/storage';

export interface Attempt {
  readonly tenant: string;
  readonly effect: Effect;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Sent =
  | { readonly state: 'sent'; readonly answer?: unknown }
  /** It may succeed later, though not before so long. */
  | {
      readonly state: 'again';
      readonly error: { readonly message: string };
      readonly answer?: unknown;
      readonly afterMs?: number | undefined;
    }
  /** It will not succeed as it is. */
  | { readonly state: 'failed'; readonly error: { readonly message: string }; readonly answer?: unknown };

/** One attempt. What it throws is tried again, a refusal is not. */
export type Sender = (attempt: Attempt) => Promise<Sent>;

/** By the kind of the effect. */
export type Senders = Readonly<Record<string, Sender>>;
