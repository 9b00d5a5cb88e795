// The chain of automations that has led to a timer: those that set near times for one another, or for themselves, come to an end like all loops.
import type { WriteSession } from '@tessera/records';
import type { NewTimer } from '@tessera/storage';

/** What is due sooner belongs to the chain of the write that sets it; what is due later begins anew, as reminders do that set the next one. */
const nearMs = 60_000;

/** What the content of a timer says of it. */
export interface Chained {
  /** Left out where nothing has led to it. */
  readonly chain?: readonly string[];
}

/** Of a timer that the session sets. @param due milliseconds since 1970 */
export function chainedTo({ at, cause: { chain } }: WriteSession, due: number): Chained {
  return chain.length > 0 && due - Date.parse(at) < nearMs ? { chain } : {};
}

/** What has led to a timer. */
export function chainOf({ content }: Pick<NewTimer, 'content'>): readonly string[] {
  const { chain } = JSON.parse(content) as Chained;
  return chain ?? [];
}

/** The session of what is due by a timer. */
export const inChain = (session: WriteSession, chain: readonly string[]): WriteSession => ({
  ...session,
  cause: { ...session.cause, chain },
});
