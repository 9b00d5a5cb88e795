// The index of uploaded files; their bytes lie elsewhere.
export {
  beginFileStatement,
  claimFilesStatement,
  deadFilesStatement,
  dropFilesStatement,
  fileExistsStatement,
  fileKeysStatement,
  findFileStatement,
  finishFileStatement,
  lockFilesStatement,
  releaseFilesStatement,
  releaseRecordFilesStatement,
  storedFile,
  type FileClaim,
  type FileContent,
  type NewFile,
  type StoredFile,
} from './files.ts';
