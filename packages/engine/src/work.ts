// Work that happens by itself, on this node: what a tenant's turns are done with, and the workers that do them.
import { TesseraError, type Clock } from '@tessera/kernel';
import { runInSession, type WriteSession } from '@tessera/records';
import { deriveKey, type OutwardFetch } from '@tessera/security';
import {
  drain,
  mailSender,
  sendRetries,
  webhookSender,
  Workers,
  type Desk,
  type Drained,
  type Sender,
  type Senders,
} from '@tessera/workflow';
import type { EngineParts } from './engine-parts.ts';
import type { Mailer } from './identity/mail.ts';
import { platformContext, systemSession } from './identity/platform-session.ts';

/** The tenant may change its Model again and again; each time the work is done anew. */
const attempts = 3;

/** What is missing here the operator may add; then it is sent, or tried again by whoever says so. */
const unavailable =
  (message: string): Sender =>
  () =>
    Promise.resolve({ state: 'failed', error: { message } });

export interface SendersInput {
  /** The present one first. */
  readonly secrets: readonly string[];
  readonly mailer: Mailer | undefined;
  readonly outward: OutwardFetch | undefined;
  readonly publicUrl: string | undefined;
}

/** Keys are derived from the secrets, one for each endpoint of each tenant: nobody needs to keep them. */
export const webhookSecrets =
  (secrets: readonly string[]) =>
  (tenant: string, endpoint: string): readonly Uint8Array[] =>
    secrets.map((secret) => deriveKey(secret, `webhooks of ${tenant} to ${endpoint}`));

export function sendersOf({ secrets, mailer, outward, publicUrl }: SendersInput): Senders {
  const domain = publicUrl === undefined ? undefined : URL.parse(publicUrl)?.hostname;
  return {
    mail:
      mailer === undefined ? unavailable('No mail server is configured: set SMTP_URL.') : mailSender(mailer, domain ?? 'tessera.invalid'),
    webhook:
      outward === undefined
        ? unavailable('Nothing is called from here.')
        : webhookSender({ fetch: outward.fetch, secretsOf: webhookSecrets(secrets) }),
  };
}

/** A tenant to be worked for by the platform itself. */
export function deskOf(parts: EngineParts, tenant: string, clock: Clock): Desk {
  const transact = async <T>(work: (session: WriteSession) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await runInSession(await systemSession(parts, { ...platformContext(parts, tenant), clock }), work);
      } catch (error) {
        const moved = error instanceof TesseraError && error.code === 'MODEL_CHANGED';
        if (!moved || attempt === attempts) throw error;
      }
    }
  };
  return { database: parts.cell.tenant(tenant), clock, transact };
}

/** Does at once what is due of a tenant at a time, in milliseconds since 1970. */
export function drainTenant(parts: EngineParts, tenant: string, now: number): Promise<Drained> {
  const { handlers, senders } = parts;
  return drain(deskOf(parts, tenant, { now: () => now }), handlers, { senders, retries: sendRetries });
}

/** Begins to do jobs, so many of each kind at once. */
export function startWorkers(parts: EngineParts, atOnce: number): Promise<Workers> {
  const { jobs, handlers, senders, clock, log, cell } = parts;
  return Workers.start({
    jobs,
    atOnce,
    handlers,
    sending: { senders, retries: sendRetries },
    clock,
    log,
    desk: (tenant, of) => deskOf(parts, tenant, of),
    tenants: async () => (await cell.tenants()).map(({ name }) => name),
  });
}
