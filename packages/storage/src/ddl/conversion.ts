// Columns that change their type: a new column, filled by a checked cast, takes the place of the old one.
import { ident, keyword, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { Changes, ColumnChange, TableChange } from './change.ts';
import { castCheck } from './checks.ts';
import type { FutureChanges } from './future.ts';
import { isNewName, newName } from './names.ts';
import { action, alterTable } from './statements.ts';
import { withCheck, type DdlStep, type Preparation } from './step.ts';
import type { ColumnSpec } from './tables.ts';

type Conversion = Extract<ColumnChange, { readonly how: 'convert' }>;

/** Few enough that nobody waits long for the rows, many enough that it ends. */
const batchSize = keyword('500');

export function placeOf(change: TableChange, column: ColumnSpec): { readonly object: string; readonly field: string; readonly at: string } {
  const field = column.field ?? column.name;
  return { object: change.object.name, field, at: `${change.object.name}.${field}` };
}

function conversionsOf(change: TableChange): readonly Conversion[] {
  return change.columns.filter((column) => column.how === 'convert');
}

/** Whether the new column is there already. How well it is filled does not matter: the plan catches up. */
function isPrepared(change: TableChange, { column }: Conversion): boolean {
  const name = newName(column.name);
  return (
    !change.rewrite && change.physical?.columns.some((physical) => physical.name === name && physical.typeText === column.typeText) === true
  );
}

/** The new column before it is bound to be filled; a column with a default is so from the start. */
function looseColumn({ column }: Conversion, name: string): ColumnSpec {
  return column.default === undefined ? { ...column, name, notNull: false } : { ...column, name };
}

/**
 * @param old the old column's name at this point of the plan
 * @param mended a migration puts something else where a value cannot be converted
 */
function newValue({ column, cast }: Conversion, old: Sql, mended: boolean): Sql {
  const nothing = column.type.kind === 'boolean' ? 'false' : 'null';
  const lost = cast.refused === undefined || !mended ? sql`${old} is null` : sql`${old} is null or ${cast.refused(old)}`;
  return sql`case when ${lost} then ${keyword(nothing)} else coalesce(${cast.value(old)}, ${keyword(nothing)}) end`;
}

/** Large tables are converted ahead of the change, so that it holds up nobody. */
export function preparationsOf(changes: Changes, change: TableChange): readonly Preparation[] {
  const { schema } = changes.target;
  const table = change.before?.name ?? change.after.name;
  if (!change.large || change.rewrite || change.kind !== 'keep') return [];
  const waiting = conversionsOf(change).filter((conversion) => !isPrepared(change, conversion));
  return waiting.map((conversion) => {
    const name = newName(conversion.column.name);
    const old = ident('t', conversion.old.name);
    const refused = conversion.cast.refused === undefined ? keyword('false') : conversion.cast.refused(old);
    return {
      object: change.object.name,
      field: conversion.column.field ?? conversion.column.name,
      add: alterTable(schema, table, action.addColumn(looseColumn(conversion, name))),
      drop: alterTable(schema, table, sql`drop column if exists ${ident(name)}`),
      // Rows are locked in the order of their ids, as every write does it.
      fill: (after) => sql`
        with part as (select id from ${ident(schema, table)} where id > ${textLiteral(after)}::uuid order by id limit ${batchSize} for no key update),
             filled as (update ${ident(schema, table)} t set ${ident(name)} = ${newValue(conversion, old, false)}
                        where t.id = any (array(select id from part)) and ${old} is not null and not ${refused})
        select (select id from part order by id desc limit 1)::text as last`,
    };
  });
}

/** Columns that were made for a change which was then given up. */
export function leftoverSteps(changes: Changes, change: TableChange): readonly DdlStep[] {
  const used = new Set(
    conversionsOf(change)
      .filter((conversion) => isPrepared(change, conversion))
      .map(({ column }) => newName(column.name)),
  );
  const left = (change.physical?.columns ?? []).filter(({ name }) => isNewName(name) && !used.has(name));
  return left.map(({ name }) => ({
    kind: 'dropPrepared',
    object: change.object.name,
    risk: 'safe',
    summary: `${change.object.name}: a column of a change that was given up (${name}) is removed.`,
    statements: [alterTable(changes.target.schema, change.before?.name ?? change.after.name, action.dropColumn(name))],
  }));
}

/** What was written since the preparation. Runs before the table is locked against readers. */
export function catchUpSteps(changes: FutureChanges, change: TableChange): readonly DdlStep[] {
  const { schema } = changes.target;
  const table = change.before?.name ?? change.after.name;
  const prepared = conversionsOf(change).filter((conversion) => isPrepared(change, conversion));
  return prepared.map((conversion) => {
    const { object, field, at } = placeOf(change, conversion.column);
    const name = ident(newName(conversion.column.name));
    const value = newValue(conversion, ident(conversion.old.name), changes.future.touched(change).has(conversion.column.name));
    return {
      kind: 'backfill',
      object,
      field,
      risk: 'locks',
      summary: `${at}: what was written while the new column was filled is taken along.`,
      statements: [sql`update ${ident(schema, table)} set ${name} = ${value} where ${name} is distinct from ${value}`],
    };
  });
}

export function convertStep(changes: FutureChanges, change: TableChange, conversion: Conversion): DdlStep {
  const { schema } = changes.target;
  const { object, field, at } = placeOf(change, conversion.column);
  const table = change.after.name;
  const { name } = conversion.column;
  const ahead = isPrepared(change, conversion);
  const step: DdlStep = {
    kind: 'changeType',
    object,
    field,
    risk: 'rewrites',
    summary: `${at} changes from ${conversion.old.typeText} to ${conversion.column.typeText}: a new column is filled from the old one${ahead ? ' while work goes on' : ''}.`,
    statements: ahead
      ? [alterTable(schema, table, action.renameColumn(newName(name), name))]
      : [
          alterTable(schema, table, action.addColumn(looseColumn(conversion, name))),
          sql`update ${ident(schema, table)} set ${ident(name)} = ${newValue(conversion, ident(conversion.aside), changes.future.touched(change).has(name))} where ${ident(conversion.aside)} is not null`,
        ],
  };
  return withCheck(step, castCheck(changes.future, change, conversion));
}
