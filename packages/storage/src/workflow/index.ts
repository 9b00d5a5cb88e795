// What runs by itself, as rows of a tenant: statements that write, take and list them.
export type { WorkflowDoor } from './door.ts';
export { dropDefinitions, keepDefinitions, loadDefinitions, type Definition } from './definitions.ts';
export {
  insertRuns,
  readyRuns,
  restartRuns,
  runStates,
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
  cancelTimersUnder,
  failTimer,
  setTimers,
  takeDueTimers,
  takeTimers,
  timersUnder,
  type FailedTimer,
  type NewTimer,
  type Timer,
} from './timers.ts';
export {
  holdEffects,
  holdEffectStates,
  insertEffects,
  readEffect,
  resendEffects,
  settleEffects,
  takeDueEffects,
  type Effect,
  type EffectOutcome,
  type EffectState,
  type NewEffect,
} from './effects.ts';
export { chosenIdsStatement, liveAmongStatement, recordPageStatement, type RecordPage } from './records.ts';
export { anyRecord, pastLines, timerAt, type PastLine } from './past.ts';
export { nextGeneration, secretGeneration } from './webhook-secrets.ts';
export { dropEnded, listRuns, readRun, runsStarted, type ListedRun, type RunFilter } from './run-list.ts';
export { nextDue, type NextDue } from './due.ts';
export { dropReadNotifications, unreadNotifications } from './notifications.ts';
export { findReceivers, readAs, type Read, type Reader, type Reading, type ReadingInput, type Receiver } from './readings.ts';
export { absentOf, claimedSince, lastLost, ownedBy, saveTurns, turnsOf, type ClaimsWanted, type OwnedWanted } from './ownership.ts';
export { askDecisionTable, type DecisionAsked, type DecisionFound } from './decisions.ts';
export {
  membersOfGroups,
  membersOfRoles,
  membersOfTeams,
  placedDepartments,
  placedPeople,
  standInsOf,
  type Member,
  type PlacedDepartment,
  type PlacedPerson,
  type TeamMember,
  type TeamsWanted,
} from './people.ts';
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
