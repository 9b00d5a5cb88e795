// What the nodes share to limit callers: budgets of requests per second, and failures to sign in.
import type { CellMigration } from './migration.ts';

export const rates: CellMigration = {
  name: '0002-rates',
  statements: [
    // A bucket per key. Unlogged: a crash forgets a second's budget, and writing it costs no WAL.
    // `granted` and `debt` are those of the last lease: an upsert has no other way to tell its answer from its question.
    `create unlogged table tessera.rate (
       key text primary key,
       rate double precision not null,
       burst double precision not null,
       tokens double precision not null,
       granted double precision not null,
       debt double precision not null,
       at timestamptz not null
     ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`,
    `create index rate_at on tessera.rate (at)`,

    // Keys are keyed hashes of accounts and addresses: whoever reads this table learns nobody's email.
    // Logged, since a restart must not hand out new guesses.
    `create table tessera.login_limit (
       key text primary key,
       failures integer not null,
       pending integer not null,
       ends_at timestamptz not null
     )`,
    `create index login_limit_ends_at on tessera.login_limit (ends_at)`,
  ],
};
