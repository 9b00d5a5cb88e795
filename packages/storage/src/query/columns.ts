// Stored columns as SQL: which table alias has them, what of a row is seen, where a lookup points.
import { ident, join, quoteIdent, sql, type Sql } from '@tessera/kernel';
import type { Column, FieldModel } from '@tessera/metadata';
import type { RuleType } from '@tessera/rules';

/** The one place that says which column of which alias holds a value. */
export function columnSql(alias: string, column: string): Sql {
  return ident(alias, column);
}

/** The columns of an alias that a piece of SQL reads, each once. Texts are passed over: they may look like SQL. */
export function columnsRead({ parts }: Sql, alias: string): readonly string[] {
  const head = `${quoteIdent(alias)}.`;
  const names = parts.flatMap((part) => {
    if (typeof part !== 'string' || /^ ?E?'/.test(part)) return [];
    return part
      .split(head)
      .slice(1)
      .flatMap((rest) => /^"((?:[^"]|"")+)"/.exec(rest)?.[1]?.replaceAll('""', '"') ?? []);
  });
  return [...new Set(names)];
}

export const idSql = (alias: string): Sql => columnSql(alias, 'id');

/** Not in the recycle bin. */
export const liveSql = (alias: string): Sql => sql`${columnSql(alias, 'deleted_at')} is null`;

/** Counts in roll-ups. */
export const notVoidSql = (alias: string): Sql => sql`${columnSql(alias, 'life_status')} <> 'void'`;

/** The row filter for records of the bin: none of them, with them, or only them. */
export function deletedSql(alias: string, deleted: 'with' | 'only' | undefined): readonly Sql[] {
  if (deleted === undefined) return [liveSql(alias)];
  return deleted === 'only' ? [sql`${columnSql(alias, 'deleted_at')} is not null`] : [];
}

/** A stored field's value in the type that rules have for it: integers are decimals, file ids are texts, references are uuids. */
export function storedSql(field: FieldModel, alias: string): Sql {
  const columns = field.columns.map((column) => ruleTyped(columnSql(alias, column.name), column, field.ruleType));
  const [only] = columns;
  if (only === undefined) throw new TypeError(`${field.object}.${field.name} has no column.`);
  return columns.length === 1 ? only : sql`coalesce(${join(columns)})`;
}

function ruleTyped(value: Sql, column: Column, type: RuleType): Sql {
  if (column.type.kind === 'integer' && type.kind === 'number') return sql`${value}::numeric`;
  if (column.type.kind === 'uuid' && type.kind === 'text') return sql`${value}::text`;
  return value;
}

/** The column of a lookup that points to `target`; undefined where the lookup is computed. */
export function referenceColumn(field: FieldModel, target: string): Column | undefined {
  if (field.columns.length <= 1) return field.columns[0];
  const column = field.columns.find((each) => each.references === target);
  if (column === undefined) throw new TypeError(`${field.object}.${field.name} does not point to ${target}.`);
  return column;
}

/** Conditions joined by `and`; `true` where there are none. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`true` : join(conditions, ' and ');
}
