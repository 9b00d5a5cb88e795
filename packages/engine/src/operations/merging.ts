// Merging records, and undoing it: one transaction each, with its entry in the audit trail.
import { isUuid } from '@tessera/kernel';
import { mergeRecords, undoMerge, whereMerged, type Merge, type MergeInput, type Undone } from '@tessera/records';
import { appendAudit, auditEntry, doorOf } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import { objectOf } from '../read/resolve.ts';
import { idempotent } from './idempotency.ts';
import { runWrite } from './write.ts';

export function merge(session: Session, input: MergeInput): Promise<Merge> {
  const { name } = objectOf(session.view, input.object);
  return runWrite(session, (write) =>
    idempotent(write, 'records.merge', input, async () => {
      const merged = await mergeRecords(write, input);
      const detail = { merge: merged.merge, others: input.others.map(({ id }) => id.toLowerCase()), fields: Object.keys(input.fields) };
      const entry = auditEntry(session.context, 'record.merged', { object: name, recordId: merged.id, detail });
      await appendAudit(doorOf(write.transaction, write.target.schema), [entry]);
      return merged;
    }),
  );
}

export function undo(session: Session, input: { readonly object: string; readonly id: string; readonly merge: string }): Promise<Undone> {
  const { name } = objectOf(session.view, input.object);
  return runWrite(session, async (write) => {
    const undone = await undoMerge(write, input);
    const detail = { merge: input.merge, restored: undone.restored };
    const entry = auditEntry(session.context, 'record.unmerged', { object: name, recordId: undone.id, detail });
    await appendAudit(doorOf(write.transaction, write.target.schema), [entry]);
    return undone;
  });
}

/** Asked in a transaction that writes nothing. */
export async function moved(
  session: Session,
  { object, id }: { readonly object: string; readonly id: string },
): Promise<string | undefined> {
  const { name } = objectOf(session.view, object);
  return isUuid(id) ? runWrite(session, (write) => whereMerged(write, name, id)) : undefined;
}
