// How what is posted outward is signed, for administrators who set its receivers up.
import { fail } from '@tessera/kernel';
import { appendAudit, auditEntry } from '@tessera/storage';
import { endpointOf, secretText } from '@tessera/workflow';
import type { EndpointSecrets } from '../types/automation.ts';
import type { Session } from '../engine-parts.ts';

/** @throws WEBHOOK_ADDRESS */
export async function endpointSecrets(
  { parts, context, database }: Session,
  { address }: { readonly address: string },
): Promise<EndpointSecrets> {
  const endpoint = endpointOf(address);
  if (endpoint === undefined) throw fail('WEBHOOK_ADDRESS', { address }, { pointer: '/address' });
  await appendAudit(database, [auditEntry(context, 'webhook.secretShown', { detail: { endpoint } })]);
  return { endpoint, secrets: parts.endpointSecrets(context.tenant, endpoint).map(secretText) };
}
