// Merge: several records become one, and several again.
export { mergeRecords, type Merge, type MergedRecord, type MergeInput } from './merge.ts';
export { undoMerge, type Undone } from './undo.ts';
export { whereMerged } from './where.ts';
