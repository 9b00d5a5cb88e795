// The system tables of a tenant's schema, version by version. Their names begin with `_`, which no object's table does.
import { fail, ident, sql, type Sql } from '@tessera/kernel';
import { auditTables } from '../audit/append-only.ts';
import { approvalLocks, approvalTables, approvalVoids } from './approval-tables.ts';
import { identityTables } from './identity-tables.ts';
import { mergeTables } from './merge-tables.ts';
import { migrationTables, migrationVersions } from './migration-tables.ts';
import { seedTables } from './seed-tables.ts';
import { approvalShares, shareTables } from './share-tables.ts';
import { workflowTables } from './workflow-tables.ts';

/** A change of a tenant's system tables: additive, one statement each. */
export interface TenantMigration {
  readonly version: number;
  readonly statements: (schema: string) => readonly Sql[];
}

const identity = (s: string): readonly Sql[] => [
  // What every read guards itself by: the Model in force, and a number that any change of permissions raises.
  sql`create table ${ident(s, '_state')} (
        only_row boolean primary key default true check (only_row),
        model text not null,
        access bigint not null
      )`,
  sql`insert into ${ident(s, '_state')} (model, access) values ('', 0)`,

  sql`create table ${ident(s, '_credential')} (
        user_id uuid primary key,
        email text not null unique check (email = lower(email)),
        hash text,
        must_change boolean not null default false,
        failed integer not null default 0,
        locked_until timestamptz(3),
        updated_at timestamptz(3) not null default now()
      )`,

  sql`create table ${ident(s, '_session')} (
        id uuid primary key,
        user_id uuid not null,
        refresh_hash text not null unique,
        user_agent text,
        created_at timestamptz(3) not null default now(),
        last_used_at timestamptz(3),
        expires_at timestamptz(3) not null,
        revoked_at timestamptz(3)
      )`,
  sql`create index ${ident('_session_user')} on ${ident(s, '_session')} (user_id)`,
  sql`create index ${ident('_session_expiry')} on ${ident(s, '_session')} (expires_at)`,
];

const past = (s: string): readonly Sql[] => [
  sql`create table ${ident(s, '_history')} (
        id bigint generated always as identity primary key,
        object text not null,
        record_id uuid not null,
        field text,
        old jsonb,
        new jsonb,
        change text not null,
        actor uuid,
        at timestamptz(3) not null default now(),
        version integer
      )`,
  sql`create index ${ident('_history_record')} on ${ident(s, '_history')} (object, record_id, id)`,

  // Log-ins, permission and metadata changes: who did what to what.
  sql`create table ${ident(s, '_audit')} (
        id bigint generated always as identity primary key,
        at timestamptz(3) not null default now(),
        action text not null,
        actor uuid,
        actor_kind text not null,
        object text,
        record_id uuid,
        detail jsonb,
        address text,
        request_id text
      )`,
  sql`create index ${ident('_audit_time')} on ${ident(s, '_audit')} (at)`,
  sql`create index ${ident('_audit_actor')} on ${ident(s, '_audit')} (actor, id)`,
];

const work = (s: string): readonly Sql[] => [
  // The last number given, per auto-number field and period (a year, a month; empty where there is none).
  sql`create table ${ident(s, '_counter')} (
        object text not null,
        field text not null,
        period text not null default '',
        value bigint not null,
        primary key (object, field, period)
      )`,

  sql`create table ${ident(s, '_file')} (
        id uuid primary key,
        name text not null,
        type text not null,
        size bigint not null,
        sha256 text not null,
        storage_key text not null,
        object text,
        record_id uuid,
        field text,
        created_by uuid,
        created_at timestamptz(3) not null default now(),
        deleted_at timestamptz(3)
      )`,
  sql`create index ${ident('_file_record')} on ${ident(s, '_file')} (object, record_id) where record_id is not null`,

  // The answer to a request with an Idempotency-Key; without status it is still being worked on.
  sql`create table ${ident(s, '_idempotency')} (
        actor uuid not null,
        key text not null,
        operation text not null,
        request_hash text not null,
        status integer,
        response text,
        created_at timestamptz(3) not null default now(),
        primary key (actor, key)
      )`,
  sql`create index ${ident('_idempotency_time')} on ${ident(s, '_idempotency')} (created_at)`,

  sql`create table ${ident(s, '_import')} (
        id uuid primary key,
        object text not null,
        status text not null,
        mapping jsonb not null,
        position bigint not null default 0,
        counts jsonb not null default '{}',
        file_id uuid,
        created_by uuid,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now()
      )`,
  sql`create table ${ident(s, '_import_reject')} (
        import_id uuid not null references ${ident(s, '_import')} on delete cascade,
        row bigint not null,
        reason jsonb not null,
        content jsonb not null,
        primary key (import_id, row)
      )`,
];

/** In order, without gaps; a change to come is a new entry here, in a file of its own once this one is full. */
export const tenantMigrations: readonly TenantMigration[] = [
  { version: 1, statements: (s) => [...identity(s), ...past(s), ...work(s)] },
  { version: 2, statements: (s) => [...shareTables(s), ...identityTables(s), ...auditTables(s)] },
  { version: 3, statements: workflowTables },
  { version: 4, statements: mergeTables },
  { version: 5, statements: (s) => [...approvalTables(s), ...approvalShares(s)] },
  { version: 6, statements: (s) => [...seedTables(s), ...migrationTables(s), ...approvalVoids(s)] },
  { version: 7, statements: (s) => [...approvalLocks(s), ...migrationVersions(s)] },
];

/** The version of the tenants' system tables that this code writes. */
export const tenantSystemVersion = tenantMigrations.length;

/** Runs the steps above `from`, as the owner. */
export async function applyTenantMigrations(
  run: (fragment: Sql) => Promise<unknown>,
  schema: string,
  from: number,
  migrations: readonly TenantMigration[] = tenantMigrations,
): Promise<void> {
  for (const { version, statements } of migrations) {
    if (version <= from) continue;
    for (const statement of statements(schema)) await run(statement);
  }
}

/**
 * Checks that this code can serve a tenant: its own version, the one before, and the one after (a newer node has migrated it).
 * @throws TENANT_SYSTEM_VERSION
 */
export function checkSystemVersion(tenant: string, version: number): void {
  if (Math.abs(version - tenantSystemVersion) <= 1) return;
  throw fail('TENANT_SYSTEM_VERSION', { tenant, version, expected: tenantSystemVersion });
}
