// Files: uploaded by anybody who is signed in, read by those who may read the record that holds them.
import { fail, isUuid } from '@tessera/kernel';
import { storeFile } from '@tessera/records';
import { findFileStatement, storedFile, type StoredFile } from '@tessera/storage';
import type { FileDescription, OperationInput, OperationOutput } from '../engine-types.ts';
import type { Session } from '../engine-parts.ts';
import { readRoots } from './read.ts';

function described({ id, name, type, size }: FileDescription): FileDescription {
  return { id, name, type, size };
}

/** Throws FILE_NAME_INVALID, FILE_TOO_LARGE, FILE_TYPE_CONTRADICTS; what fails or breaks off leaves nothing behind. */
export async function uploadFile(session: Session, { name, content }: OperationInput<'files.upload'>): Promise<FileDescription> {
  const { context, database, parts } = session;
  return described(await storeFile({ context, database, store: parts.files }, { name, content, limit: parts.limits.fileSize }));
}

/** Whether the caller may read the field of the record that holds the file, and the file still stands in it. */
async function holderShows(session: Session, fileId: string, holder: NonNullable<StoredFile['holder']>): Promise<boolean> {
  const { object, recordId, field } = holder;
  // What the Model no longer has shows nothing.
  if (session.runtime.model.objects[object]?.fields[field] === undefined) return false;
  const selections = [{ kind: 'field', as: 'file', field }] as const;
  const text = await readRoots(session, [{ kind: 'record', as: 'record', object, by: { id: recordId }, selections }]);
  const { record } = JSON.parse(text) as { readonly record: { readonly file?: unknown } | null };
  return record?.file === fileId;
}

/** Unreadable and absent give one and the same error. */
async function readable(session: Session, id: string): Promise<StoredFile> {
  const { database, policy } = session;
  const [row] = isUuid(id) ? (await database.query(findFileStatement(database.schema, id.toLowerCase()))).rows : [];
  const file = row === undefined ? undefined : storedFile(row);
  if (file === undefined) throw fail('FILE_NOT_FOUND', { id });
  const allowed = file.holder === null ? file.createdBy === policy.userId : await holderShows(session, file.id, file.holder);
  if (!allowed) throw fail('FILE_NOT_FOUND', { id });
  return file;
}

/** Throws FILE_NOT_FOUND. */
export async function describeFile(session: Session, { id }: OperationInput<'files.describe'>): Promise<FileDescription> {
  return described(await readable(session, id));
}

/** The content comes as it is read; whoever stops reading closes it. Throws FILE_NOT_FOUND, FILE_MISSING. */
export async function downloadFile(session: Session, { id }: OperationInput<'files.download'>): Promise<OperationOutput<'files.download'>> {
  const file = await readable(session, id);
  return { ...described(file), content: await session.parts.files.read(file.storageKey) };
}
