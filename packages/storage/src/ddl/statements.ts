// Each DDL statement that the planner uses, once.
import { emptySql, ident, join, keyword, sql, textLiteral, type Sql } from '@tessera/kernel';
import { words } from './column-types.ts';
import type { CheckSpec, ColumnSpec, ForeignKeySpec, IndexSpec } from './tables.ts';

/** `"name" text not null default …`. */
export function columnDefinition(column: ColumnSpec): Sql {
  const value = column.default === undefined ? emptySql : sql`default ${defaultText(column.default)}`;
  return words(ident(column.name), keyword(column.typeText), column.notNull ? keyword('not null') : emptySql, value);
}

/** Our own few defaults, as PostgreSQL writes them. */
function defaultText(text: string): Sql {
  const quoted = /^'(.*)'::text$/.exec(text)?.[1];
  return quoted === undefined ? keyword(text) : sql`${textLiteral(quoted)}::text`;
}

export function createTable(schema: string, table: string, columns: readonly ColumnSpec[], primary: string): Sql {
  const definitions = columns.map(columnDefinition);
  return sql`create table ${ident(schema, table)} (${join(definitions)}, constraint ${ident(primary)} primary key (id))`;
}

export function dropTable(schema: string, table: string): Sql {
  return sql`drop table ${ident(schema, table)}`;
}

export function renameTable(schema: string, from: string, to: string): Sql {
  return sql`alter table ${ident(schema, from)} rename to ${ident(to)}`;
}

/** Something done to one column or constraint of a table. */
export function alterTable(schema: string, table: string, action: Sql): Sql {
  return sql`alter table ${ident(schema, table)} ${action}`;
}

export const action = {
  addColumn: (column: ColumnSpec): Sql => sql`add column ${columnDefinition(column)}`,
  /** The constant is kept in the catalogue: no row is written (PostgreSQL 11 and up). */
  addFilledColumn: (column: ColumnSpec, fill: Sql): Sql =>
    words(
      keyword('add column'),
      ident(column.name),
      keyword(column.typeText),
      column.notNull ? keyword('not null') : emptySql,
      sql`default ${fill}`,
    ),
  dropColumn: (name: string): Sql => sql`drop column ${ident(name)}`,
  renameColumn: (from: string, to: string): Sql => sql`rename column ${ident(from)} to ${ident(to)}`,
  setType: (column: ColumnSpec): Sql => sql`alter column ${ident(column.name)} type ${keyword(column.typeText)}`,
  setNotNull: (name: string): Sql => sql`alter column ${ident(name)} set not null`,
  dropNotNull: (name: string): Sql => sql`alter column ${ident(name)} drop not null`,
  setDefault: (name: string, value: string | undefined): Sql =>
    value === undefined
      ? sql`alter column ${ident(name)} drop default`
      : sql`alter column ${ident(name)} set default ${defaultText(value)}`,
  renameConstraint: (from: string, to: string): Sql => sql`rename constraint ${ident(from)} to ${ident(to)}`,
  dropConstraint: (name: string): Sql => sql`drop constraint if exists ${ident(name)}`,
  validate: (name: string): Sql => sql`validate constraint ${ident(name)}`,
  addRequiredCheck: (name: string, column: string): Sql =>
    sql`add constraint ${ident(name)} check (${ident(column)} is not null) not valid`,
  addCheck: (check: CheckSpec, valid: boolean): Sql =>
    sql`add constraint ${ident(check.name)} check (${checkCondition(check)})${valid ? emptySql : keyword(' not valid')}`,
  addForeignKey: (schema: string, key: ForeignKeySpec, valid: boolean): Sql =>
    sql`add constraint ${ident(key.name)} foreign key (${ident(key.column)}) references ${ident(schema, key.target)} (id)${valid ? emptySql : keyword(' not valid')}`,
};

export function checkCondition(check: CheckSpec): Sql {
  return sql`num_nonnulls(${join(check.columns.map((column) => ident(column)))}) ${check.kind === 'one' ? sql`= 1` : sql`<= 1`}`;
}

export function createIndex(schema: string, table: string, index: IndexSpec, concurrently: boolean): Sql {
  const where = index.where === undefined ? emptySql : sql`where ${index.where}`;
  return words(
    keyword(index.unique ? 'create unique index' : 'create index'),
    concurrently ? keyword('concurrently') : emptySql,
    sql`${ident(index.name)} on ${ident(schema, table)}${keyword(index.inverted === undefined ? '' : ' using gin')} (${join(index.parts.map(indexPart))})`,
    index.inverted === 'at once' ? sql`with (fastupdate = off)` : emptySql,
    where,
  );
}

/** A column, or the one that is set of several. */
export function indexPart(columns: readonly string[]): Sql {
  const names = columns.map((column) => ident(column));
  return names.length === 1 ? join(names) : sql`coalesce(${join(names)})`;
}

export function dropIndex(schema: string, name: string, concurrently = false): Sql {
  return sql`drop index ${keyword(concurrently ? 'concurrently ' : '')}if exists ${ident(schema, name)}`;
}

export function renameIndex(schema: string, from: string, to: string): Sql {
  return sql`alter index if exists ${ident(schema, from)} rename to ${ident(to)}`;
}

export function commentOnColumn(schema: string, table: string, column: string, text: string | undefined): Sql {
  return sql`comment on column ${ident(schema, table, column)} is ${text === undefined ? keyword('null') : textLiteral(text)}`;
}

export function commentOnTable(schema: string, table: string, text: string | undefined): Sql {
  return sql`comment on table ${ident(schema, table)} is ${text === undefined ? keyword('null') : textLiteral(text)}`;
}
