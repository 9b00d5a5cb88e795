// Which rows would break: queries over the tables as they are, seen as they will be.
import { ident, join, keyword, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { ColumnChange, TableChange } from './change.ts';
import type { FutureTables } from './future.ts';
import { rawColumn, refusedColumn, wasColumn } from './row-steps.ts';
import { indexPart } from './statements.ts';
import type { DdlCheck } from './step.ts';
import type { ColumnSpec, IndexSpec } from './tables.ts';

const sampleSize = keyword('10');
const listSize = keyword('200');

/** The object's name before the plan. */
const nameBefore = (change: TableChange): string => change.before?.object ?? change.object.name;

/** The field that a column of the plan has been so far, where it goes on as it is. */
function fieldBefore(future: FutureTables, change: TableChange, column: ColumnSpec): string | undefined {
  if (future.touched(change).has(column.name)) return undefined;
  const found = change.columns.find((candidate) => candidate.column.name === column.name);
  return found?.how === 'keep' && found.words.size === 0 ? found.old.field : undefined;
}

/** The table's rows after the plan. */
const futureRows = (future: FutureTables, change: TableChange): Sql => sql`${future.rows(change, 'levelled')} as future`;

function rowsWhere(future: FutureTables, change: TableChange, value: Sql, broken: Sql, message: string): DdlCheck {
  const rows = sql`from ${futureRows(future, change)} where ${broken}`;
  return {
    count: sql`select count(*)::integer as count ${rows}`,
    sample: sql`select id, (${value})::text as value ${rows} order by id limit ${sampleSize}`,
    list: sql`select id ${rows} order by id limit ${listSize}`,
    of: nameBefore(change),
    message,
  };
}

const withWhere = (check: DdlCheck, where: unknown): DdlCheck => (where === undefined ? check : { ...check, where });

/** Rows that have no value where one will be needed. */
export function requiredCheck(future: FutureTables, change: TableChange, column: ColumnSpec): DdlCheck {
  const name = ident(column.name);
  const message = `{count} records of ${change.object.name} have no ${column.field ?? column.name} (records in the recycle bin count too).`;
  const field = fieldBefore(future, change, column);
  const where = field === undefined ? undefined : { isBlank: [{ var: field }] };
  return withWhere(rowsWhere(future, change, name, sql`${name} is null`, message), where);
}

/** Rows whose value cannot become one of the new type. */
export function castCheck(
  future: FutureTables,
  change: TableChange,
  column: Extract<ColumnChange, { readonly how: 'convert' }>,
): DdlCheck | undefined {
  if (column.cast.refused === undefined || change.before === undefined) return undefined;
  const message = `{count} values of ${change.object.name}.${column.old.field ?? column.old.name} cannot become ${column.column.typeText} without loss.`;
  const { name } = column.column;
  if (future.touched(change).has(name)) return rowsWhere(future, change, ident(rawColumn(name)), ident(refusedColumn(name)), message);
  const old = ident(column.old.name);
  const rows = sql`from ${ident(future.schema, change.before.name)} where ${old} is not null and ${column.cast.refused(old)}`;
  return {
    count: sql`select count(*)::integer as count ${rows}`,
    sample: sql`select id, ${old}::text as value ${rows} order by id limit ${sampleSize}`,
    list: sql`select id ${rows} order by id limit ${listSize}`,
    of: nameBefore(change),
    message,
  };
}

/** Rows that point to records which are not there. @param target the target's table as it is named now; undefined: it is new */
export function foreignKeyCheck(future: FutureTables, change: TableChange, column: ColumnSpec, target: string | undefined): DdlCheck {
  const name = ident(column.name);
  const there =
    target === undefined ? keyword('false') : sql`exists (select 1 from ${ident(future.schema, target)} as t where t.id = future.${name})`;
  const message = `{count} records of ${change.object.name} point by ${column.field ?? column.name} to something that is no record of its target.`;
  return rowsWhere(future, change, name, sql`${name} is not null and not ${there}`, message);
}

/** Rows whose text is none of a picklist's options. */
export function optionsCheck(future: FutureTables, change: TableChange, column: ColumnSpec, options: readonly string[]): DdlCheck {
  const name = ident(column.name);
  const known = sql`array[${join(options.map((option) => textLiteral(option)))}]::text[]`;
  const broken = column.type.kind === 'textList' ? sql`not ${name} <@ ${known}` : sql`not ${name} = any(${known})`;
  const message = `{count} records of ${change.object.name} have a ${column.field ?? column.name} that is none of its options.`;
  const field = column.type.kind === 'textList' ? undefined : fieldBefore(future, change, column);
  const filled = { '!': [{ isBlank: [{ var: field }] }] };
  const where = field === undefined ? undefined : { and: [filled, { '!': [{ in: [{ var: field }, options] }] }] };
  return withWhere(rowsWhere(future, change, name, sql`${name} is not null and ${broken}`, message), where);
}

/** Rows whose value is not fit for its field, of those whose value migrations change. */
export function unfitCheck(future: FutureTables, change: TableChange, column: ColumnSpec, unfit: Sql): DdlCheck {
  const name = ident(column.name);
  const message = `{count} records of ${change.object.name} would get a value that ${column.field ?? column.name} does not take (an option that is none, too long, too small or too large).`;
  const broken = sql`${name} is distinct from ${ident(wasColumn(column.name))} and (${unfit})`;
  return rowsWhere(future, change, name, broken, message);
}

/** Stages that records of a type (null: of none of the others) may not be in. */
export interface GoneStages {
  readonly type: string | null;
  readonly others: readonly string[];
  readonly stages: readonly string[];
}

const wordList = (words: readonly string[]): Sql => sql`array[${join(words.map((word) => textLiteral(word)))}]::text[]`;

/** Rows that are in a stage which is gone. */
export function stagesCheck(future: FutureTables, change: TableChange, column: ColumnSpec, gone: readonly GoneStages[]): DdlCheck {
  const name = ident(column.name);
  const conditions = gone.map(({ type, others, stages }) => {
    const ofType =
      type === null ? sql`(record_type is null or not record_type = any(${wordList(others)}))` : sql`record_type = ${textLiteral(type)}`;
    return sql`(${name} = any(${wordList(stages)}) and ${ofType})`;
  });
  const names = [...new Set(gone.flatMap(({ stages }) => stages))].join(', ');
  const message = `{count} records of ${change.object.name} are in a stage that is gone (${names}; records in the recycle bin count too). Name it in \`renamedFrom\` of the option that takes them, or move them first.`;
  return rowsWhere(future, change, name, join(conditions, ' or '), message);
}

/** Rows that would stand twice under a unique index. */
export function uniqueCheck(future: FutureTables, change: TableChange, index: IndexSpec): DdlCheck | undefined {
  if (index.parts.some((part) => part.every((name) => isAlwaysEmpty(change, name)))) return undefined;
  const parts = index.parts.map(indexPart);
  const filled = parts.map((part) => sql`${part} is not null`);
  const rows = sql`from ${futureRows(future, change)} where ${join([...(index.where === undefined ? [] : [index.where]), ...filled], ' and ')}`;
  const value = join(
    parts.map((part) => sql`(${part})::text`),
    ` || ' / ' || `,
  );
  const counted = sql`select id, ${value} as value, count(*) over (partition by ${join(parts)}) as same ${rows}`;
  return {
    count: sql`select count(*)::integer as count from (${counted}) as counted where same > 1`,
    sample: sql`select id, value from (${counted}) as counted where same > 1 order by value, id limit ${sampleSize}`,
    list: sql`select id from (${counted}) as counted where same > 1 order by value, id limit ${listSize}`,
    of: nameBefore(change),
    message: `{count} records of ${change.object.name} share a value with another one under ${index.subject}.`,
  };
}

function isAlwaysEmpty(change: TableChange, name: string): boolean {
  const column = change.columns.find((candidate) => candidate.column.name === name);
  return column?.how === 'add' && column.column.fill === undefined && column.column.type.kind !== 'boolean';
}

/** Rows in which too many, or not exactly one, of the columns of a polymorphic lookup are set. */
export function oneOfCheck(future: FutureTables, change: TableChange, columns: readonly string[], condition: Sql, field: string): DdlCheck {
  const value = indexPart(columns);
  const message = `{count} records of ${change.object.name} have none, or more than one, target in ${field}.`;
  return rowsWhere(future, change, value, sql`not (${condition})`, message);
}
