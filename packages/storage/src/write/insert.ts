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
  // One part per table: two would lock the same rows in two orders.
  const targets = [...new Set(lookups.map((column) => column.references ?? ''))];
  const parts = targets.map((name, n) => {
    const ids = lookups
      .filter((column) => column.references === name)
      .map((column) => sql`select i.${ident(column.name)} from ${ident(input)} i`);
    return sql`${ident(`target_${String(n)}`)} as materialized (
      select p.id from ${ident(target.schema, objectOf(target, name).table)} p
      where p.id in (${join(ids, ' union all ')}) and p.deleted_at is null
      order by p.id for key share of p)`;
  });
  const conditions = lookups.map((column) => {
    const part = ident(`target_${String(targets.indexOf(column.references ?? ''))}`);
    return sql`(i.${ident(column.name)} is null or i.${ident(column.name)} in (select t.id from ${part} t))`;
  });
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
