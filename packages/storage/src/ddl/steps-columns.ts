// Columns of tables that are there: brought back, added, converted, loosened; and bound to be filled, when they are.
import { ident, sql, type Sql } from '@tessera/kernel';
import type { Changes, ColumnChange, TableChange } from './change.ts';
import { optionsCheck, requiredCheck } from './checks.ts';
import { convertStep, placeOf } from './conversion.ts';
import { emptyValue, type FutureChanges } from './future.ts';
import { attachedName } from './names.ts';
import { action, alterTable, commentOnColumn } from './statements.ts';
import { withCheck, type DdlStep } from './step.ts';
import type { ColumnSpec } from './tables.ts';

/** Columns of tables that are there: brought back, added, converted and loosened, in this order. */
export function columnSteps(changes: FutureChanges, change: TableChange): readonly DdlStep[] {
  if (change.kind === 'create') return [];
  const rank = { restore: 0, add: 1, convert: 2, keep: 3 } as const;
  const ordered = [...change.columns].sort((a, b) => rank[a.how] - rank[b.how]);
  return ordered.flatMap((column) => columnStep(changes, change, column));
}

/** Columns that come to be bound to be filled. */
export function dutySteps(changes: FutureChanges, change: TableChange, validations: Sql[]): readonly DdlStep[] {
  if (change.kind === 'create') return [];
  return change.columns.flatMap((column) => requiredSteps(changes, change, column, validations));
}

function columnStep(changes: FutureChanges, change: TableChange, column: ColumnChange): readonly DdlStep[] {
  switch (column.how) {
    case 'restore':
      return [restoreStep(changes, change, column.column, column.aside)];
    case 'add':
      return [addStep(changes, change, column.column)];
    case 'convert':
      return [convertStep(changes, change, column)];
    case 'keep':
      return keepSteps(changes, change, column);
  }
}

function restoreStep(changes: Changes, change: TableChange, column: ColumnSpec, aside: string): DdlStep {
  const { schema } = changes.target;
  const { object, field, at } = placeOf(change, column);
  const table = change.after.name;
  const name = ident(column.name);
  const target = change.after.foreignKeys.find((key) => key.column === column.name)?.target;
  const statements = [alterTable(schema, table, action.renameColumn(aside, column.name))];
  if (change.physical?.columns.find((physical) => physical.name === aside)?.comment !== undefined) {
    statements.push(commentOnColumn(schema, table, column.name, undefined));
  }
  if (target !== undefined) {
    // Targets may have been purged meanwhile.
    statements.push(sql`update ${ident(schema, table)} set ${name} = null
      where ${name} is not null and not exists (select 1 from ${ident(schema, target)} as t where t.id = ${ident(table)}.${name})`);
  }
  const empty = emptyValue(column);
  if (column.fill !== undefined || column.type.kind === 'boolean' || column.default !== undefined) {
    statements.push(sql`update ${ident(schema, table)} set ${name} = ${empty} where ${name} is null`);
  }
  if (column.default !== undefined) statements.push(alterTable(schema, table, action.setDefault(column.name, column.default)));
  return { kind: 'restore', object, field, risk: 'safe', summary: `${at} comes back with the data that was set aside.`, statements };
}

function addStep(changes: Changes, change: TableChange, column: ColumnSpec): DdlStep {
  const { schema } = changes.target;
  const { object, field, at } = placeOf(change, column);
  const table = change.after.name;
  const base = { kind: 'addColumn', object, field, risk: 'safe' } as const;
  if (column.fill !== undefined) {
    const statements = [
      alterTable(schema, table, action.addFilledColumn(column, column.fill)),
      alterTable(schema, table, action.setDefault(column.name, column.default)),
    ];
    return { ...base, summary: `${at} is new; records that are there get its default.`, statements };
  }
  // Without a value for the rows that are there, the duty to be filled is set afterwards.
  const loose = column.notNull && column.default === undefined ? { ...column, notNull: false } : column;
  return { ...base, summary: `${at} is new.`, statements: [alterTable(schema, table, action.addColumn(loose))] };
}

function keepSteps(
  changes: FutureChanges,
  change: TableChange,
  { column, old, match }: Extract<ColumnChange, { readonly how: 'keep' }>,
): readonly DdlStep[] {
  const { schema } = changes.target;
  const { object, field, at } = placeOf(change, column);
  const table = change.after.name;
  const steps: DdlStep[] = [];
  if (old.typeText !== column.typeText) {
    const summary = `${at} takes larger numbers: ${column.typeText} instead of ${old.typeText}.`;
    steps.push({
      kind: 'changeType',
      object,
      field,
      risk: 'safe',
      summary,
      statements: [alterTable(schema, table, action.setType(column))],
    });
  }
  const options = match !== undefined && match.oldField.options === undefined ? match.newField.options : undefined;
  if (options !== undefined) {
    const step: DdlStep = {
      kind: 'changeType',
      object,
      field,
      risk: 'safe',
      summary: `${at} becomes a picklist; its values must be options.`,
      statements: [],
    };
    steps.push(withCheck(step, optionsCheck(changes.future, change, column, Object.keys(options))));
  }
  if (old.notNull && !column.notNull) {
    const statements = [alterTable(schema, table, action.dropNotNull(column.name))];
    steps.push({ kind: 'dropRequired', object, field, risk: 'safe', summary: `${at} may be empty.`, statements });
  }
  if (old.default !== column.default) {
    const statements = [alterTable(schema, table, action.setDefault(column.name, column.default))];
    steps.push({
      kind: 'setDefault',
      object,
      field,
      risk: 'safe',
      summary: `${at}: what a new row has unless told otherwise changes.`,
      statements,
    });
  }
  return steps;
}

/**
 * The duty to be filled, on columns that did not have it. Large tables take it as a constraint that is validated after the commit and then
 * stays: turning it into the column's own mark would need an exclusive lock once more, for nothing.
 */
function requiredSteps(changes: FutureChanges, change: TableChange, columnChange: ColumnChange, validations: Sql[]): readonly DdlStep[] {
  if (!needsDuty(columnChange)) return [];
  const { schema } = changes.target;
  const { column } = columnChange;
  const table = change.after.name;
  const { object, field, at } = placeOf(change, column);
  const check = column.type.kind === 'boolean' ? undefined : requiredCheck(changes.future, change, column);
  if (!change.large) {
    const statements = [alterTable(schema, table, action.setNotNull(column.name))];
    return [withCheck({ kind: 'setRequired', object, field, risk: 'locks', summary: `${at} must be filled.`, statements }, check)];
  }
  const name = attachedName(table, column.name, 'required');
  validations.push(alterTable(schema, table, action.validate(name)));
  const statements = [alterTable(schema, table, action.addRequiredCheck(name, column.name))];
  const summary = `${at} must be filled; records that are there are looked through after the change.`;
  return [withCheck({ kind: 'setRequired', object, field, risk: 'safe', summary, statements }, check)];
}

/** Whether rows that are there come under the duty with the plan. */
export function needsDuty(change: ColumnChange): boolean {
  if (!change.column.notNull) return false;
  switch (change.how) {
    case 'keep':
      return !change.old.notNull;
    case 'add':
      return change.column.fill === undefined && change.column.default === undefined;
    case 'convert':
      return change.column.default === undefined;
    case 'restore':
      return true;
  }
}
