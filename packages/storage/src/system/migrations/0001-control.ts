// The first tables of the cell's control schema.
import type { CellMigration } from './migration.ts';

export const control: CellMigration = {
  name: '0001-control',
  statements: [
    `create table tessera.tenant (
       name text primary key,
       schema text not null unique,
       role text not null unique,
       label text,
       system_version integer not null,
       created_at timestamptz(3) not null default now()
     )`,

    // What is installed: one row per layer of a tenant, with its files as they came: json, not jsonb, keeps the order of fields.
    `create table tessera.layer (
       tenant text not null references tessera.tenant on delete cascade,
       kind text not null,
       name text not null,
       position integer not null,
       version text not null,
       content json not null,
       primary key (tenant, kind, name)
     )`,

    // What has ever been applied: the plan, and the layers that it led to.
    `create table tessera.version (
       tenant text not null references tessera.tenant on delete cascade,
       number integer not null,
       model_hash text not null,
       author text,
       reason text,
       plan jsonb not null,
       layers json not null,
       created_at timestamptz(3) not null default now(),
       primary key (tenant, number)
     )`,

    // Plans made and not yet applied.
    `create table tessera.plan (
       id uuid primary key,
       tenant text not null references tessera.tenant on delete cascade,
       base_hash text not null,
       author text,
       content json not null,
       created_at timestamptz(3) not null default now()
     )`,
    `create index plan_tenant on tessera.plan (tenant, created_at)`,

    // Read by the owner alone: it holds the password of the nodes' log-in.
    `create table tessera.setting (
       name text primary key,
       value jsonb not null
     )`,

    // Every row is soon deleted, so it is vacuumed by count and not by its share of the table.
    // A tenant's role may insert a payload and nothing else, so nobody can put words into another tenant's mouth.
    `create table tessera.outbox (
       id bigint generated always as identity primary key,
       tenant text not null default current_user,
       payload jsonb not null,
       created_at timestamptz(3) not null default now()
     ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`,
  ],
};
