// What migrations of packs have changed: which ran, and the values that records had before.
import { ident, sql, type Sql } from '@tessera/kernel';

export const migrationTables = (s: string): readonly Sql[] => [
  // One for each object that a migration touches. `fields`: by present name, under which key its values are kept and in which column types.
  sql`create table ${ident(s, '_migration')} (
        id bigint generated always as identity primary key,
        pack text not null,
        version text not null,
        name text not null,
        object text not null,
        fields json not null,
        at timestamptz(3) not null,
        unique (pack, name, object)
      )`,
  // Of records that it changed.
  sql`create table ${ident(s, '_migration_value')} (
        migration bigint not null references ${ident(s, '_migration')} on delete cascade,
        record_id uuid not null,
        old json not null,
        new json not null,
        primary key (migration, record_id)
      )`,
];

/** A later version may use a name again. */
export const migrationVersions = (s: string): readonly Sql[] => [
  sql`alter table ${ident(s, '_migration')} drop constraint ${ident('_migration_pack_name_object_key')}`,
  sql`alter table ${ident(s, '_migration')} add unique (pack, name, version, object)`,
];
