// Work that outlives changes of the tenant's Model and permissions: it is done in parts, each on a session of its time.
import { TesseraError } from '@tessera/kernel';
import type { Session } from '../engine-parts.ts';

/** A part finds the tenant moved on at most so often before it gives up. */
const mostRenewals = 20;

export type RunPart = <T>(part: (session: Session) => Promise<T>) => Promise<T>;

/**
 * Runs the parts of a work one after the other; where the tenant has moved on meanwhile, a part again on the present session.
 * @param check throws what stands against going on with that one
 */
export function inParts(start: Session, check: (session: Session) => void = () => undefined): RunPart {
  let session = start;
  return async (part) => {
    for (let renewals = 0; ; renewals += 1) {
      try {
        return await part(session);
      } catch (error) {
        if (renewals >= mostRenewals || !(error instanceof TesseraError) || error.code !== 'MODEL_CHANGED') throw error;
      }
      const now = await session.renew();
      check(now);
      session = now;
    }
  };
}
