// Copies of tenants: which tenant is whose sandbox, how it was copied, and how far that has come.
import type { CellMigration } from './migration.ts';

export const sandboxes: CellMigration = {
  name: '0003-sandboxes',
  statements: [
    // A tenant that has sandboxes cannot be dropped. `version`: of the origin, at the copy.
    // `logins`: who was named to sign in, as `StoredLogin`; kept here since a refresh makes all tables of the sandbox anew.
    // `mask_key` is no secret by itself: what masks is derived from it and the nodes' secret.
    `create table tessera.sandbox (
       tenant text primary key,
       origin text not null references tessera.tenant on delete restrict,
       name text not null,
       version integer,
       data text not null check (data in ('none', 'sample', 'all')),
       sample integer,
       masked boolean not null,
       mask_key text not null,
       state text not null check (state in ('copying', 'ready', 'failed')),
       progress jsonb,
       error jsonb,
       logins jsonb not null,
       created_by text,
       created_at timestamptz(3) not null,
       copied_at timestamptz(3),
       unique (origin, name)
     )`,
  ],
};
