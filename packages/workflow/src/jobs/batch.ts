// Does things as a set, and finds those that stand in the way of the others by halves.
import type { WriteSession } from '@tessera/records';
import type { WorkflowDoor } from '@tessera/storage';
import { isOutage } from '../failure.ts';
import { doorIn, type Desk } from './handlers.ts';

export interface Batch<T extends { readonly id: string }> {
  /** Takes what is to be done next, for as long as the transaction lasts. */
  take(door: WorkflowDoor): Promise<readonly T[]>;
  /** Takes these, as far as they are still to be done. */
  retake(door: WorkflowDoor, ids: readonly string[]): Promise<readonly T[]>;
  act(session: WriteSession, items: readonly T[]): Promise<void>;
  /** Writes down that one has failed by itself. */
  giveUp(session: WriteSession, item: T, error: unknown): Promise<void>;
}

type Transact = Desk['transact'];

async function doThese<T extends { readonly id: string }>(transact: Transact, batch: Batch<T>, ids: readonly string[]): Promise<void> {
  try {
    await transact(async (session) => {
      const items = await batch.retake(doorIn(session), ids);
      if (items.length > 0) await batch.act(session, items);
    });
  } catch (error) {
    await afterFailure(transact, batch, ids, error);
  }
}

async function afterFailure<T extends { readonly id: string }>(
  transact: Transact,
  batch: Batch<T>,
  ids: readonly string[],
  error: unknown,
): Promise<void> {
  if (isOutage(error)) throw error;
  if (ids.length > 1) {
    const half = Math.ceil(ids.length / 2);
    await doThese(transact, batch, ids.slice(0, half));
    await doThese(transact, batch, ids.slice(half));
    return;
  }
  await transact(async (session) => {
    for (const item of await batch.retake(doorIn(session), ids)) await batch.giveUp(session, item, error);
  });
}

/**
 * One set in one transaction; gives how many there were. Those that fail are written down as failed, the others are done.
 * @throws where the service is away: nothing has been done then that is not committed
 */
export async function doBatch<T extends { readonly id: string }>(transact: Transact, batch: Batch<T>): Promise<number> {
  let taken: readonly T[] = [];
  try {
    await transact(async (session) => {
      taken = await batch.take(doorIn(session));
      if (taken.length > 0) await batch.act(session, taken);
    });
  } catch (error) {
    if (taken.length === 0) throw error;
    await afterFailure(
      transact,
      batch,
      taken.map(({ id }) => id),
      error,
    );
  }
  return taken.length;
}
