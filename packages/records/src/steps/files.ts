// files: checks what file fields are set to, and hands the files over to the records once these are written.
import { claimFilesStatement, lockFilesStatement, releaseFilesStatement, storedFile, type FileClaim } from '@tessera/storage';
import { changedOf } from '../changed.ts';
import { fileProblem } from '../files/claim.ts';
import { planOf } from '../session.ts';
import { replaceItems, soundItems, withProblem, type Step, type WriteItem } from '../write-set.ts';

/** Locks the files, so that of two records that want the same one only one gets it. */
export const checkFiles: Step = async (set) => {
  const { session, object } = set;
  const { files: fields } = planOf(session, object);
  if (fields.length === 0) return set;
  const wishes = soundItems(set).flatMap((item) =>
    changedOf(fields, item).flatMap((field) => {
      const fileId = item.values[field.name];
      return typeof fileId === 'string' ? [{ item, wish: { object: object.name, recordId: item.id, field, fileId } }] : [];
    }),
  );
  if (wishes.length === 0) return set;
  const ids = [...new Set(wishes.map(({ wish }) => wish.fileId))];
  const { rows } = await session.transaction.query(lockFilesStatement(session.target.schema, ids));
  const files = new Map(rows.map((row) => [String(row['id']), storedFile(row)]));
  const changed = new Map<number, WriteItem>();
  for (const { item, wish } of wishes) {
    const now = changed.get(item.index) ?? item;
    const found = fileProblem(wish, files.get(wish.fileId), session.context.actor.userId, `${item.pointer}/${wish.field.name}`);
    if (found !== undefined) changed.set(item.index, withProblem(now, found.code, found.params ?? {}, wish.field.name));
    // Named twice in one request, it is the first one's.
    else files.delete(wish.fileId);
  }
  return replaceItems(set, [...changed.values()]);
};

/** After the write: new files are held by their records, and those in whose place they came are let go. */
export const claimFiles: Step = async (set) => {
  const { session, object } = set;
  const { files: fields } = planOf(session, object);
  if (fields.length === 0) return set;
  const claims: FileClaim[] = [];
  const releases: FileClaim[] = [];
  for (const item of set.items) {
    if (item.written === undefined) continue;
    for (const { name: field } of changedOf(fields, item)) {
      const [now, old] = [item.values[field], item.old?.[field]];
      if (typeof now === 'string') claims.push({ id: now, recordId: item.id, field });
      if (typeof old === 'string') releases.push({ id: old, recordId: item.id, field });
    }
  }
  const { schema } = session.target;
  if (releases.length > 0) await session.transaction.query(releaseFilesStatement(schema, object.name, releases, session.at));
  if (claims.length > 0) await session.transaction.query(claimFilesStatement(schema, object.name, claims));
  return set;
};
