// The statements of writes: one each for a whole set of records.
export {
  childrenStatement,
  holdersStatement,
  liveIdsStatement,
  lockIdsStatement,
  purgeStatement,
  restoreStatement,
  softDeleteStatement,
  unlinkStatement,
  type Deletion,
  type PointingColumn,
} from './delete.ts';
export type { ChangeLog, HistoryEntry } from './changes.ts';
export { diagnoseStatement, findByKeyStatement, uniqueKeys, type UniqueKey } from './diagnose.ts';
export { fieldValue, recordOf, recordFields, type RecordValues } from './record-rows.ts';
export { insertStatement } from './insert.ts';
export { lockStatement, setStatement, updateStatement } from './update.ts';
export { recomputeStatement, rollupValuesStatement } from './rollup.ts';
export { stateStatement } from './state.ts';
export { takeNumbersStatement } from './counter.ts';
export { lookupsFit, workOutFacts, type FactRecord, type LookupFilter, type RuleSlots } from './facts.ts';
export { recordTextsStatement } from './returning.ts';
export { uniqueKeyOfError } from './unique-error.ts';
export { withSavepoint } from './savepoint.ts';
export { conditionsStatement } from './conditions.ts';
export { claimIdempotencyKey, keepIdempotentResponse, type IdempotencyClaim } from './idempotency.ts';
export { findMatchesStatement } from './find.ts';
export {
  advanceImportStatement,
  dropKeptRowsStatement,
  endImportStatement,
  isRowError,
  keepRowsStatement,
  readImportStatement,
  refusedRowsStatement,
  startImportStatement,
  waitingRowsStatement,
  type ImportStart,
  type ImportStep,
  type KeptRow,
} from './import.ts';
export { readRecord } from './read-record.ts';
