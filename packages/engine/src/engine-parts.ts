// What operations work with: the cell, the secrets, the caches of this node.
import type { Clock, Context, IdSource, Logger } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { Access, FileStore } from '@tessera/records';
import type { OutwardFetch, Policy, SecretSealer, TokenSigner } from '@tessera/security';
import type { Cell, CursorPads, Jobs } from '@tessera/storage';
import type { Handlers, Senders } from '@tessera/workflow';
import type { Mailer } from './identity/mail.ts';
import type { LoginLimits, RequestLimits } from './rate-limits.ts';
import type { Plans } from './read/plans.ts';
import type { Background } from './sandboxes/background.ts';
import type { TenantRuntime, TenantRuntimes } from './tenant-runtimes.ts';

export interface EngineLimits {
  /** Most that a read may cost (see `queryCost`); default 200,000. */
  readonly cost: number;
  /** Deepest nesting of records; default 12. */
  readonly depth: number;
  /** Longest page; default 1,000. */
  readonly page: number;
  /** Most records in one write; default 10,000. */
  readonly records: number;
  /** Most bytes of an uploaded file; default 100 MB. Fields may take less. */
  readonly fileSize: number;
}

export interface EngineParts {
  readonly cell: Cell;
  readonly runtimes: TenantRuntimes;
  readonly plans: Plans;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly signer: TokenSigner;
  readonly sealer: SecretSealer;
  readonly mailer: Mailer | undefined;
  /** Where the server is as seen from outside. */
  readonly publicUrl: string | undefined;
  /** How requests to identity providers go out. */
  readonly outward: OutwardFetch | undefined;
  readonly cursorPads: CursorPads;
  /** Signs links to files. */
  readonly fileLinkKey: Uint8Array;
  readonly files: FileStore;
  readonly limits: EngineLimits;
  readonly rates: RequestLimits;
  readonly logins: LoginLimits;
  readonly jobs: Jobs;
  /** What runs and timers do. */
  readonly handlers: Handlers;
  /** Whether what is done is told as past: no automation follows it, and nobody is told. */
  readonly quiet?: boolean;
  /** What sends effects. */
  readonly senders: Senders;
  /** What values that tell of people are replaced by, in a copy whose key has this id. */
  readonly maskKey: (id: string) => string;
  /** Copies of tenants that are under way. */
  readonly background: Background;
  /** What calls to an endpoint of a tenant's are signed with, the present secret first. */
  readonly endpointSecrets: (tenant: string, endpoint: string) => readonly Uint8Array[];
  /** What a webhook that comes in may be signed with, the present secret first; `generation`: how often it was made anew. */
  readonly inboundSecrets: (tenant: string, automation: string, generation: number) => readonly Uint8Array[];
}

/** One run of an operation: who, under which policy, on which Runtime. */
export interface Session extends TenantRuntime {
  readonly parts: EngineParts;
  readonly context: Context;
  readonly policy: Policy;
  /** The tenant's Model as it exists for the caller: what may not be read is not in it. Names of requests are looked up here. */
  readonly view: Model;
  /** Undefined of the platform itself. */
  readonly person?: Access['person'];
  /** The same caller on the present Model and permissions, for work that outlives a change of them. Throws TOKEN_INVALID. */
  renew(): Promise<Session>;
}
