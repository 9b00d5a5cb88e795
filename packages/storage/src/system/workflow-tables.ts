// What runs by itself, as rows: definitions, runs with their journal, timers, and effects that go outward.
import { ident, sql, type Sql } from '@tessera/kernel';

/** JSON that is kept as it was written (`json`): the order of names and the digits of numbers are part of it, and nothing searches in it. */
const runs = (s: string): readonly Sql[] => [
  sql`create table ${ident(s, '_definition')} (
        hash text primary key,
        kind text not null,
        name text not null,
        content json not null,
        created_at timestamptz(3) not null
      )`,
  sql`create index ${ident('_definition_name')} on ${ident(s, '_definition')} (kind, name)`,

  // `position`: the step that it stands at. Runs that stand alike are taken together.
  // `due_at`: a run that is ready is not taken before. `caller_id`: the run that waits for its end.
  sql`create table ${ident(s, '_run')} (
        id uuid primary key,
        automation text not null,
        definition text not null references ${ident(s, '_definition')},
        object text,
        record_id uuid,
        actor uuid,
        caller_id uuid,
        chain text[] not null,
        position text not null,
        variables json not null,
        state text not null check (state in ('ready', 'waiting', 'done', 'failed', 'cancelled')),
        attempts integer not null default 0,
        error json,
        due_at timestamptz(3) not null,
        created_at timestamptz(3) not null,
        ended_at timestamptz(3)
      )`,
  // The oldest that is ready says which group is next; the group is then taken in the order of time.
  sql`create index ${ident('_run_ready')} on ${ident(s, '_run')} (due_at, id) where state = 'ready'`,
  sql`create index ${ident('_run_group')} on ${ident(s, '_run')} (definition, position, due_at, id) where state = 'ready'`,
  sql`create index ${ident('_run_open')} on ${ident(s, '_run')} (state, ended_at, id) where state in ('waiting', 'failed')`,
  sql`create index ${ident('_run_record')} on ${ident(s, '_run')} (record_id, id) where record_id is not null`,
  // An automation's runs are found by its definitions; and whoever removes a definition looks whether it still has any.
  sql`create index ${ident('_run_definition')} on ${ident(s, '_run')} (definition, id)`,
  sql`create index ${ident('_run_caller')} on ${ident(s, '_run')} (caller_id) where caller_id is not null`,

  sql`create table ${ident(s, '_run_step')} (
        run_id uuid not null references ${ident(s, '_run')} on delete cascade,
        id uuid not null,
        path text not null,
        type text not null,
        state text not null check (state in ('done', 'skipped', 'waiting', 'failed')),
        input json,
        output json,
        error json,
        started_at timestamptz(3) not null,
        ended_at timestamptz(3),
        primary key (run_id, id)
      )`,
];

const timers = (s: string): readonly Sql[] => [
  // `kind` and `content` say what is to be woken. One that came to nothing too often stays with `failed_at`.
  sql`create table ${ident(s, '_timer')} (
        id uuid primary key,
        key text not null unique,
        kind text not null,
        due_at timestamptz(3) not null,
        run_id uuid,
        object text,
        record_id uuid,
        content json not null,
        attempts integer not null default 0,
        error json,
        failed_at timestamptz(3),
        created_at timestamptz(3) not null
      )`,
  sql`create index ${ident('_timer_due')} on ${ident(s, '_timer')} (due_at, id) where failed_at is null`,
  sql`create index ${ident('_timer_failed')} on ${ident(s, '_timer')} (failed_at, id) where failed_at is not null`,
  sql`create index ${ident('_timer_run')} on ${ident(s, '_timer')} (run_id) where run_id is not null`,
  sql`create index ${ident('_timer_record')} on ${ident(s, '_timer')} (record_id) where record_id is not null`,
];

const effects = (s: string): readonly Sql[] => [
  // `due_at` of one that is ready: its next attempt; while one is under way, when others may take it over.
  sql`create table ${ident(s, '_effect')} (
        id uuid primary key,
        key text not null unique,
        kind text not null,
        address text not null,
        content json not null,
        run_id uuid,
        object text,
        record_id uuid,
        state text not null check (state in ('ready', 'sent', 'failed', 'cancelled')),
        attempts integer not null default 0,
        due_at timestamptz(3) not null,
        answer json,
        error json,
        created_at timestamptz(3) not null,
        ended_at timestamptz(3)
      )`,
  sql`create index ${ident('_effect_ready')} on ${ident(s, '_effect')} (due_at, id) where state = 'ready'`,
  sql`create index ${ident('_effect_failed')} on ${ident(s, '_effect')} (ended_at, id) where state = 'failed'`,
  sql`create index ${ident('_effect_run')} on ${ident(s, '_effect')} (run_id) where run_id is not null`,
  sql`create index ${ident('_effect_record')} on ${ident(s, '_effect')} (record_id) where record_id is not null`,
];

/** Tables of the tenants' system version 3. */
export const workflowTables = (s: string): readonly Sql[] => [...runs(s), ...timers(s), ...effects(s)];
