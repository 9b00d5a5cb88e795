// Webhooks: JSON posted to an address that somebody has configured, signed, under a key by which the receiver knows it again.
import type { Sender, Sent } from './sender.ts';
import { signatureHeaders } from './signature.ts';

/** What an effect of the kind `webhook` holds; its address is the one that is called. */
export interface WebhookContent {
  /** Whose secret signs it. */
  readonly endpoint: string;
  /** JSON text, sent as it is. */
  readonly body: string;
}

export interface WebhookOptions {
  /** Within the operator's policy: addresses pinned, redirects checked. */
  readonly fetch: typeof fetch;
  /** The present secret of an endpoint first, then those that are still good. */
  readonly secretsOf: (tenant: string, endpoint: string) => readonly Uint8Array[];
}

/** Whose secret signs what is posted to an address: the place that it is at. Undefined where it is no address of the web. */
export function endpointOf(address: string): string | undefined {
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : undefined;
}

/** So much of an answer is kept, in characters. */
const keptAnswer = 20_000;

/** Seconds that a receiver asks for (RFC 9110, 10.2.3); dates are for those who cannot count. */
function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : undefined;
}

async function outcomeOf(response: Response): Promise<Sent> {
  const { status, headers } = response;
  const answer = { status, body: (await response.text()).slice(0, keptAnswer).toWellFormed() };
  if (response.ok) return { state: 'sent', answer };
  if (status === 410) return { state: 'failed', answer, error: { message: 'The receiver wants no more of it (410 Gone).' } };
  return { state: 'again', answer, error: { message: `The receiver has answered ${String(status)}.` }, afterMs: retryAfterMs(headers) };
}

export function webhookSender({ fetch: call, secretsOf }: WebhookOptions): Sender {
  return async ({ tenant, effect, now }) => {
    const { endpoint, body } = JSON.parse(effect.content) as WebhookContent;
    const signed = signatureHeaders(secretsOf(tenant, endpoint), { id: effect.key, timestamp: Math.floor(now / 1_000), body });
    const headers = { 'content-type': 'application/json', ...signed };
    return outcomeOf(await call(effect.address, { method: 'POST', headers, body }));
  };
}
