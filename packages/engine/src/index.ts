// The engine: a tenant's compiled Runtime, and the one list of operations that a caller can do.
export type * from './types/engine.ts';
export type * from './operation-list.ts';
export type * from './types/operation.ts';
export type * from './types/describing.ts';
export type * from './types/metadata.ts';
export type * from './types/sandbox.ts';
export type * from './types/access.ts';
export type * from './types/explain.ts';
export type * from './types/job.ts';
export type * from './types/approval.ts';
export { approvalActions } from './types/approval.ts';
export type * from './types/automation.ts';
export type * from './types/pool.ts';
export type * from './read/request.ts';
export { createEngine, type EngineOptions } from './create-engine.ts';

// The nulls of a cursor, which the key of a planned read tells.
export { cursorNulls } from '@tessera/storage';

export { operations, type Operation, type Permission } from './operations.ts';

// What an operator does from outside of any tenant.
export { Administration, type TenantInput } from './administration.ts';
export { createPack, type NewPack } from '@tessera/packs';
export type { Comparable, PackApplied, PackCheck, PackDesk, PackStep } from './pack-desk.ts';
export type { SandboxDesk } from './sandbox-desk.ts';
export type { TenantCheck, Upkeep } from './upkeep.ts';
export type { PlatformLeft, PlatformUpdate } from './platform-update.ts';
export type { Restored } from './tenant-backup.ts';
export type { Person } from './tenant-setup.ts';

// Scenarios of packs, played in a sandbox.
export { atScenarioDesk, type PackTest, type PackTested, type PlacedResult, type ScenarioDesk } from './scenarios/scenario-desk.ts';
export type { Graphql } from './scenarios/player.ts';
export type { Answered, Coverage, Mismatch, ScenarioFailure, ScenarioResult, Unreached } from '@tessera/packs';

// Its parts, for those who put them together themselves.
export { engineParts } from './create-engine.ts';
export type { EngineLimits, EngineParts } from './engine-parts.ts';
export { Identity, type Caller } from './identity.ts';
export { createTenant, setPasswords, systemContext, systemSession, type NewTenant } from './tenant-setup.ts';

// Limits over all nodes: requests per second, failures to sign in.
export {
  defaultLoginLimits,
  LoginLimits,
  noRateLimits,
  RequestLimits,
  type GivenAccount,
  type LoginSettings,
  type RateSettings,
} from './rate-limits.ts';

// Where uploaded files lie: opened by whoever starts an engine.
export { openFileStore, type FileStore, type FileStoreOptions } from '@tessera/records';

// Signing in: what may be asked before it, operations on identities, and the port through which mails go out.
export type { LogIn, OpenIdentity } from './identity/open-identity.ts';
export type { IdentityOperations } from './identity/operation-types.ts';
export type { Mail, Mailer } from './identity/mail.ts';
export type { Resealed } from './identity/reseal.ts';

// What runs and timers do is handed to whoever starts an engine; figures of the jobs.
export type { Drained, Handlers, RunHandler, TimerHandler } from '@tessera/workflow';
export type { JobFigures } from '@tessera/storage';
export { webhookSecrets } from './work.ts';

// Requests to addresses that people have configured, within a policy: made by whoever starts an engine.
export { outwardFetch, outwardPolicy, type OutwardFetch } from '@tessera/security';
