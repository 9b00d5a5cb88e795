// The statements of writes: one each for a whole set of records.
export {
  childrenStatement,
  holdersStatement,
  type HoldingColumn,
  liveIdsStatement,
  lockIdsStatement,
  purgeStatement,
  restoreStatement,
  softDeleteStatement,
  unlinkStatement,
  type Deletion,
  type PointingColumn,
} from './delete.ts';
export { logOf, logStatement, type ChangeLog, type HistoryEntry, type HistoryLine, type Log, type WrittenRecord } from './changes.ts';
export { diagnoseStatement, findByKeyStatement, uniqueKeys, type UniqueKey } from './diagnose.ts';
export { blankRecord, fieldValue, recordOf, recordFields, recordReader, type RecordValues, type Row } from './record-rows.ts';
export { insertInBinStatement, updateInBinStatement } from './in-bin.ts';
export { insertAllStatements, insertStatement, type AllStatements } from './insert.ts';
export { KeptStatements, type WriteTarget } from './kept.ts';
export { formerLifeStatement } from './former-life.ts';
export {
  masterRow,
  mastersStatement,
  mustBeFreeStatement,
  placeOf,
  type MasterLevel,
  type MasterLevels,
  type MasterRow,
} from './masters.ts';
export { isUnmet } from './must.ts';
export { lockStatement, setStatement, updateAllStatements, updateStatement } from './update.ts';
export { differingRollupsStatement, recomputeStatement, rollupValuesStatement } from './rollup.ts';
export { tenantGuard } from './state.ts';
export { takeNumbersStatement } from './counter.ts';
export { lookupsFit, workOutFacts, type FactRecord, type LookupFilter, type RuleSlots } from './facts.ts';
export { recordTextsStatement, returnedTexts, type KeptTexts, type ReturnedTexts, type SelectedTexts } from './returning.ts';
export { uniqueKeyOfError } from './unique-error.ts';
export { lockScopesStatement, scopedRecordsStatement } from './scoped.ts';
export { withoutTrace, withSavepoint } from './savepoint.ts';
export { conditionsStatement } from './conditions.ts';
export { claimIdempotencyKey, dropIdempotentResponses, keepIdempotentResponse, type IdempotencyClaim } from './idempotency.ts';
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
export { readRecord, readRecords } from './read-record.ts';
export { referrersOf, type Referrer } from './referrers.ts';
