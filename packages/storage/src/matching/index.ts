// Matching: the column of keys that records are found by, and the statement that finds them.
export { hasMatchKeys, matchColumn } from './column.ts';
export { findByKeysStatement, type KeyFinding, type KeyProbe } from './find.ts';
