// Writing records: the pipeline, and what it is run for.
export { createRecords, createUnfinished, type Unfinished } from './create.ts';
export { updateRecords } from './update.ts';
export { upsertRecords, uniqueKey } from './upsert.ts';
export { reconcileRecords, type Reconciled, type ReconcileOptions } from './reconcile.ts';
export { reattach, type Attached, type Reattached } from './reattach.ts';
export { unvoidRecords, voidRecords, type MarkedRecord } from './life-status.ts';
export { withoutRecords } from './without.ts';
export { markRecords, type Mark } from './locks/marks.ts';
export { isLocked, mayWait } from './locks/locks.ts';
export { heldInput } from './sealed-text.ts';
export { stageApprovals } from './stages/approvals.ts';
export { attempt } from './attempt.ts';
export { keepFields, type KeptChange } from './keep-fields.ts';
export { placeInStages } from './stages/place-present.ts';
export { refreshRollups, rollupSchedules, scheduledRollups, type RollupGroup } from './rollups/refresh.ts';
export { keyValues } from './key-values.ts';
export { deleteRecords } from './delete.ts';
export { matchingRecord } from './matching-record.ts';
export { restoreRecords } from './restore.ts';
export { purgeRecords } from './purge.ts';
export { runInSession, runWithin, type LastRead, type SessionInput, type WorkOptions } from './run.ts';
export { commitChecks } from './rules/commit-checks.ts';
export { RuleCache, type OnStep } from './rules/rule-cache.ts';
export { inLanguage } from './steps/validate.ts';
export { recordEnvironment } from './rules/environment.ts';
export { fetchFacts, noFacts, type Facts } from './rules/facts.ts';
export { factsOf } from './rules/rule-facts.ts';
export { stagePlaces, type OpenMove, type StagePlace, type StageTask } from './stages/places.ts';
export { addToBin, addToHistory, changeHistory, changeInBin, readHistory } from './kept-history.ts';
export type { RecordOutcome } from './results.ts';
export type { Access, AccessOf, Answering, Cause, OwnerNote, Sealer, WriteSession } from './session.ts';
export { keyOf as recordKey } from './record-key.ts';
export { isAgreed } from './moments.ts';
export type {
  ChangeEvent,
  Changes,
  Entered,
  HeldChange,
  HeldEvent,
  HeldRecord,
  HeldRecords,
  Holder,
  MasterRoute,
  Moments,
  Proposals,
  Proposed,
  Questions,
  RecordChanged,
  Verdict,
  Voice,
} from './moments.ts';
export { asCaller } from './session.ts';
export { sameValue } from './changed.ts';
export { sightOf } from './steps/see.ts';
/** The id that a lookup's value leads to, where that is of an object. */
export { referenceTo } from './references.ts';
export { objectOf } from './session.ts';
export type { ChangedRecord, NewRecord, SetOptions } from './pipeline.ts';

// Files: in and out, streamed.
export * from './import/index.ts';
export * from './export/index.ts';
export * from './files/index.ts';

// Merge: several records that are about the same become one.
export * from './merge/index.ts';

// Matching: records that are about the same.
export * from './matching/index.ts';

// Search: words of records, words that somebody typed, and records that are indexed anew.
export * from './search/index.ts';
