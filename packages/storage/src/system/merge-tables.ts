// What is known of records that were merged: which went into which, and what was changed for it.
import { ident, sql, type Sql } from '@tessera/kernel';

export const mergeTables = (s: string): readonly Sql[] => [
  // `trail`: those that went, and those that had gone into them before.
  sql`create table ${ident(s, '_merge')} (
        id uuid primary key,
        object text not null,
        record_id uuid not null,
        losers uuid[] not null,
        trail uuid[] not null,
        shares jsonb not null,
        actor uuid,
        at timestamptz(3) not null,
        undone_at timestamptz(3),
        undone_by uuid
      )`,
  sql`create index ${ident('_merge_record')} on ${ident(s, '_merge')} (object, record_id)`,
  sql`create index ${ident('_merge_trail')} on ${ident(s, '_merge')} using gin (trail)`,
  // A field of a record that the merge has set.
  sql`create table ${ident(s, '_merge_part')} (
        merge_id uuid not null references ${ident(s, '_merge')} on delete cascade,
        n integer not null,
        object text not null,
        record_id uuid not null,
        field text not null,
        old jsonb not null,
        new jsonb not null,
        primary key (merge_id, n)
      )`,
];
