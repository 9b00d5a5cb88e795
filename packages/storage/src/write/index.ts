// The statements of writes: one each for a whole set of records.
export { childrenStatement, purgeStatement, restoreStatement, softDeleteStatement, type Deletion } from './delete.ts';
export type { ChangeLog, HistoryEntry } from './changes.ts';
export { diagnoseStatement, findByKeyStatement, uniqueKeys, type UniqueKey } from './diagnose.ts';
export { fieldValue, recordOf, storedFields, type RecordValues } from './record-rows.ts';
export { insertStatement } from './insert.ts';
export { lockStatement, setStatement, updateStatement } from './update.ts';
export { recomputeStatement, rollupValuesStatement } from './rollup.ts';
export { stateStatement } from './state.ts';
export { takeNumbersStatement } from './counter.ts';
export { matchingIds, workOutFacts, type FactRecord, type RuleSlots } from './facts.ts';
export { recordTextsStatement } from './returning.ts';
export { uniqueKeyOfError } from './unique-error.ts';
export { withSavepoint } from './savepoint.ts';
export { conditionsStatement } from './conditions.ts';
