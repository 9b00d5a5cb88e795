// What runs by itself, as rows of a tenant: statements that write, take and list them.
export type { WorkflowDoor } from './door.ts';
export { dropDefinitions, keepDefinitions, loadDefinitions, type Definition } from './definitions.ts';
export {
  insertRuns,
  readyRuns,
  saveRuns,
  takeReadyRuns,
  takeRuns,
  waitingRunsOf,
  type NewRun,
  type Run,
  type RunChange,
  type RunState,
} from './runs.ts';
export { appendJournal, readJournal, type JournalEntry } from './journal.ts';
export {
  cancelTimers,
  cancelTimersOfRecords,
  cancelTimersOfRuns,
  failTimer,
  setTimers,
  takeDueTimers,
  takeTimers,
  type FailedTimer,
  type NewTimer,
  type Timer,
} from './timers.ts';
export {
  holdEffects,
  insertEffects,
  readEffect,
  settleEffects,
  takeDueEffects,
  type Effect,
  type EffectOutcome,
  type NewEffect,
} from './effects.ts';
export { nextDue, type NextDue } from './due.ts';
export {
  giveUp,
  listFailed,
  retryFailed,
  workFigures,
  type FailedPlace,
  type FailedWork,
  type WorkCount,
  type WorkFigures,
  type WorkKind,
} from './administration.ts';
