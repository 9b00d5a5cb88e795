// The rows of a write as parameters of a kept statement: what all rows have alike as one value, the rest as an array for each column.
import { ident, join, keyword, slot, sql, type Sql } from '@tessera/kernel';
import type { ColumnType, FieldModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { arrayText } from '../cell/array-text.ts';
import type { RecordValues } from './record-rows.ts';

/** A column of a table, and what a record has for it. */
export interface WrittenColumn {
  readonly name: string;
  /** Without length and scale: the assignment to the column takes care of those. */
  readonly type: string;
  /** JSON comes as text. So do lists where there are many: an array of arrays must have equal lengths. */
  readonly form: 'plain' | 'json' | 'list';
  /** The object that a lookup's column points to. */
  readonly references?: string | undefined;
  /** Columns of the system are mostly alike in all rows of a set. */
  readonly system: boolean;
  readonly valueOf: (record: RecordValues) => unknown;
}

const engineColumn = (name: string): WrittenColumn => ({
  name,
  type: 'tsvector',
  form: 'plain',
  system: false,
  valueOf: (record) => record[name],
});

function sqlType({ kind }: ColumnType): string {
  switch (kind) {
    case 'datetime':
      return 'timestamptz';
    case 'textList':
      return 'text[]';
    case 'json':
      return 'jsonb';
    case 'text':
    case 'numeric':
    case 'integer':
    case 'boolean':
    case 'date':
    case 'time':
    case 'uuid':
      return kind;
  }
}

/** What a polymorphic lookup has for one of its columns: the id, where it points to that column's object. */
function pointedTo(value: Value | undefined, target: string | undefined): unknown {
  const reference = (value ?? null) as { readonly object: string; readonly id: string } | null;
  return reference?.object === target ? reference?.id : null;
}

function columnsOfField({ name: field, wire, system, columns }: FieldModel): readonly WrittenColumn[] {
  return columns.map(({ name, type, references }) => ({
    name,
    type: sqlType(type),
    form: type.kind === 'json' ? 'json' : type.kind === 'textList' ? 'list' : 'plain',
    references,
    system,
    valueOf: wire === 'anyReference' ? (record) => pointedTo(record[field], references) : (record) => record[field],
  }));
}

/** The columns of the fields; and those of the engine's own that the records bring. */
export function writtenColumns(fields: readonly FieldModel[], carried: readonly string[]): readonly WrittenColumn[] {
  return [...fields.flatMap(columnsOfField), ...carried.map(engineColumn)];
}

function parameter({ form }: WrittenColumn, value: unknown): unknown {
  return form !== 'json' || value === null || value === undefined ? value : JSON.stringify(value);
}

function elements(column: WrittenColumn, records: readonly RecordValues[]): readonly unknown[] {
  const { form, valueOf } = column;
  if (form === 'plain') return records.map(valueOf);
  return records.map((record) => {
    const value = valueOf(record);
    return form === 'list' && Array.isArray(value) ? arrayText(value.map(String)) : parameter(column, value);
  });
}

/** A rule in the same statement may have a slot that is called like a column. */
const slotOf = ({ name }: WrittenColumn): string => `row:${name}`;

const cast = (column: WrittenColumn): Sql => sql`${slot(slotOf(column))}::${keyword(column.type)}`;
const input = sql`input`;

/** How a statement speaks of its rows. */
export class RowSource {
  /** Those in which rows may differ; none where there is but one. */
  readonly #varying: ReadonlySet<WrittenColumn>;
  readonly #columns: readonly WrittenColumn[];
  /** Tells the texts apart. */
  readonly key: string;
  readonly isOne: boolean;

  constructor(columns: readonly WrittenColumn[], records: readonly RecordValues[]) {
    const [first = {}, ...others] = records;
    const differ = ({ system, valueOf }: WrittenColumn): boolean => !system || others.some((record) => valueOf(record) !== valueOf(first));
    this.isOne = others.length === 0;
    this.#columns = columns;
    // One record is the common case, and PostgreSQL keeps no plan for arrays, whose lengths it guesses.
    this.#varying = new Set(this.isOne ? [] : columns.filter(differ));
    this.key = this.isOne ? 'one' : [...this.#varying].map(({ name }) => name).join(' ');
  }

  /** Parts of a `with` list; none for one row. */
  get parts(): readonly Sql[] {
    if (this.isOne) return [];
    const varying = [...this.#varying];
    const arrays = varying.map((column) => sql`${slot(slotOf(column))}::${keyword(column.form === 'plain' ? column.type : 'text')}[]`);
    const names = varying.map(({ name }) => ident(name));
    return [sql`${input} as materialized (select * from unnest(${join(arrays)}) as r(${join(names)}))`];
  }

  /** What comes after a `select` or `set`: where the rows are from. */
  get from(): Sql {
    return this.isOne ? sql`` : sql` from ${input} i`;
  }

  /** A value of the row. */
  value(column: WrittenColumn): Sql {
    if (!this.#varying.has(column)) return cast(column);
    const { name, type, form } = column;
    return form === 'plain' ? ident('i', name) : sql`${ident('i', name)}::${keyword(type)}`;
  }

  /** The values of these columns of all rows, as what stands in `in (…)`. */
  all(columns: readonly WrittenColumn[]): Sql {
    if (this.isOne) return join(columns.map(cast));
    const lists = columns.map((column) =>
      this.#varying.has(column) ? sql`select ${ident('i', column.name)} from ${input} i` : sql`select ${cast(column)}`,
    );
    return join(lists, ' union all ');
  }

  /** Adds the values of the records to those of the statement's other slots. */
  fill(slots: Record<string, unknown>, records: readonly RecordValues[]): void {
    const [first = {}] = records;
    for (const column of this.#columns)
      slots[slotOf(column)] = this.#varying.has(column) ? elements(column, records) : parameter(column, column.valueOf(first));
  }
}

/** The id of one record, or the ids of several, in a condition over a column: its text and the slots that it has. */
export interface IdCondition {
  readonly key: 'one' | 'many';
  readonly sql: (column: Sql) => Sql;
  readonly slots: Readonly<Record<string, unknown>>;
}

export function idCondition(ids: readonly string[], name = 'ids'): IdCondition {
  const [id] = ids;
  if (ids.length === 1 && id !== undefined)
    return { key: 'one', sql: (column) => sql`${column} = ${slot(name)}::uuid`, slots: { [name]: id } };
  return { key: 'many', sql: (column) => sql`${column} = any(${slot(name)}::uuid[])`, slots: { [name]: ids } };
}
