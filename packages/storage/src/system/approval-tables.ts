// Approvals that were begun: who asked for what, how far it has come, and the change that waits for it.
import { ident, sql, type Sql } from '@tessera/kernel';

/** What is made void may wait too. */
export const approvalVoids = (s: string): readonly Sql[] => [
  sql`alter table ${ident(s, '_approval')} drop constraint ${ident('_approval_event_check')},
        add constraint ${ident('_approval_event_check')} check (event in ('create', 'update', 'delete', 'void', 'submit'))`,
];

/** What running approvals lock that the Model in force does not: who writes must know. */
export const approvalLocks = (s: string): readonly Sql[] => [sql`alter table ${ident(s, '_state')} add column former_locks text`];

export const approvalTables = (s: string): readonly Sql[] => [
  // `state` and `held` are kept as they were written: nothing searches in them. `people`: whose turns are not decided yet. `former`: the
  // record's life status unless it is approved.
  sql`create table ${ident(s, '_approval')} (
        id uuid primary key,
        process text not null,
        definition text not null references ${ident(s, '_definition')},
        object text not null,
        record_id uuid not null,
        event text not null check (event in ('create', 'update', 'delete', 'submit')),
        submitter uuid not null,
        status text not null check (status in ('running', 'returned', 'approved', 'rejected', 'recalled', 'cancelled', 'failed')),
        former text,
        state json not null,
        people uuid[] not null,
        held json,
        problems json,
        comment text,
        started_at timestamptz(3) not null,
        ended_at timestamptz(3),
        check ((ended_at is null) = (status in ('running', 'returned', 'failed')))
      )`,
  // A record has one at a time.
  sql`create unique index ${ident('_approval_pending')} on ${ident(s, '_approval')} (object, record_id) where ended_at is null`,
  sql`create index ${ident('_approval_record')} on ${ident(s, '_approval')} (object, record_id, started_at)`,
  sql`create index ${ident('_approval_process')} on ${ident(s, '_approval')} (process, id) where ended_at is null`,
  sql`create index ${ident('_approval_people')} on ${ident(s, '_approval')} using gin (people) where ended_at is null`,
  // Whoever removes a definition looks whether it still has any.
  sql`create index ${ident('_approval_definition')} on ${ident(s, '_approval')} (definition)`,
  // The approval that waits for the end of a run, and for which visit of its step.
  sql`alter table ${ident(s, '_run')} add column approval_id uuid, add column approval_visit integer`,
  sql`create index ${ident('_run_approval')} on ${ident(s, '_run')} (approval_id) where approval_id is not null`,
];
