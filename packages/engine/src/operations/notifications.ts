// A person's notifications: all marked as read at once, and what was read long ago removed.
import { updateRecords } from '@tessera/records';
import { dropReadNotifications, unreadNotifications } from '@tessera/storage';
import type { EngineParts, Session } from '../engine-parts.ts';
import { runWrite } from './write.ts';

/** Records of one transaction, so that none is long. */
const batch = 500;
/** What was read is kept for so long. */
const keptDays = 90;
const dayMs = 86_400_000;

async function readSome(session: Session, receiver: string): Promise<number> {
  return runWrite(session, async (write) => {
    const ids = await unreadNotifications(write.transaction, write.target, { receiver, first: batch });
    const records = ids.map((id) => ({ pointer: '', id, input: { readAt: write.at } }));
    if (records.length > 0) await updateRecords(write, 'notification', records, { allOrNone: true });
    return records.length;
  });
}

/** The caller's own; of whoever is no person there are none. */
export async function readNotifications(session: Session): Promise<{ readonly marked: number }> {
  const { userId } = session.context.actor;
  let marked = 0;
  for (let some = userId === null ? 0 : batch; userId !== null && some === batch; marked += some) some = await readSome(session, userId);
  return { marked };
}

/** Gives how many notifications of a tenant went. */
export async function trimNotifications({ clock, runtimes }: Pick<EngineParts, 'clock' | 'runtimes'>, tenant: string): Promise<number> {
  const { database, runtime } = await runtimes.refresh(tenant);
  const target = { model: runtime.model, schema: database.schema };
  const before = new Date(clock.now() - keptDays * dayMs).toISOString();
  let gone = 0;
  for (let some = batch; some === batch; gone += some) some = await dropReadNotifications(database, target, { before, most: batch });
  return gone;
}
