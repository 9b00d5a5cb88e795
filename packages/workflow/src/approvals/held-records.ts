// Records of approvals, locked before their approvals are: without waiting for whoever has them, who may wait for what is held here.
import type { WriteSession } from '@tessera/records';
import { hold } from '../triggers/due.ts';

/** A record in other hands is looked at again so soon. */
const otherHandsMs = 1_000;

export const later = ({ at }: WriteSession): string => new Date(Date.parse(at) + otherHandsMs).toISOString();

interface OfRecord {
  readonly object: string | null;
  readonly recordId: string | null;
}

/** Locks them in the order of their ids. `busy`: ids of those that are there, in other hands. */
export async function heldRecords(session: WriteSession, all: readonly OfRecord[]): Promise<{ readonly busy: ReadonlySet<string> }> {
  const busy = new Set<string>();
  for (const [name, own] of [...Map.groupBy(all, ({ object }) => object ?? '')].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const object = Object.hasOwn(session.model.objects, name) ? session.model.objects[name] : undefined;
    const ids = [...new Set(own.flatMap(({ recordId }) => recordId ?? []))].sort();
    if (object !== undefined && ids.length > 0) for (const id of (await hold(session, object, ids)).busy) busy.add(id);
  }
  return { busy };
}
