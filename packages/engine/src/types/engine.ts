// The engine as transports see it: sessions, Runtimes, and one function that runs any operation by name.
import type { Context } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { JobFigures } from '@tessera/storage';
import type { Drained } from '@tessera/workflow';
import type { Started, WebhookInput } from './automation.ts';
import type { LogIn, OpenIdentity } from '../identity/open-identity.ts';
import type { OperationInput, OperationName, OperationOutput } from '../operation-list.ts';
import type { FileDownload, JsonText, RecordEvent, TokenPair } from './operation.ts';
import type { SelectionRequest } from '../read/request.ts';
import type { RequestInfo } from '../request-info.ts';

export type { RequestInfo } from '../request-info.ts';

/** A tenant's compiled metadata; tenants whose Model hashes are equal share it. */
export interface Runtime {
  readonly model: Model;
}

export interface Engine {
  /**
   * @throws AUTHENTICATION_FAILED, PASSWORD_CHANGE_REQUIRED, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_ENROLMENT_REQUIRED,
   *   SECOND_FACTOR_INVALID
   */
  login(input: LogIn, request: RequestInfo): Promise<TokenPair>;
  /** What else can be asked without being signed in. */
  readonly identity: OpenIdentity;
  /** A new pair for a refresh token, which is spent by it: shown again it ends the session. */
  refresh(refreshToken: string, request: RequestInfo): Promise<TokenPair>;
  logout(context: Context): Promise<void>;
  /** The caller behind an access token; counts the request against the caller's and the tenant's budget. Throws TOKEN_INVALID, RATE_LIMITED. */
  authenticate(accessToken: string, request: RequestInfo): Promise<Context>;
  /** Counts a request of nobody who is signed in against its address's budget. Throws RATE_LIMITED. */
  admitAddress(address: string | undefined): Promise<void>;
  /** The file behind a link of `files.link`, whoever asks. Throws FILE_LINK_INVALID, FILE_NOT_FOUND, FILE_MISSING. */
  openFileLink(input: { readonly id: string; readonly token: string }): Promise<FileDownload>;
  /**
   * Starts the automation of a webhook, whoever signs with its secret; what comes again starts nothing more.
   * @throws WEBHOOK_SIGNATURE_INVALID, REQUEST_BODY_NOT_JSON, INPUTS_INVALID
   */
  receiveWebhook(input: WebhookInput): Promise<Started>;
  /** The tenant's Model as it exists for a caller; `fresh`: as it is now. Throws TOKEN_INVALID. */
  view(context: Context, options?: { readonly fresh?: boolean }): Promise<Model>;
  /** Whether the caller is an administrator, as it is now. Throws TOKEN_INVALID. */
  administers(context: Context): Promise<boolean>;
  /** As this node last saw it; `fresh`: as it is now. */
  runtime(tenant: string, options?: { readonly fresh?: boolean }): Promise<Runtime>;
  run<N extends OperationName>(name: N, context: Context, input: OperationInput<N>): Promise<OperationOutput<N>>;
  /** Changes of an object's records that the caller may read, from this call on until the signal aborts. */
  events(
    context: Context,
    input: { readonly object: string; readonly filter?: unknown; readonly selections: readonly SelectionRequest[] },
    signal: AbortSignal,
  ): AsyncIterable<RecordEvent & { readonly record: JsonText | null }>;
  /** Does at once whatever is due of a tenant, at a time (milliseconds since 1970; default: now): for tests and scenarios. */
  drain(tenant: string, now?: number): Promise<Drained>;
  /** How much waits in the queues of all tenants, and in the outbox. */
  jobFigures(): Promise<JobFigures>;
  close(): Promise<void>;
}
