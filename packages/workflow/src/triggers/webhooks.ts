// Webhooks that come in, as Standard Webhooks has them (https://www.standardwebhooks.com): signed, of now, and each taken once.
import { fail } from '@tessera/kernel';
import { contentHash, type AutomationModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { claimIdempotencyKey, keepIdempotentResponse } from '@tessera/storage';
import { startRuns } from '../automations/start-runs.ts';
import { isSigned } from '../effects/signature.ts';
import { conditionHolds } from './conditions.ts';
import { takeInputs, type Given } from './inputs.ts';

/** How far the clocks of sender and receiver may be apart, and a request may have been under way. */
export const toleranceSeconds = 300;

const longestId = 256;

export interface WebhookRequest {
  /** `webhook-id`, `webhook-timestamp` and `webhook-signature`. */
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** As it was sent. */
  readonly body: string;
}

const refused = (): Error => fail('WEBHOOK_SIGNATURE_INVALID', { seconds: toleranceSeconds });

/** The message's id. @param now milliseconds since 1970. @throws WEBHOOK_SIGNATURE_INVALID */
export function checkWebhook(secrets: readonly Uint8Array[], request: WebhookRequest, now: number): string {
  const { id, timestamp = '', signature, body } = request;
  if (id === undefined || signature === undefined || !/^[\x21-\x2d\x2f-\x7e]+$/.test(id) || id.length > longestId) throw refused();
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) throw refused();
  if (!isSigned(secrets, { id, timestamp: Number(timestamp), body }, signature)) throw refused();
  return id;
}

/** Nobody acts, so ids of messages are kept under a name of the automation's own. */
function senderOf(automation: string): string {
  const hash = contentHash(['webhook', automation]);
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
}

/**
 * Starts the automation with what came, as the platform. Gives the run's id, empty where its condition does not hold; a message that comes
 * again starts nothing, and is told of the same run.
 * @throws INPUTS_INVALID
 */
export async function takeWebhook(
  session: WriteSession,
  automation: AutomationModel,
  { id, given }: { readonly id: string; readonly given: Given },
): Promise<string> {
  const claim = { key: id, actor: senderOf(automation.name), operation: `webhook ${automation.name}`, requestHash: contentHash(given) };
  const { transaction, target } = session;
  const earlier = await claimIdempotencyKey(transaction, target.schema, claim);
  if (earlier !== undefined) return earlier.response;
  const inputs = await takeInputs(session, automation, given);
  const holds = await conditionHolds(session, { automation, record: undefined, inputs });
  const [run = ''] = holds ? await startRuns(session, [{ automation, record: undefined, inputs, actor: null }]) : [];
  keepIdempotentResponse(transaction, target.schema, claim, run);
  return run;
}
