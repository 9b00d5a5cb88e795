// Writing records: the pipeline, and what it is run for.
export { createRecords } from './create.ts';
export { updateRecords } from './update.ts';
export { upsertRecords, uniqueKey } from './upsert.ts';
export { deleteRecords } from './delete.ts';
export { matchingRecord } from './matching-record.ts';
export { restoreRecords } from './restore.ts';
export { purgeRecords } from './purge.ts';
export { runInSession, type LastRead, type SessionInput, type WorkOptions } from './run.ts';
export { commitChecks } from './commit-checks.ts';
export { RuleCache } from './rule-cache.ts';
export { inLanguage } from './steps/validate.ts';
export { recordEnvironment } from './environment.ts';
export { fetchFacts, noFacts, type Facts } from './facts.ts';
export type { RecordOutcome } from './results.ts';
export type { Access, Answering, Sealer, WriteSession } from './session.ts';
export { sightOf } from './steps/see.ts';
export type { ChangedRecord, NewRecord, SetOptions } from './pipeline.ts';

// Files: in and out, streamed.
export * from './import/index.ts';
export * from './export/index.ts';
export * from './files/index.ts';

// Search: words of records, words that somebody typed, and records that are indexed anew.
export * from './search/index.ts';
