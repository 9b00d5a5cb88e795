// Between records (values by field) and rows (values by column).
import { ident, join, keyword, sql, Sql } from '@tessera/kernel';
import { parseDecimal, type Column, type FieldModel, type ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { typeText } from '../ddl/column-types.ts';
import { textOrNull } from '../row-text.ts';

/** A record's stored values by field name, in the form that rules use (see Value). */
export type RecordValues = Readonly<Record<string, Value>>;

/** A stored field whose value is written: not one that is only computed when read. */
export function recordFields(object: ObjectModel): readonly FieldModel[] {
  return Object.values(object.fields).filter((field) => field.columns.length > 0);
}

function instant(text: string): string {
  // `2026-03-01 00:00:00.12+00`, as PostgreSQL writes it with the session's zone at UTC.
  const match = /^(\S+) (\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?\+00$/.exec(text);
  if (match === null) throw new TypeError(`Not a timestamp in UTC: ${text}`);
  return `${match[1] ?? ''}T${match[2] ?? ''}.${(match[3] ?? '').padEnd(3, '0')}Z`;
}

function columnValue(column: Column, value: unknown): Value {
  if (value === null || value === undefined) return null;
  switch (column.type.kind) {
    case 'numeric':
    case 'integer':
      return parseDecimal(typeof value === 'number' ? String(value) : (textOrNull(value) ?? '')) ?? null;
    case 'datetime':
      return instant(textOrNull(value) ?? '');
    case 'json':
      return (typeof value === 'string' ? JSON.parse(value) : value) as Value;
    case 'text':
    case 'boolean':
    case 'date':
    case 'time':
    case 'uuid':
    case 'textList':
      return value as Value;
  }
}

/** The value of one field in a row that pg gave. A polymorphic lookup becomes `{ object, id }`. */
export function fieldValue(field: FieldModel, row: Row): Value {
  if (field.columns.length === 1) {
    const [column] = field.columns;
    return column === undefined ? null : columnValue(column, row[column.name]);
  }
  for (const column of field.columns) {
    const id = row[column.name];
    if (typeof id === 'string') return { object: column.references ?? '', id };
  }
  return null;
}

/** A record from a row with all stored columns. */
export const recordOf = (object: ObjectModel, row: Row): RecordValues => recordReader(object)(row);

/** The same for many rows of an object. */
export function recordReader(object: ObjectModel): (row: Row) => RecordValues {
  const fields = recordFields(object);
  const blank = blankRecord(object);
  return (row) => {
    const record: Record<string, Value> = { ...blank };
    for (const field of fields) record[field.name] = fieldValue(field, row);
    return record;
  };
}

/** A record of nothing: copies of it are made faster than records grow field by field. */
export function blankRecord(object: ObjectModel): RecordValues {
  return JSON.parse(JSON.stringify(Object.fromEntries(recordFields(object).map(({ name }) => [name, null])))) as RecordValues;
}

function putColumns(row: Record<string, unknown>, field: FieldModel, value: Value): void {
  if (field.wire === 'anyReference') {
    const reference = value as { readonly object: string; readonly id: string } | null;
    for (const column of field.columns) row[column.name] = reference?.object === column.references ? reference?.id : null;
  } else for (const column of field.columns.slice(0, 1)) row[column.name] = value;
}

/** Values by column, ready to be read by `json_to_recordset`. */
export type Row = Readonly<Record<string, unknown>>;

export function rowOf(fields: readonly FieldModel[], record: RecordValues): Row {
  const row: Record<string, unknown> = {};
  for (const field of fields) putColumns(row, field, record[field.name] ?? null);
  return row;
}

export function columnsOf(fields: readonly FieldModel[]): readonly Column[] {
  return fields.flatMap((field) => field.columns);
}

export function columnList(columns: readonly Column[], alias?: string): Sql {
  return join(columns.map((column) => (alias === undefined ? ident(column.name) : ident(alias, column.name))));
}

/** `json_to_recordset($1::json) as r("id" uuid, …)`: rows of the table's own types out of one parameter, given or a slot. */
export function recordset(rows: readonly Row[] | Sql, columns: readonly Column[], alias: string, extra: readonly Sql[] = []): Sql {
  const definitions = [...extra, ...columns.map((column) => sql`${ident(column.name)} ${keyword(typeText(column.type))}`)];
  const parameter = rows instanceof Sql ? rows : sql`${JSON.stringify(rows)}`;
  return sql`json_to_recordset(${parameter}::json) as ${ident(alias)}(${join(definitions)})`;
}
