// Files in a folder.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { FSDriver } from 'flydrive/drivers/fs';
import { fail } from '@tessera/kernel';
import type { FileStore } from './file-store.ts';

/** @param root the folder; it is made when the first file comes */
export function diskStore(root: string): FileStore {
  const driver = new FSDriver({ location: root, visibility: 'private' });
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
