// Inserts a set of records in one statement, with history and outbox.
import { ident, join, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { Column, ObjectModel } from '@tessera/metadata';
import { objectOf, type ReadTarget } from '../query/compilation.ts';
import { searchParts } from './search-value.ts';
import { logSql, type ChangeLog } from './changes.ts';
import { columnList, columnsOf, recordset, rowOf, recordFields, type RecordValues } from './record-rows.ts';

/**
 * The live targets of a set's lookups, locked against deletion (`for key share` stops a delete's `for update`), as parts of a
 * `with` list, and the condition that a row of `input` points to such targets only.
 */
export function liveTargets(
  target: ReadTarget,
  columns: readonly Column[],
  input: string,
): { readonly parts: readonly Sql[]; readonly condition: Sql } {
  const lookups = columns.filter((column) => column.references !== undefined);
  const parts = lookups.map((column, i) => {
    const table = ident(target.schema, objectOf(target, column.references ?? '').table);
    return sql`${ident(`target_${String(i)}`)} as materialized (
      select p.id from ${table} p
      where p.id in (select i.${ident(column.name)} from ${ident(input)} i) and p.deleted_at is null
      order by p.id for key share of p)`;
  });
  const conditions = lookups.map(
    (column, i) =>
      sql`(i.${ident(column.name)} is null or i.${ident(column.name)} in (select t.id from ${ident(`target_${String(i)}`)} t))`,
  );
  return { parts, condition: conditions.length === 0 ? sql`true` : join(conditions, ' and ') };
}

/**
 * Inserts the records; gives `id` and `version` of those that were written. Left out are those that point to a record that is
 * not there, and those that collide with a unique key: `diagnose` tells which.
 */
export function insertStatement(target: ReadTarget, object: ObjectModel, records: readonly RecordValues[], log: ChangeLog): Statement {
  const fields = recordFields(object);
  const columns = columnsOf(fields);
  const search = searchParts(records);
  const rows = records.map((record) => ({ ...rowOf(fields, record), ...search.value(record) }));
  const { parts, condition } = liveTargets(target, columns, 'input');
  const input = sql`input as materialized (select * from ${recordset(rows, columns, 'r', search.definition)})`;
  return toStatement(sql`
    with ${join([input, ...parts])},
    saved as (
      insert into ${ident(target.schema, object.table)} (${join([columnList(columns), ...search.column])})
      select ${join([columnList(columns, 'i'), ...search.column])} from input i where ${condition}
      on conflict do nothing
      returning id, version
    )${logSql(target.schema, log)}
    select id, version from saved`);
}
