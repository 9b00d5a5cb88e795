// Where the bytes of files lie, as everybody sees it: on disk or in an object store.
import { fail } from '@tessera/kernel';

/** Keys are the engine's own (`acme/3f/0192…`), never a caller's. */
export interface FileStore {
  /** Writes as the bytes come, keeping few. Where it throws (the content's own errors as they are), nothing is left under the key. */
  write(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Opens before it answers, so that a missing file is an error and not an empty stream. Throws FILE_MISSING. */
  read(key: string): Promise<AsyncIterable<Uint8Array>>;
  /** What is not there is gone already. */
  remove(key: string): Promise<void>;
}

const refuse = (): Promise<never> => Promise.reject(fail('FILES_UNAVAILABLE'));

/** For those who run without files. */
export const noFileStore: FileStore = { write: refuse, read: refuse, remove: refuse };
