// Copies of tenants: the list of sandboxes, and the rows that go into one.
export { copyRows, filesToCopy, type CopyCounts, type CopyInput, type FileToCopy } from './copy.ts';
export type { CopiedFiles, FileStandIn } from './beside.ts';
export type { Masking } from './copying.ts';
export {
  forgetSandbox,
  isTenant,
  listStoredSandboxes,
  lockOrigin,
  lockSandbox,
  noteCopying,
  noteFailed,
  noteGoing,
  noteProgress,
  noteReady,
  noteVersion,
  type CopiedData,
  type SandboxPlan,
  type SandboxState,
  type StoredLogin,
  type StoredSandbox,
} from './sandboxes.ts';
