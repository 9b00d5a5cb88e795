// What rules of steps read for many frames at once.
export { outcomeKey, type FrameRow, type FramesWanted } from './bound.ts';
export { workOutFrames, type FrameFacts } from './facts.ts';
export { findForFrames, type FoundRecord, type FrameQuery } from './query.ts';
export { objectsOfRecords, storedRecords, type RecordsWanted, type StoredRecord } from './records.ts';
