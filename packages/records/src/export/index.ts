// Export of records: streamed as CSV or NDJSON in constant memory.
export { exportRecords, exportStatement, type ExportDeps, type ExportInput } from './export.ts';
export { selectionsOf } from './selections.ts';
export { csvLine, escapeFormula, unescapeFormula } from './csv.ts';
