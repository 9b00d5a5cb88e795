// What happens to the values of an object's rows in an upgrade, step by step, as expressions over the row before the step.
import { ident, keyword, Slot, Sql, sql } from '@tessera/kernel';
import type { ColumnChange, TableChange } from './change.ts';
import type { ColumnSpec } from './tables.ts';

/** The row before a step, in its expressions. */
export const stepRow = 'm';

/** One set of new values. */
export interface RowStep {
  /** The object's name after the plan. */
  readonly object: string;
  /** By column, columns of former fields included; each is for every row. */
  readonly values: ReadonlyMap<string, Sql>;
  /** Of columns that change their type: for which rows the value is not made of the old one. */
  readonly mends: ReadonlyMap<string, Sql>;
  /** What the expressions need beside the row: `left join … on …`, each of which finds at most one. */
  readonly joins: readonly Sql[];
}

/** Columns beside those of the table, by what they tell of one that a step changes. */
export const wasColumn = (column: string): string => `_was_${column}`.slice(0, 63);
/** As it lies in the table. */
export const rawColumn = (column: string): string => `_raw_${column}`.slice(0, 63);
/** Whether what lies in the table cannot become of the new type, and no step has put anything else there. */
export const refusedColumn = (column: string): string => `_refused_${column}`.slice(0, 63);

/** What a column had before a step. @param level how many steps of the object come before it */
export const beforeColumn = (level: number, column: string): string => `_before_${String(level)}_${column}`.slice(0, 63);
/** Among the values that a migration gave: it left the record as it was, and only keeps for others what they had. */
export const forLater = '';
/** The value that an undone migration must have given: that of now, or what a later one is undone to; null where somebody has changed it. */
export const trailColumn = (column: string): string => `_trail_${column}`.slice(0, 63);
/** Whether a migration is undone on the record; null: it has not changed it. @param level how many are undone of the table before it */
export const undoneColumn = (level: number): string => `_undone_${String(level)}`;

export const columnOf = (change: TableChange, name: string): ColumnChange | undefined =>
  change.columns.find(({ column }) => column.name === name);

/** The fragment with values in its slots. */
export function bound({ parts }: Sql, slots: Readonly<Record<string, unknown>>): Sql {
  return new Sql(
    parts.map((part) => {
      if (typeof part === 'string' || !(part.value instanceof Slot)) return part;
      if (!Object.hasOwn(slots, part.value.slot)) throw new TypeError(`A migration knows nothing of ${part.value.slot}.`);
      return { value: slots[part.value.slot] };
    }),
  );
}

const roundTo = (value: Sql, scale: number): Sql => sql`round(${value}, ${scale}::integer)`;

/** A rule's value as the column holds it: an empty text is none, a number has the column's scale, and null where it has too many digits. */
export function asStored(value: Sql, { type, typeText }: Pick<ColumnSpec, 'type' | 'typeText'>): Sql {
  const cast = (of: Sql): Sql => sql`(${of})::${keyword(typeText)}`;
  switch (type.kind) {
    case 'text':
      return sql`nullif(${value}, '')`;
    case 'boolean':
      return sql`coalesce(${value}, false)`;
    case 'textList':
      return sql`nullif(${value}, '{}')`;
    case 'numeric': {
      const limit = keyword(`1e${String(type.precision - type.scale)}`);
      return cast(sql`(select case when abs(v.n) < ${limit} then v.n end from (select ${roundTo(value, type.scale)} as n offset 0) as v)`);
    }
    default:
      return cast(value);
  }
}

/** A value that was kept as JSON, in its type. */
export function fromJson(json: Sql, key: string, typeText: string): Sql {
  if (typeText === 'text[]')
    return sql`case when json_typeof(${json} -> ${key}) = 'array' then array(select json_array_elements_text(${json} -> ${key})) end`;
  if (typeText === 'jsonb') return sql`nullif((${json} -> ${key})::jsonb, 'null'::jsonb)`;
  return sql`(${json} ->> ${key})::${keyword(typeText)}`;
}

export const stepColumn = (column: string): Sql => ident(stepRow, column);
