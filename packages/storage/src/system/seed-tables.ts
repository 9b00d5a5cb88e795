// Where records of packs' data went: what upgrades compare with, and what later data refer to.
import { ident, sql, type Sql } from '@tessera/kernel';

export const seedTables = (s: string): readonly Sql[] => [
  // `source`: the values as the pack wrote them; `given`: the record as it stood when they had been written. Null of demo data.
  sql`create table ${ident(s, '_seed')} (
        pack text not null,
        set_name text not null,
        key text not null,
        owner text not null check (owner in ('pack', 'once', 'demo')),
        object text not null,
        record_id uuid not null,
        source json,
        given json,
        at timestamptz(3) not null,
        primary key (pack, set_name, key)
      )`,
  sql`create index ${ident('_seed_key')} on ${ident(s, '_seed')} (key)`,
];
