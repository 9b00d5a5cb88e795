// Which indexes and constraints of a table go on, by what they do and not by their names.
import type { TableChange } from './change.ts';
import type { FutureChanges } from './future.ts';
import type { CheckSpec, ForeignKeySpec, IndexSpec } from './tables.ts';

export interface Carried<T> {
  /** The same thing in both; it may only need another name. */
  readonly kept: readonly { readonly old: T; readonly new: T }[];
  readonly ended: readonly T[];
  readonly fresh: readonly T[];
}

/** A table's change with what becomes of everything that hangs on it. */
export interface PlannedTable {
  readonly change: TableChange;
  readonly indexes: Carried<IndexSpec>;
  readonly foreignKeys: Carried<ForeignKeySpec>;
  readonly checks: Carried<CheckSpec>;
}

export function planTables(changes: FutureChanges): readonly PlannedTable[] {
  const tableNames = new Map(
    changes.tables.flatMap((change) => (change.before === undefined ? [] : [[change.before.name, change.after.name]])),
  );
  const rewritten = new Set(changes.tables.filter((change) => change.rewrite).map((change) => change.after.name));
  return changes.tables.map((change) => ({
    change,
    indexes: carryIndexes(change, changes.future.touched(change)),
    foreignKeys: carryForeignKeys(change, tableNames, rewritten),
    checks: carryChecks(change),
  }));
}

/** Old column names → new ones, for columns that stay the same column of the table. */
function columnNames(change: TableChange): ReadonlyMap<string, string> {
  return new Map(change.columns.flatMap((column) => (column.how === 'keep' ? [[column.old.name, column.column.name] as const] : [])));
}

function translate(names: readonly string[], known: ReadonlyMap<string, string>): readonly string[] | undefined {
  const translated = names.flatMap((name) => known.get(name) ?? []);
  return translated.length === names.length ? translated : undefined;
}

/** Pairs old and new things whose signatures are equal. An undefined signature fits nothing. */
function carry<T>(
  before: readonly T[],
  after: readonly T[],
  oldSignature: (thing: T) => string | undefined,
  newSignature: (thing: T) => string | undefined,
): Carried<T> {
  const waiting = [...before];
  const kept: { old: T; new: T }[] = [];
  const fresh: T[] = [];
  for (const thing of after) {
    const signature = newSignature(thing);
    const place = signature === undefined ? -1 : waiting.findIndex((old) => oldSignature(old) === signature);
    const [old] = place < 0 ? [] : waiting.splice(place, 1);
    if (old === undefined) fresh.push(thing);
    else kept.push({ old, new: thing });
  }
  return { kept, ended: waiting, fresh };
}

/**
 * Whether values move under a unique index so that two rows could meet on the way: PostgreSQL looks row by row. Such an index is made anew,
 * and what really collides is told before.
 */
function meetsOnTheWay(change: TableChange, index: IndexSpec, touched: ReadonlySet<string>): boolean {
  if (!index.unique) return false;
  const read = change.columns.filter(({ column }) => index.whereFields.some((field) => field === column.field));
  if ([...index.parts.flat(), ...read.map(({ column }) => column.name)].some((name) => touched.has(name))) return true;
  return change.columns.some((column) => {
    if (column.how !== 'keep' || column.words.size === 0) return false;
    if (index.whereFields.some((field) => field === column.column.field)) return true;
    const known = column.match?.oldField.options ?? {};
    return (
      index.parts.some((part) => part.includes(column.column.name)) && [...column.words.values()].some((word) => Object.hasOwn(known, word))
    );
  });
}

function carryIndexes(change: TableChange, touched: ReadonlySet<string>): Carried<IndexSpec> {
  const names = columnNames(change);
  const stable = new Set(change.columns.flatMap((column) => (column.how === 'keep' ? [column.column.field] : [])));
  const signature = (index: IndexSpec, parts: readonly (readonly string[] | undefined)[]): string | undefined =>
    parts.includes(undefined) ? undefined : JSON.stringify([parts, index.unique, index.primary, index.whereHash]);
  return carry(
    change.before?.indexes ?? [],
    change.after.indexes,
    (index) =>
      signature(
        index,
        index.parts.map((part) => translate(part, names)),
      ),
    // A condition over a column that is a new one under an old name is another condition.
    (index) =>
      index.whereFields.every((field) => stable.has(field)) && !meetsOnTheWay(change, index, touched)
        ? signature(index, index.parts)
        : undefined,
  );
}

function carryForeignKeys(
  change: TableChange,
  tableNames: ReadonlyMap<string, string>,
  rewritten: ReadonlySet<string>,
): Carried<ForeignKeySpec> {
  const names = columnNames(change);
  return carry(
    change.before?.foreignKeys ?? [],
    change.after.foreignKeys,
    (key) => {
      const target = tableNames.get(key.target);
      const column = names.get(key.column);
      return target === undefined || column === undefined || rewritten.has(target) ? undefined : JSON.stringify([column, target]);
    },
    (key) => JSON.stringify([key.column, key.target]),
  );
}

function carryChecks(change: TableChange): Carried<CheckSpec> {
  const names = columnNames(change);
  return carry(
    change.before?.checks ?? [],
    change.after.checks,
    (check) => {
      const columns = translate(check.columns, names);
      return columns === undefined ? undefined : JSON.stringify([check.kind, columns]);
    },
    (check) => JSON.stringify([check.kind, check.columns]),
  );
}
