// Records by their ids, as they are stored: those that runs are about, in the bin or not.
import { bind, ident, join, keyword, slot, sql, toStatement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, type Expression } from '@tessera/rules';
import type { Queryable } from '../database.ts';
import { objectOf, startCompilation } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import type { RuleSlots } from '../write/facts.ts';
import type { WriteTarget } from '../write/kept.ts';
import { columnList, columnsOf, recordFields, recordReader, type RecordValues } from '../write/record-rows.ts';

export interface StoredRecord {
  readonly values: RecordValues;
  readonly deleted: boolean;
  /** Whether the condition holds that was asked; true without one. */
  readonly seen: boolean;
}

export interface RecordsWanted {
  /** What `seen` is part of, and with which it is forgotten. */
  readonly about: object;
  /** Frame 0 is the record. */
  readonly seen?: Expression | undefined;
  /** Writers of these records must have ended, and wait until the transaction ends. */
  readonly locked?: boolean;
}

/** By id; those that are not there (any more) are left out. */
export async function storedRecords(
  queryable: Queryable,
  target: WriteTarget,
  object: ObjectModel,
  ids: readonly string[],
  { about, seen, locked = false, slots }: RecordsWanted & { readonly slots: RuleSlots & Readonly<Record<string, unknown>> },
): Promise<ReadonlyMap<string, StoredRecord>> {
  if (ids.length === 0) return new Map();
  const statement = target.kept.get(target, about, `stored ${object.name} ${String(locked)} ${seen === undefined ? '' : 'seen'}`, () => {
    const c = startCompilation(target);
    const row = c.nextAlias();
    const columns = columnList(columnsOf(recordFields(object)), row);
    const shown = seen === undefined ? sql`true` : sql`coalesce(${conditionSql(seen, rowEnvironment(c, row))}, false)`;
    const strength = locked ? sql` for share of ${ident(row)}` : sql``;
    return sql`
      select ${join([columns, sql`${shown} as "#seen"`, sql`${ident(row, 'deleted_at')} is not null as "#deleted"`])}
      from ${ident(target.schema, object.table)} ${ident(row)} where ${ident(row, 'id')} = any(${slot('frames:ids')}::uuid[])
      order by ${ident(row)}.${keyword('id')}${strength}`;
  });
  const { rows } = await queryable.query(bind(statement, { ...slots, 'frames:ids': ids }));
  const read = recordReader(object);
  return new Map(
    rows.map((row) => [String(row['id']), { values: read(row), deleted: row['#deleted'] === true, seen: row['#seen'] === true }]),
  );
}

/** Which of some objects records are of, by id: whatever lies in the bin is of none. @param wanted ids by object */
export async function objectsOfRecords(
  queryable: Queryable,
  target: WriteTarget,
  wanted: ReadonlyMap<string, Iterable<string>>,
): Promise<ReadonlyMap<string, string>> {
  const parts = [...wanted].map(([name, ids]) => {
    const table = ident(target.schema, objectOf(target, name).table);
    return sql`select ${name}::text as object, t.id::text as id from ${table} t where t.id = any(${[...ids]}::uuid[]) and t.deleted_at is null`;
  });
  if (parts.length === 0) return new Map();
  const { rows } = await queryable.query(toStatement(join(parts, ' union all ')));
  return new Map(rows.map((row) => [String(row['id']), String(row['object'])]));
}
