// Reading: the query AST, and its compiler to one SQL statement whose value is the answer's JSON text.
export type * from './query.ts';
export type { ReadTarget } from './compilation.ts';
export type { Frames } from './frames.ts';
export { compileRead, type ReadGuard, type ReadScope } from './read.ts';
export { subjectsSlot } from './access.ts';
export { compileExport } from './export.ts';
export { expressionSql } from './environment.ts';
export { wireOf } from './wire.ts';
export { explainStatement, type ExplainedPlan, type ExplainOptions } from './explain.ts';
export { historyStatement, type HistoryQuery } from './history.ts';
export {
  cursorNulls,
  cursorPads,
  cursorSlots,
  LateCursor,
  openCursor,
  orderDigest,
  readPosition,
  type CursorPads,
  type CursorSlots,
  type OpenedCursor,
} from './cursor.ts';
export { queryCharges, queryCost, type QueryCost } from './cost.ts';
