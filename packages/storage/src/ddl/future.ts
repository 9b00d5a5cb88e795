// The rows of a tenant's tables as they will be after a plan, as sub-selects over the tables as they are.
import { ident, join, keyword, sql, type Sql } from '@tessera/kernel';
import type { Changes, ColumnChange, TableChange } from './change.ts';
import { columnLiteral } from './column-types.ts';
import { movedValue } from './option-words.ts';
import { columnOf, rawColumn, refusedColumn, stepColumn, stepRow, wasColumn, type RowStep } from './row-steps.ts';
import type { ColumnSpec } from './tables.ts';

/** What a row has in a column that nothing is known of. */
export function emptyValue(column: ColumnSpec): Sql {
  if (column.fill !== undefined) return column.fill;
  if (column.type.kind === 'boolean') return columnLiteral(column.type, false) ?? keyword('false');
  if (column.field === 'version' && column.default !== undefined) return keyword(column.default);
  return sql`null::${keyword(column.typeText)}`;
}

/** The column's value once tables and names are changed, as an expression over the row before. */
function futureValue(change: ColumnChange): Sql {
  switch (change.how) {
    case 'add':
      return emptyValue(change.column);
    case 'keep':
      return movedValue(ident(change.old.name), change.column.type, change.words);
    case 'restore':
      return sql`coalesce(${ident(change.aside)}, ${emptyValue(change.column)})`;
    case 'convert': {
      const column = ident(change.old.name);
      const refused = change.cast.refused === undefined ? keyword('false') : change.cast.refused(column);
      // Only a case keeps PostgreSQL from casting values that it could not.
      return sql`case when ${column} is null or ${refused} then ${emptyValue(change.column)} else ${movedValue(change.cast.value(column), change.column.type, change.words)} end`;
    }
  }
}

/** Columns that tell of a changed one what it was. */
function tellingColumns(change: TableChange, name: string): readonly (readonly [string, Sql])[] {
  const column = columnOf(change, name);
  if (column === undefined) return [];
  const was = [wasColumn(name), futureValue(column)] as const;
  if (!('old' in column)) return [was];
  const old = ident(column.old.name);
  if (column.how === 'keep') return [was, [rawColumn(name), old]];
  const refused = column.cast.refused === undefined ? keyword('false') : sql`(${old} is not null and ${column.cast.refused(old)})`;
  return [was, [rawColumn(name), old], [refusedColumn(name), refused]];
}

/** How a table is read: as few levels as can be, so that other rows find theirs by its indexes, or level by level, each row worked out once. */
export type Reading = 'merged' | 'levelled';

export class FutureTables {
  readonly schema: string;
  readonly #changes: ReadonlyMap<string, TableChange>;
  readonly #steps: ReadonlyMap<string, readonly RowStep[]>;
  readonly #extras: ReadonlyMap<string, ReadonlyMap<string, Sql>>;

  /** @param extras columns beside those of the table, by object: expressions over the row before */
  constructor(
    schema: string,
    tables: readonly TableChange[],
    steps: readonly RowStep[] = [],
    extras: ReadonlyMap<string, ReadonlyMap<string, Sql>> = new Map(),
  ) {
    this.schema = schema;
    this.#changes = new Map(tables.map((change) => [change.object.name, change]));
    this.#steps = Map.groupBy(steps, ({ object }) => object);
    this.#extras = extras;
  }

  #stepsOf({ object }: TableChange): readonly RowStep[] {
    return this.#steps.get(object.name) ?? [];
  }

  /** Columns of the table that steps change. */
  touched(change: TableChange): ReadonlySet<string> {
    const names = this.#stepsOf(change).flatMap(({ values }) => [...values.keys()]);
    return new Set(names.filter((name) => columnOf(change, name) !== undefined));
  }

  /** Whether steps change records of an object. */
  changes(object: string): boolean {
    return this.#steps.has(object);
  }

  change(object: string): TableChange | undefined {
    return this.#changes.get(object);
  }

  /** Whether the rows are no others than those that are there. */
  #isSame(change: TableChange): boolean {
    if (this.#stepsOf(change).length > 0 || this.#extras.has(change.object.name)) return false;
    if (change.before === undefined || change.before.name !== change.object.table) return false;
    return change.columns.every((column) => column.how === 'keep' && column.old.name === column.column.name && column.words.size === 0);
  }

  /** The rows of an object, in the place of its table; undefined: the table itself, or an object that is none of the plan's. */
  inPlace(object: string): Sql | undefined {
    const change = this.#changes.get(object);
    return change === undefined || this.#isSame(change) ? undefined : this.rows(change);
  }

  /** A sub-select in parentheses. @param most after so many of the object's steps; left out: after all */
  rows(change: TableChange, reading: Reading = 'merged', most = Infinity): Sql {
    const touched = this.touched(change);
    const told = [...touched].flatMap((name) => tellingColumns(change, name));
    const extra = [...(this.#extras.get(change.object.name) ?? []), ...told];
    const names = [...change.columns.map(({ column }) => column.name), ...extra.map(([name]) => name)];
    return levels(this.#base(change, extra), names, this.#stepsOf(change).slice(0, most), reading);
  }

  #base(change: TableChange, extra: readonly (readonly [string, Sql])[]): Sql {
    const columns = [
      ...change.columns.map((column) => sql`${futureValue(column)} as ${ident(column.column.name)}`),
      ...extra.map(([name, value]) => sql`${value} as ${ident(name)}`),
    ];
    // A new object has no rows yet, and a table no sooner.
    if (change.before === undefined && change.kind === 'create') return sql`(select ${join(columns)} where false)`;
    return sql`(select ${join(columns)} from ${ident(this.schema, change.before?.name ?? change.after.name)})`;
  }
}

function after(rows: Sql, names: readonly string[], { values, mends, joins }: RowStep, reading: Reading): Sql {
  const mended = new Map([...mends].map(([name, where]) => [refusedColumn(name), where]));
  const columns = names.map((name) => {
    const column = stepColumn(name);
    const where = mended.get(name);
    const value = values.get(name) ?? (where === undefined ? column : sql`(${column} and not (${where}))`);
    return sql`${value} as ${ident(name)}`;
  });
  const from = join([sql`${rows} as ${ident(stepRow)}`, ...joins], ' ');
  return sql`(select ${join(columns)} from ${from}${keyword(reading === 'levelled' ? ' offset 0' : '')})`;
}

/** Rows after the steps, one over the other. @param rows a sub-select in parentheses, with columns of these names */
export const levels = (rows: Sql, names: readonly string[], steps: readonly RowStep[], reading: Reading): Sql =>
  steps.reduce((before, step) => after(before, names, step, reading), rows);

/** The changes with the rows that come of them. */
export interface FutureChanges extends Changes {
  readonly future: FutureTables;
}
