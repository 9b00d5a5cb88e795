// Webhooks that come in: whoever signs with an automation's secret may start it; nobody is signed in.
import { fail, TesseraError } from '@tessera/kernel';
import { runInSession } from '@tessera/records';
import { deriveKey } from '@tessera/security';
import { secretGeneration } from '@tessera/storage';
import { checkWebhook, takeWebhook, toleranceSeconds, type Given } from '@tessera/workflow';
import type { Started, WebhookInput } from './types/automation.ts';
import type { EngineParts } from './engine-parts.ts';
import { platformContext, systemSession } from './identity/platform-session.ts';

/** Derived from the secrets, one for each automation of each tenant: nobody needs to keep them. */
export const inboundSecrets =
  (secrets: readonly string[]): EngineParts['inboundSecrets'] =>
  (tenant, automation, generation) =>
    secrets.map((secret) => deriveKey(secret, `webhooks to ${automation} of ${tenant}, ${String(generation)}`));

function givenIn(body: string): Given {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch (error) {
    throw fail('REQUEST_BODY_NOT_JSON', { reason: error instanceof Error ? error.message : String(error) }, {}, error);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw fail('REQUEST_INVALID', { reason: 'the body must be an object with the inputs by name.' });
  return given as Given;
}

const refused = (error?: unknown): Error => fail('WEBHOOK_SIGNATURE_INVALID', { seconds: toleranceSeconds }, {}, error);

/** None where there is no such webhook: a stranger is refused in the same way, and learns nothing of which there are. */
async function signingSecrets(parts: EngineParts, { tenant, automation }: WebhookInput): Promise<readonly Uint8Array[]> {
  try {
    const { database, runtime } = await parts.runtimes.get(tenant);
    const { automations } = runtime.model;
    const isHook = Object.hasOwn(automations, automation) && automations[automation]?.trigger.type === 'webhook';
    if (!isHook) return [];
    const generation = await secretGeneration(database, automation);
    // The one before is good until the next rotation, so that a sender may change over.
    return [generation, generation - 1].flatMap((each) => (each < 0 ? [] : parts.inboundSecrets(tenant, automation, each)));
  } catch (error) {
    if (error instanceof TesseraError && error.status < 500) return [];
    throw error;
  }
}

/** @throws WEBHOOK_SIGNATURE_INVALID, INPUTS_INVALID */
export async function receiveWebhook(parts: EngineParts, input: WebhookInput): Promise<Started> {
  const { tenant, automation: name, body, ...signed } = input;
  const id = checkWebhook(await signingSecrets(parts, input), { ...signed, body }, parts.clock.now());
  const given = givenIn(body);
  const session = await systemSession(parts, platformContext(parts, tenant));
  const automation = session.model.automations[name];
  if (automation?.trigger.type !== 'webhook') throw refused();
  const run = await runInSession(session, (write) => takeWebhook(write, automation, { id, given }));
  return { run: run === '' ? null : run };
}
