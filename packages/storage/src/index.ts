// PostgreSQL: the cell and its tenants' doors, reads compiled to one statement, tables planned from two Models, the outbox.

// The doors that everything above sees, and what their errors mean.
export type {
  AdministeringTransaction,
  Opening,
  Queryable,
  QueryResult,
  StatementOrigin,
  TenantDatabase,
  TenantTransaction,
  Transaction,
  TransactionOptions,
} from './database.ts';
export { databaseErrorKind, databaseErrorPlace, type DatabaseErrorKind, type DatabaseErrorPlace } from './cell/pg-errors.ts';

// The cell: a database with many tenants. Opening it makes roles and system tables; each tenant has a schema and a role.
export { openCell, type Cell, type CellOptions, type CellStats, type TenantOptions } from './cell/cell.ts';
export type { CellFeatures } from './cell/open.ts';
export type { PoolStats } from './cell/pool.ts';
export type { ListenOptions } from './cell/listener.ts';
export type { TenantInfo } from './cell/tenants.ts';
export { controlSchema, copyName, isCopy, isSandbox, sandboxPrefix, tenantSchema } from './cell/names.ts';
export { backToBaseline, dropBaseline, takeBaseline, type Baseline } from './system/sandbox.ts';
export { forgetPacks, forgetSeeds, noteSeeds, seedsCalled, seedsOf, type Seeded } from './system/seeds.ts';
export { planKeyOf } from './cell/slow-statements.ts';

// Every write holds its tenant's lock shared; `administer` holds it exclusively.
export { lockTenantShared, tenantLockKey } from './cell/tenant-database.ts';

// System tables of the tenants, migrated one tenant after the other.
export { migrateTenants, type MigrateOptions } from './system/tenant-migrations.ts';
export { checkSystemVersion, tenantSystemVersion, type TenantMigration } from './system/tenant-tables.ts';

// Sandboxes: which tenants are copies of which, and the rows that go into a copy.
export * from './copy/index.ts';

// Reading: the query AST, compiled to one statement whose value is the answer's JSON text.
export * from './query/index.ts';

// Tables: what a Model wants, the plan from one Model to the next, its application, and the drift check.
export * from './ddl/index.ts';

// The outbox: writers insert payloads into `tessera.outbox`, readers hand them on exactly once and notify the nodes.
export { readOutbox, type OutboxEvent, type OutboxHandler, type OutboxOptions, type OutboxReader } from './outbox/reader.ts';
export { changesChannel, unpackChanges, type RecordChange } from './outbox/changes.ts';

// Jobs: wake-ups of tenants, made of the outbox within its reader's transaction, taken by the workers of any node.
export { Jobs, type JobsOptions } from './jobs/jobs.ts';
export { wakesOf, wakeStatement, type Wake, type WakeKind } from './jobs/wake.ts';
export type { JobCall, JobHandler, WorkerOptions } from './jobs/worker.ts';
export type { DeadJob, JobFigures, QueueFigures } from './jobs/dead.ts';

// Rules of steps: what they read beyond their records, and the records that they ask for, of many frames at once.
export * from './frames/index.ts';

// Runs, their journal, timers and effects of a tenant.
export * from './workflow/index.ts';

// The PostgreSQL that comes with npm: nothing to install.
export { startEmbedded, type EmbeddedOptions, type EmbeddedPostgres } from './embedded/launcher.ts';

// Writing: one statement for a set of records, with history and outbox.
export * from './write/index.ts';

// Who may sign in: passwords, sessions, API keys, second factors and providers of a tenant.
export * from './identity/index.ts';

// The facts about a person that permissions are made from.
export {
  decidingFields,
  loadPerson,
  subjectKey,
  type NamedUnit,
  type Person,
  type PersonAlone,
  type PersonInput,
} from './identity/people.ts';

// Who may see and change which records: a policy's conditions asked of the database, and shares of single records.
export * from './access/index.ts';

// The audit trail of a tenant.
export * from './audit/index.ts';

// Layers and versions of the tenants' metadata, and the state that guards every statement.
export * from './system/layers.ts';
export { analyzeTenant } from './system/analyze.ts';
export { moveReferences } from './system/references.ts';
export { keptMigrations, moveMigrations } from './system/migrated.ts';
export { wasInForce } from './system/former-models.ts';

// Backups of a tenant as NDJSON.
export { backupTenant, type BackupOptions, type BackupProgress } from './backup/backup.ts';
export { openBackup, restoreRows, type FileSink, type OpenedBackup, type RestoreOptions } from './backup/restore.ts';
export type { BackupCounts } from './backup/format.ts';

// Search: the column that records are found by, and the statement that finds them.
export * from './search/index.ts';

// Merges of records, and what undoes them.
export * from './merge/index.ts';

// Matching: the keys that records are found by, and the statement that finds them.
export * from './matching/index.ts';

// The index of uploaded files.
export * from './files/index.ts';

// Limits that all nodes share: requests per second, attempts to sign in.
export * from './rates/index.ts';
