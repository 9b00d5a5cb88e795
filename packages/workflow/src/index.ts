// What happens by itself: tenants' runs, timers and effects, done in turns by the workers of any node (see WORKFLOW.md).

// Turns. What runs and timers do is given from outside.
export type { Desk, Handlers, RunHandler, TimerHandler } from './jobs/handlers.ts';
export { Workers, type WorkersOptions } from './jobs/workers.ts';
export { drain, type Drained } from './jobs/drain.ts';

// Effects outward: mails and webhooks, each under a key that never changes.
export type { Attempt, Sender, Senders, Sent } from './effects/sender.ts';
export { sendRetries, type Sending } from './effects/send.ts';
export { webhookSender, type WebhookContent, type WebhookOptions } from './effects/webhook.ts';
export { secretText, signatureHeaders, type SignedContent } from './effects/signature.ts';
export { mailSender, type MailContent, type MailPort } from './effects/mail.ts';
export type { Retries } from './retry.ts';
