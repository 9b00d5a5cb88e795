// Where the bytes of files lie: on disk, behind an interface that an object store fits too.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { FSDriver } from 'flydrive/drivers/fs';
import type { DriverContract } from 'flydrive/types';
import { fail } from '@tessera/kernel';

/** Keys are the engine's own (`acme/3f/0192…`), never a caller's. */
export interface FileStore {
  /** Writes as the bytes come, keeping none. Where it throws (the content's own errors as they are), nothing is left under the key. */
  write(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Opens before it answers, so that a missing file is an error and not an empty stream. Throws FILE_MISSING. */
  read(key: string): Promise<AsyncIterable<Uint8Array>>;
  /** What is not there is gone already. */
  remove(key: string): Promise<void>;
}

/** `root`: a folder of the data directory; it is made when the first file comes. */
export interface FileStoreOptions {
  readonly kind: 'disk';
  readonly root: string;
}

/** A store over any driver of flydrive. */
function driven(driver: Pick<DriverContract, 'putStream' | 'getStream' | 'delete'>): FileStore {
  return {
    write: async (key, content) => {
      const stream = Readable.from(content, { objectMode: false });
      try {
        await driver.putStream(key, stream);
      } catch (error) {
        stream.destroy();
        await driver.delete(key);
        throw error;
      }
    },
    read: async (key) => {
      const stream = await driver.getStream(key);
      try {
        await once(stream, 'readable');
      } catch (error) {
        throw fail('FILE_MISSING', {}, {}, error);
      }
      return stream as AsyncIterable<Uint8Array>;
    },
    remove: (key) => driver.delete(key),
  };
}

export function openFileStore({ root }: FileStoreOptions): FileStore {
  return driven(new FSDriver({ location: root, visibility: 'private' }));
}

const refuse = (): Promise<never> => Promise.reject(fail('FILES_UNAVAILABLE'));

/** For those who run without files. */
export const noFileStore: FileStore = { write: refuse, read: refuse, remove: refuse };
