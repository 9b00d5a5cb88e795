// Files' bytes as lines of a backup and back, a piece at a time.
import { fail, isUuid, TesseraError } from '@tessera/kernel';
import type { TenantDatabase } from '../database.ts';
import { fileKeysStatement } from '../files/files.ts';
import { partBytes, sampleSize, type BackupCounts, type BackupFilePart, type BackupMissingFile } from './format.ts';

/** Gives the bytes under a storage key. Throws FILE_MISSING where there are none. */
export type ReadFile = (storageKey: string) => Promise<AsyncIterable<Uint8Array>>;

export type FileCounts = Omit<BackupCounts, 'rows'>;

const pageFiles = 500;
const nobody = '00000000-0000-0000-0000-000000000000';

/** The same bytes in pieces of `partBytes`, the last one shorter; at least one. */
async function* pieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const piece = Buffer.alloc(partBytes);
  let filled = 0;
  let any = false;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.subarray(at, at + partBytes - filled);
      piece.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled < partBytes) continue;
      yield piece;
      filled = 0;
      any = true;
    }
  }
  if (filled > 0 || !any) yield piece.subarray(0, filled);
}

async function open(read: ReadFile, storageKey: string): Promise<AsyncIterable<Uint8Array> | undefined> {
  try {
    return await read(storageKey);
  } catch (error) {
    if (error instanceof TesseraError && error.code === 'FILE_MISSING') return undefined;
    throw error;
  }
}

/**
 * Writes the bytes of the tenant's files. It reads outside of the rows' transaction, for bytes take long: what was released since then is
 * still in the store, and what came since then is passed over by the restore.
 * @param since when the rows were read, RFC 3339
 */
export async function writeFiles(
  database: TenantDatabase,
  { since, read, write }: { readonly since: string; readonly read: ReadFile; readonly write: (line: string) => Promise<void> },
): Promise<FileCounts> {
  let [files, missing] = [0, 0];
  const missingSample: string[] = [];
  for (let after = nobody; ;) {
    const { rows } = await database.query(fileKeysStatement(database.schema, { after, releasedBefore: since, limit: pageFiles }));
    for (const row of rows) {
      const file = String(row['id']);
      const content = await open(read, String(row['storage_key']));
      if (content !== undefined) {
        let part = 0;
        for await (const piece of pieces(content)) {
          await write(JSON.stringify({ file, part, data: piece.toString('base64') } satisfies BackupFilePart));
          part += 1;
        }
        files += 1;
      } else if (row['released'] !== true) {
        await write(JSON.stringify({ file, missing: true } satisfies BackupMissingFile));
        missing += 1;
        if (missingSample.length < sampleSize) missingSample.push(file);
      }
      after = file;
    }
    if (rows.length < pageFiles) return { files, missing, missingSample };
  }
}

/** What a line says of a file; undefined where it is about something else. */
export function fileLine(line: string): BackupFilePart | BackupMissingFile | undefined {
  if (!line.startsWith('{"file":')) return undefined;
  const value = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const { file, part, data, missing } = value;
  if (typeof file === 'string' && isUuid(file)) {
    if (missing === true) return { file, missing };
    if (typeof part === 'number' && typeof data === 'string') return { file, part, data };
  }
  throw fail('BACKUP_INVALID', { reason: 'a line of a file is not what it should be.' });
}
