// Signatures of webhooks as Standard Webhooks has them (https://www.standardwebhooks.com): over id, time and body, by each secret.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SignedContent {
  /** Without dots, which part the signed text. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** The three headers. Several secrets make several signatures, so that a receiver may change over from one to the next. */
export function signatureHeaders(secrets: readonly Uint8Array[], { id, timestamp, body }: SignedContent): Readonly<Record<string, string>> {
  const signed = `${id}.${String(timestamp)}.${body}`;
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}

/** A secret as it is handed to a receiver. */
export const secretText = (secret: Uint8Array): string => `whsec_${Buffer.from(secret).toString('base64')}`;

/** Whether one of the signatures of a `webhook-signature` header was made with one of the secrets. */
export function isSigned(secrets: readonly Uint8Array[], content: SignedContent, header: string): boolean {
  const expected = (signatureHeaders(secrets, content)['webhook-signature'] ?? '').split(' ').map((each) => Buffer.from(each));
  return header
    .split(' ')
    .map((each) => Buffer.from(each))
    .some((given) => expected.some((one) => one.length === given.length && timingSafeEqual(one, given)));
}
