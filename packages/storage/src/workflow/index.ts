// What runs by itself, as rows of a tenant: statements that write, take and list them.
export type { WorkflowDoor } from './door.ts';
export {
  approvalsOf,
  insertApprovals,
  lockApprovals,
  pendingApprovals,
  pendingPage,
  readApprovals,
  saveApprovals,
  saveApprovalsStatement,
  type ApprovalChange,
  type ApprovalRow,
  type ApprovalStatus,
  type NewApproval,
  type PendingWanted,
} from './approvals.ts';
export { keptApprovals, pendingVersions, renameProcesses, type PendingVersion } from './approval-versions.ts';
export { approvalTasksOf, takeApprovalSharesStatement, type ApprovalTaskRow, type AskedOf } from './approval-tasks.ts';
export { dropDefinitions, keepDefinitions, keepFormerLocks, loadDefinitions, type Definition } from './definitions.ts';
export {
  insertRuns,
  readyRuns,
  readyRunsBeside,
  restartForApproval,
  restartRuns,
  runsOfApprovals,
  runStates,
  runsToldOfEnd,
  saveRuns,
  takeReadyRuns,
  takeRuns,
  waitingRunsOf,
  type NewRun,
  type Run,
  type RunChange,
  type RunState,
  type WaitingApproval,
} from './runs.ts';
export { appendJournal, failedRuns, readJournal, stepsReached, type FailedRun, type JournalEntry, type StepReached } from './journal.ts';
export {
  cancelTimers,
  cancelTimersStatement,
  cancelTimersOfRecords,
  cancelTimersOfRuns,
  cancelTimersUnder,
  failTimer,
  hastenTimers,
  moveTimers,
  setTimers,
  takeDueTimers,
  takeTimers,
  stumbledTimers,
  timersUnder,
  type FailedTimer,
  type NewTimer,
  type Timer,
  type TimerMove,
} from './timers.ts';
export {
  decidedEffects,
  holdEffects,
  holdEffectStates,
  insertEffects,
  readEffect,
  resendEffects,
  settleEffects,
  takeDueEffects,
  type DecidedEffect,
  type Effect,
  type EffectOutcome,
  type EffectState,
  type NewEffect,
} from './effects.ts';
export { chosenIdsStatement, liveAmongStatement, recordPageStatement, type RecordPage } from './records.ts';
export { anyRecord, lastChanges, pastLines, timerAt, type PastLine, type TimerSeen } from './past.ts';
export { nextGeneration, secretGeneration } from './webhook-secrets.ts';
export { dropEnded, listRuns, readRun, recordsRunFor, runsStarted, type ListedRun, type RunFilter } from './run-list.ts';
export { nextDue, type NextDue } from './due.ts';
export { openWork, type OpenWork } from './open-work.ts';
export { dropReadNotifications, unreadNotifications } from './notifications.ts';
export { findReceivers, readAs, type Read, type Reader, type Reading, type ReadingInput, type Receiver } from './readings.ts';
export { absentOf, claimedSince, lastLost, ownedBy, saveTurns, turnsOf, type ClaimsWanted, type OwnedWanted } from './ownership.ts';
export { lastReminded } from './reminders.ts';
export { askDecisionTable, type DecisionAsked, type DecisionFound } from './decisions.ts';
export {
  membersOfGroups,
  membersOfRoles,
  membersOfTeams,
  placedDepartments,
  placedPeople,
  standInsOf,
  stoodInByWayOf,
  type Member,
  type PlacedDepartment,
  type PlacedPerson,
  type StandInsWanted,
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
