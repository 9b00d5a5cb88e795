// Merges of records: what is kept of them, and what follows without going through a pipeline.
export {
  endMerge,
  keepMerge,
  lockMerge,
  mergedInto,
  mergeParts,
  shareAlike,
  unshareAlike,
  type KeptMerge,
  type MergedShares,
  type MergePart,
  type NewMerge,
} from './merges.ts';
export { repointDeletedStatement } from './repoint.ts';
