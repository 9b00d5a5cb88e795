// Opens the store of files that the configuration names.
import { diskStore } from './disk-store.ts';
import type { FileStore } from './file-store.ts';
import type { S3Options } from './s3-store.ts';

/** `root`: a folder of the data directory. */
export type FileStoreOptions = { readonly kind: 'disk'; readonly root: string } | ({ readonly kind: 's3' } & S3Options);

/** Its code is large, so it is loaded with the first file: a start, and a server that keeps its files on disk, do without it. */
function lazily(load: () => Promise<FileStore>): FileStore {
  let loading: Promise<FileStore> | undefined;
  const store = (): Promise<FileStore> => (loading ??= load());
  return {
    write: async (key, content) => (await store()).write(key, content),
    read: async (key) => (await store()).read(key),
    remove: async (key) => (await store()).remove(key),
  };
}

/** Connects to nothing yet. */
export function openFileStore(options: FileStoreOptions): FileStore {
  if (options.kind === 'disk') return diskStore(options.root);
  return lazily(async () => (await import('./s3-store.ts')).s3Store(options));
}
