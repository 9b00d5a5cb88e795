// The records that frames are about, read as they are stored.
import type { WriteSession } from '@tessera/records';
import { readCondition } from '@tessera/security';
import { storedRecords, type StoredRecord } from '@tessera/storage';
import type { Frame, FrameRecord } from './step-work.ts';

type Named = Pick<FrameRecord, 'object' | 'id'>;

/** By object and id. */
export interface StoredByObject {
  get(record: Named): StoredRecord | undefined;
}

/** Records in the bin are among them. `seen` says whether the session's person sees each. A statement for each object. */
export async function readStored(session: WriteSession, wanted: Iterable<Named>, { locked = false } = {}): Promise<StoredByObject> {
  const { access, model, target, transaction, slots } = session;
  const ids = new Map<string, Set<string>>();
  for (const { object, id } of wanted) {
    const known = ids.get(object) ?? new Set<string>();
    ids.set(object, known.add(id));
  }
  const found = new Map<string, ReadonlyMap<string, StoredRecord>>();
  for (const [name, each] of [...ids].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const object = model.objects[name];
    if (object === undefined) continue;
    const asked = {
      about: access.policy.administrator ? object : access.policy.objects,
      seen: readCondition(access.policy, name),
      locked,
      slots,
    };
    found.set(name, await storedRecords(transaction, target, object, [...each], asked));
  }
  return { get: ({ object, id }) => found.get(object)?.get(id) };
}

/** The frames with their records as they are by now; what is gone for good stays as it was last. */
export async function rereadFrames(session: WriteSession, frames: readonly Frame[]): Promise<readonly Frame[]> {
  const stored = await readStored(
    session,
    frames.flatMap(({ records }) => records.flatMap((record) => record ?? [])),
  );
  return frames.map((frame) => ({
    ...frame,
    records: frame.records.map((record) => record && { ...record, values: stored.get(record)?.values ?? record.values }),
  }));
}
