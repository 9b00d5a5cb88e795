// Import of records: CSV and NDJSON, mapped, in chunks, with a report, resumable.
export { importRecords } from './import.ts';
export { importRejects, importStatus } from './report.ts';
export { compileMapping, type ColumnPlan, type MappingPlan } from './mapping.ts';
export type { ImportDeps, ImportInput, ImportReject, ImportStatus } from './types.ts';
