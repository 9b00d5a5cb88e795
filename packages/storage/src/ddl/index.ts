// From Model to tables: what PostgreSQL is to hold, the plan from one Model to the next, its application, and the drift check.
export {
  fieldsWithColumns,
  tableSpec,
  tableSpecs,
  type CheckSpec,
  type ColumnSpec,
  type ForeignKeySpec,
  type IndexSpec,
  type TableSpec,
} from './tables.ts';
export { columnLiteral, inlineParameters, typeText } from './column-types.ts';
export { attachedName, asideName, asideNumber, type NameSuffix } from './names.ts';
export { columnDefinition } from './statements.ts';
export { castBetween, type Cast } from './casts.ts';
export type { ConcurrentIndex, DdlCheck, DdlPlan, DdlRisk, DdlStep, Preparation, DdlStepKind, StepMigration } from './step.ts';
export { planDdl } from './plan.ts';
export { futureRecords, futureTexts, type FutureRecords } from './future-records.ts';
export type { ModelMatch, MovedOptions } from './identity.ts';
export { fieldsFromElsewhere, type NameMoves } from './moves.ts';
export type { DdlTarget } from './change.ts';
export type { KeptField, KeptMigration, RecordChanges } from './record-changes.ts';
export {
  applyDdl,
  prepareDdl,
  undoPreparations,
  type DdlDoor,
  countRows,
  createIndexes,
  runDdlChecks,
  validateConstraints,
  type DdlFinding,
} from './apply.ts';
export {
  readPhysical,
  type PhysicalColumn,
  type PhysicalConstraint,
  type PhysicalIndex,
  type PhysicalState,
  type PhysicalTable,
} from './physical.ts';
export { compare, drift, type DriftFinding } from './drift.ts';
export { planPurge, type Purge } from './purge.ts';
