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
export type { AutomationPorts } from './automations/sessions.ts';
export { runTimers, tellEvent, wakeRuns, wakeWaiting } from './automations/waits.ts';
export { runInline, type InlineResult, type Subject } from './automations/inline.ts';
export { stepDoers, type StepDoers } from './automations/step-doers.ts';
export type { Frame, FrameRecord, StepDoer, StepResult, StepWork } from './automations/step-work.ts';

// What starts automations: writes, times, schedules, buttons, webhooks; and why one starts or does not.
export { momentsOf } from './moments.ts';
export { triggerTimers } from './triggers/timers.ts';
export { clockTimers } from './clocks/due.ts';
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

// Approvals: the machine that decides what becomes of one; nothing drives it yet.
export {
  advanceAsync as advanceApproval,
  beginAsync as beginApproval,
  isPending as isApprovalPending,
  migrate as migrateApproval,
  planAsync as planApproval,
  tasks as approvalTasks,
  type Action as ApprovalAction,
  type AsyncFacts as ApprovalFacts,
  type ApprovalPlan,
  type ApprovalState,
} from './approvals/machine/index.ts';
