// Shares of single records: record teams, what people give by hand, and those who approve.
import { ident, sql, type Sql } from '@tessera/kernel';

/**
 * `subject`: `user:<id>`, `role:<name>`, `group:<id>`, `department:<id>` (its own people) or `below:<id>` (with the departments below).
 */
export const shareTables = (s: string): readonly Sql[] => [
  sql`create table ${ident(s, '_share')} (
        id uuid primary key,
        object text not null,
        record_id uuid not null,
        subject text not null,
        access text not null check (access in ('read', 'edit')),
        origin text not null check (origin in ('team', 'manual')),
        team_role text,
        expires_at timestamptz(3),
        created_by uuid,
        created_at timestamptz(3) not null default now(),
        unique (object, record_id, subject, origin)
      )`,
  // All that record predicates ask, so that a person's shares are found in the index alone.
  sql`create index ${ident('_share_subject')} on ${ident(s, '_share')} (object, subject, record_id) include (access, expires_at)`,
];

/** Shares that approvals give. */
export const approvalShares = (s: string): readonly Sql[] => [
  sql`alter table ${ident(s, '_share')} drop constraint ${ident('_share_origin_check')},
        add constraint ${ident('_share_origin_check')} check (origin in ('team', 'manual', 'approval'))`,
];
