// What happens by itself: tenants' runs, timers and effects, done in turns by the workers of any node (see WORKFLOW.md).

// Turns. What runs and timers do is given from outside.
export type { Desk, Handlers, RunHandler, TimerHandler } from './jobs/handlers.ts';
export { Workers, type WorkersOptions } from './jobs/workers.ts';
export { drain, type Drained } from './jobs/drain.ts';

// Effects outward: mails and webhooks, each under a key that never changes.
export type { Attempt, Sender, Senders, Sent } from './effects/sender.ts';
export { sendRetries, type Sending } from './effects/send.ts';
export { endpointOf, webhookSender, type WebhookContent, type WebhookOptions } from './effects/webhook.ts';
export { secretText, signatureHeaders, type SignedContent } from './effects/signature.ts';
export { mailSender, type MailContent, type MailPort } from './effects/mail.ts';
export type { Retries } from './retry.ts';

// People: who is meant by the one vocabulary for them.
export * from './people/index.ts';

// Automations at work: runs started, moved on and woken; those that are done at once within a write.
export { startRuns, type RunStart } from './automations/start-runs.ts';
export { runHandler } from './automations/run-handler.ts';
export { runTimers, tellEvent, wakeRuns, wakeWaiting } from './automations/waits.ts';
export { runInline, type InlineResult, type Subject } from './automations/inline.ts';
export { stepDoers, type StepDoers } from './automations/step-doers.ts';
export type { Frame, FrameRecord, StepDoer, StepResult, StepWork } from './automations/step-work.ts';

// What starts automations: writes, times, schedules, buttons, webhooks; and why one starts or does not.
export { momentsOf, quietMomentsOf } from './moments.ts';
export { triggerTimers } from './triggers/timers.ts';
export { clockTimers } from './clocks/due.ts';
export { followClocks } from './clocks/follow-metadata.ts';
export { followStages, stageWalks } from './stages/follow-metadata.ts';
export { followMetadata, type MetadataChanged } from './triggers/follow-metadata.ts';
export { pressButton } from './triggers/buttons.ts';
export { checkWebhook, takeWebhook, toleranceSeconds } from './triggers/webhooks.ts';
export { explainAutomation, type AutomationExplanation } from './triggers/explain.ts';
export type { Given } from './triggers/inputs.ts';

// Pools, and who gets what: claims, returns, transfers; what goes back by itself; the decisions of assignment rules.
export { poolTimers } from './pools/timers.ts';
export { followPools } from './pools/retime.ts';
export {
  assignRecord,
  claimRecord,
  returnRecord,
  transferRecord,
  type OwnerOutcome,
  type PoolRequest,
  type TransferRequest,
} from './pools/actions.ts';
export { convertRecord, type ConversionOutcome, type ConvertedChildren, type ConvertedTarget } from './conversion/convert.ts';
export type { Decision, NotDeciding, PassedOver } from './assignment/decision.ts';

// Approvals: handed in, decided, asked about; what somebody may do with one.
export { actOn, type Act, type ActorAction, type ActOutcome } from './approvals/driving/act.ts';
export { noteOn, type Note } from './approvals/driving/notes.ts';
export { submitRecord, type Submission } from './approvals/driving/submit.ts';
export { followLocks } from './approvals/migration/former-locks.ts';
export { offeredProcesses } from './approvals/entering/offered.ts';
export { editableBy, pendingOf } from './approvals/driving/pending.ts';
export { processOf as approvalProcessOf } from './approvals/driving/definitions.ts';
export { whatIf, type PlanAnswer, type PlanQuestion } from './approvals/driving/what-if.ts';
export type { Begun } from './approvals/driving/begin.ts';
export type { HeldChange } from '@tessera/records';
export { stepAt } from './approvals/process-steps.ts';
export { openApprovalPaths, possibleActions, takenBackTurn, turnsOf } from './approvals/surface/may.ts';

// What becomes of approvals by time, by people who come and go, by ends of runs, and by new versions of their processes.
export { approvalTimers } from './approvals/timers.ts';
export { tellRunsEnded } from './approvals/automations/run-end-timers.ts';
export { approvalFindings } from './approvals/migration/check.ts';
export { followApprovals } from './approvals/migration/follow.ts';

// The machine that decides what becomes of an approval.
export { tasks as approvalTasks, type Action as ApprovalAction, type ApprovalPlan, type ApprovalState } from './approvals/machine/index.ts';
