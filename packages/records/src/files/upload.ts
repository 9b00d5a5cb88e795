// Takes a file in: streamed into the store, measured, hashed and recognised on the way.
import { createHash } from 'node:crypto';
import { fail, type Context } from '@tessera/kernel';
import { beginFileStatement, dropFilesStatement, finishFileStatement, type FileContent, type TenantDatabase } from '@tessera/storage';
import { agreedType } from './media-types.ts';
import { extensionOf, fileName } from './names.ts';
import { sniffedBytes, sniffType } from './sniff.ts';
import type { FileStore } from './file-store.ts';

/** What an upload works with. */
export interface UploadSession {
  readonly context: Context;
  readonly database: TenantDatabase;
  readonly store: FileStore;
}

export interface Upload {
  /** As the caller says it; only its last part counts. */
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
  /** Most bytes. */
  readonly limit: number;
}

/** A file that was taken in; nobody but its uploader sees it until a record holds it. */
export interface UploadedFile extends FileContent {
  readonly id: string;
  readonly name: string;
}

async function typeOf(head: readonly Uint8Array[], name: string): Promise<string> {
  const bytes = Buffer.concat(head);
  const extension = extensionOf(name);
  const recognised = await sniffType(bytes);
  const type = agreedType(recognised, extension);
  if (type === undefined) throw fail('FILE_TYPE_CONTRADICTS', { name, extension, type: recognised });
  return type;
}

/** Hands the chunks on and keeps no more of them than the beginning; `measured` is filled when the last has gone by. */
async function* measuring(
  upload: Upload,
  name: string,
  context: Context,
  measured: (content: FileContent) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let type: string | undefined;
  let size = 0;
  for await (const chunk of upload.content) {
    if (context.signal?.aborted === true) throw fail('REQUEST_CANCELLED');
    size += chunk.length;
    if (size > upload.limit) throw fail('FILE_TOO_LARGE', { name, limit: upload.limit });
    hash.update(chunk);
    if (type === undefined) {
      head.push(chunk.subarray(0, sniffedBytes));
      // As soon as it can be told: what is refused is refused before the rest has been sent.
      if (size >= sniffedBytes) type = await typeOf(head, name);
    }
    if (type !== undefined) head.length = 0;
    yield chunk;
  }
  type ??= await typeOf(head, name);
  measured({ type, size, sha256: hash.digest('hex') });
}

/**
 * Where a file lies. Two letters of the id's random end divide the files among 256 folders.
 * @param copy an id that tells a restored file from its original, which may lie in the same store and belong to a tenant of the same name
 */
export function storageKey(tenant: string, id: string, copy?: string): string {
  return `${tenant}/${id.slice(-2)}/${copy === undefined ? id : `${copy}.${id}`}`;
}

/**
 * Takes a file in. Whatever fails or breaks off leaves nothing behind; after a crash the sweeper removes what is left.
 * Throws FILE_NAME_INVALID, FILE_TOO_LARGE, FILE_TYPE_CONTRADICTS, REQUEST_CANCELLED, and what reading `content` throws.
 */
export async function storeFile({ context, database, store }: UploadSession, upload: Upload): Promise<UploadedFile> {
  const name = fileName(upload.name);
  const id = context.newId();
  const key = storageKey(context.tenant, id);
  const at = new Date(context.clock.now()).toISOString();
  await database.query(beginFileStatement(database.schema, { id, name, storageKey: key, createdBy: context.actor.userId, at }));
  try {
    let content: FileContent | undefined;
    const chunks = measuring(upload, name, context, (measured) => {
      content = measured;
    });
    await store.write(key, chunks);
    if (content === undefined) throw new TypeError('The store did not read the content to its end.');
    const { rowCount } = await database.query(finishFileStatement(database.schema, id, content));
    if (rowCount !== 1) throw fail('UNAVAILABLE', { reason: 'the upload took so long that it was given up.' });
    return { id, name, ...content };
  } catch (error) {
    await giveUp({ context, database, store }, id, key);
    throw error;
  }
}

/** The first error is the one that the caller hears of; what cannot be removed now, the sweeper removes. */
async function giveUp({ context, database, store }: UploadSession, id: string, key: string): Promise<void> {
  try {
    await store.remove(key);
    await database.query(dropFilesStatement(database.schema, [id]));
  } catch (error) {
    context.log.warn(
      { id, error: error instanceof Error ? error.message : String(error) },
      'an upload that was given up is left to the sweeper',
    );
  }
}
