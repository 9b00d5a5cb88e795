// Files: taken in and given out as streams, held by records, swept when nobody holds them.
export { noFileStore, type FileStore } from './file-store.ts';
export { openFileStore, type FileStoreOptions } from './store.ts';
export { storageKey, storeFile, type Upload, type UploadedFile, type UploadSession } from './upload.ts';
export { fileProblem, type FileWish } from './claim.ts';
export { fileName } from './names.ts';
export { sniffType } from './sniff.ts';
export { signFileLink, verifyFileLink, type FileLink, type SignedFileLink } from './links.ts';
export { sweepFiles, type SweepOptions } from './sweep.ts';
