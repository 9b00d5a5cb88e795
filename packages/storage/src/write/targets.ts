// The records that written lookups point to: live, and locked against deletion (`for key share` stops a delete's `for update`).
import { bind, ident, join, slot, sql, type Sql, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { objectOf } from '../query/compilation.ts';
import type { WriteTarget } from './kept.ts';
import { mustSql } from './must.ts';
import type { RecordValues } from './record-rows.ts';
import { idCondition, type RowSource, type WrittenColumn } from './row-source.ts';

const isLookup = (column: WrittenColumn): boolean => column.references !== undefined;

/** The columns by the objects that they point to. Each table is locked at once: in two parts the same rows would come in two orders. */
function byTarget(columns: readonly WrittenColumn[]): ReadonlyMap<string, readonly WrittenColumn[]> {
  return Map.groupBy(columns.filter(isLookup), ({ references = '' }) => references);
}

/** Parts of a `with` list that lock the targets of a statement's rows, and the condition that a row points to such targets only. */
export function liveTargets(
  target: WriteTarget,
  columns: readonly WrittenColumn[],
  source: RowSource,
): { readonly parts: readonly Sql[]; readonly condition: Sql } {
  const targets = byTarget(columns);
  const names = [...targets.keys()];
  const partOf = (references = ''): Sql => ident(`target_${String(names.indexOf(references))}`);
  const parts = [...targets].map(
    ([name, lookups]) => sql`${partOf(name)} as materialized (
      select p.id from ${ident(target.schema, objectOf(target, name).table)} p
      where p.id in (${source.all(lookups)}) and p.deleted_at is null
      order by p.id for key share of p)`,
  );
  const conditions = columns.filter(isLookup).map((column) => {
    const value = source.value(column);
    return sql`(${value} is null or ${value} in (select t.id from ${partOf(column.references)} t))`;
  });
  return { parts, condition: conditions.length === 0 ? sql`true` : join(conditions, ' and ') };
}

/** The ids that records point to, each once. */
function pointedTo(columns: readonly WrittenColumn[], records: readonly RecordValues[]): readonly string[] {
  const ids = new Set<string>();
  for (const { valueOf } of columns) {
    for (const record of records) {
      const id = valueOf(record);
      if (typeof id === 'string') ids.add(id);
    }
  }
  return [...ids];
}

/** Locks all that the records point to, and fails (see `isUnmet`) where any of it is not there; none where they point to nothing. */
export function mustTargetStatements(
  target: WriteTarget,
  object: ObjectModel,
  columns: readonly WrittenColumn[],
  records: readonly RecordValues[],
): readonly Statement[] {
  const wanted = [...byTarget(columns)]
    .map(([name, lookups]) => ({ name, ids: pointedTo(lookups, records) }))
    .filter(({ ids }) => ids.length > 0)
    .map(({ name, ids }, n) => ({ name, n: String(n), ids, condition: idCondition(ids, `ids${String(n)}`) }));
  if (wanted.length === 0) return [];
  const key = `targets ${wanted.map(({ name, condition }) => `${name} ${condition.key}`).join(' ')}`;
  const statement = target.kept.get(target, object, key, () => {
    const found = wanted.map(({ name, n, condition }) => {
      const rows = sql`
        select from ${ident(target.schema, objectOf(target, name).table)} p
        where ${condition.sql(sql`p.id`)} and p.deleted_at is null order by p.id for key share`;
      return sql`(select count(*) from (${rows}) t) = ${slot(`count${n}`)}::integer`;
    });
    return sql`select ${mustSql(join(found, ' and '), 'a record is not there to point to')}`;
  });
  const slots = wanted.map(({ n, ids, condition }) => ({ ...condition.slots, [`count${n}`]: ids.length }));
  return [bind(statement, Object.assign({}, ...slots) as Readonly<Record<string, unknown>>)];
}
