// Files: uploaded by anybody who is signed in, read by those who may read the record that holds them, and by whom they give a link.
import { fail, isUuid, TesseraError } from '@tessera/kernel';
import { signFileLink, storeFile, verifyFileLink, type SignedFileLink } from '@tessera/records';
import { findFileStatement, storedFile, type StoredFile, type TenantDatabase } from '@tessera/storage';
import type { OperationInput } from '../operation-list.ts';
import type { FileDescription, FileDownload } from '../types/operation.ts';
import type { EngineParts, Session } from '../engine-parts.ts';
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
  if (session.view.objects[object]?.fields[field] === undefined) return false;
  const selections = [{ kind: 'field', as: 'file', field }] as const;
  const text = await readRoots(session, [{ kind: 'record', as: 'record', object, by: { id: recordId }, selections }]);
  const { record } = JSON.parse(text) as { readonly record: { readonly file?: unknown } | null };
  // A field may hold several.
  return [record?.file].flat().includes(fileId);
}

async function findFile(database: TenantDatabase, id: string): Promise<StoredFile> {
  const [row] = isUuid(id) ? (await database.query(findFileStatement(database.schema, id.toLowerCase()))).rows : [];
  if (row === undefined) throw fail('FILE_NOT_FOUND', { id });
  return storedFile(row);
}

/** Unreadable and absent give one and the same error. */
async function readable(session: Session, id: string): Promise<StoredFile> {
  const { database, policy } = session;
  const file = await findFile(database, id);
  const allowed = file.holder === null ? file.createdBy === policy.userId : await holderShows(session, file.id, file.holder);
  if (!allowed) throw fail('FILE_NOT_FOUND', { id });
  return file;
}

/** Throws FILE_NOT_FOUND. */
export async function describeFile(session: Session, { id }: OperationInput<'files.describe'>): Promise<FileDescription> {
  return described(await readable(session, id));
}

/** The content comes as it is read; whoever stops reading closes it. Throws FILE_NOT_FOUND, FILE_MISSING. */
export async function downloadFile(session: Session, { id }: OperationInput<'files.download'>): Promise<FileDownload> {
  return download(session.parts, await readable(session, id));
}

async function download({ files }: EngineParts, file: StoredFile): Promise<FileDownload> {
  return { ...described(file), content: await files.read(file.storageKey) };
}

/** Only for those who may read the file themselves. Throws FILE_NOT_FOUND. */
export async function linkFile(session: Session, { id }: OperationInput<'files.link'>): Promise<SignedFileLink> {
  const { fileLinkKey, clock } = session.parts;
  const { id: fileId } = await readable(session, id);
  return signFileLink(fileLinkKey, { tenant: session.context.tenant, fileId }, clock);
}

/** Nobody is signed in: the link says which tenant and file. One that was given away ends with the file, not with who gave it. */
export async function openFileLink(
  parts: EngineParts,
  { id, token }: { readonly id: string; readonly token: string },
): Promise<FileDownload> {
  const { tenant, fileId } = verifyFileLink(parts.fileLinkKey, token, parts.clock);
  if (fileId !== id.toLowerCase()) throw fail('FILE_LINK_INVALID');
  try {
    return await download(parts, await findFile(parts.cell.tenant(tenant), fileId));
  } catch (error) {
    throw error instanceof TesseraError && error.code === 'TENANT_NOT_FOUND' ? fail('FILE_LINK_INVALID', {}, {}, error) : error;
  }
}
