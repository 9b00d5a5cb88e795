// What migrations leave in records must be fit for their fields: checks of a plan that no other step makes.
import { ident, join, keyword, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { FieldModel } from '@tessera/metadata';
import type { Changes, ColumnChange, TableChange } from './change.ts';
import { foreignKeyCheck, requiredCheck, unfitCheck } from './checks.ts';
import { placeOf } from './conversion.ts';
import type { FutureTables } from './future.ts';
import { columnOf } from './row-steps.ts';
import { needsDuty } from './steps-columns.ts';
import { withCheck, type DdlStep } from './step.ts';

/** Bound to be filled from before, so that no other step looks. */
const isBound = (change: ColumnChange): boolean => change.column.notNull && change.column.type.kind !== 'boolean' && !needsDuty(change);

/** What no value of the field is; a pattern is left to the next save. */
function unfitConditions(field: FieldModel | undefined, value: Sql): readonly Sql[] {
  if (field === undefined) return [];
  const conditions: Sql[] = [];
  if (field.options !== undefined) {
    const known = sql`array[${join(Object.keys(field.options).map((option) => textLiteral(option)))}]::text[]`;
    conditions.push(field.columns[0]?.type.kind === 'textList' ? sql`not ${value} <@ ${known}` : sql`not ${value} = any(${known})`);
  }
  if (field.text !== undefined && field.columns[0]?.type.kind === 'text') {
    conditions.push(sql`length(${value}) > ${keyword(String(field.text.maxLength))}`);
    if (field.text.minLength > 0) conditions.push(sql`length(${value}) < ${keyword(String(field.text.minLength))}`);
  }
  const { min, max } = field.decimal ?? {};
  if (min !== undefined) conditions.push(sql`${value} < ${textLiteral(min)}::numeric`);
  if (max !== undefined) conditions.push(sql`${value} > ${textLiteral(max)}::numeric`);
  return conditions;
}

/** What migrations leave in a column must be fit for it, even where nothing else of the field changes. */
export function migratedChecks(changes: Changes, future: FutureTables, change: TableChange): readonly DdlStep[] {
  return [...future.touched(change)].flatMap((name): readonly DdlStep[] => {
    const column = columnOf(change, name);
    if (column === undefined) return [];
    const { object, field, at } = placeOf(change, column.column);
    const step: DdlStep = {
      kind: 'checkMigrated',
      object,
      field,
      risk: 'safe',
      summary: `${at}: what migrations put there must be fit for it.`,
      statements: [],
    };
    const target = change.after.foreignKeys.find((key) => key.column === name)?.target;
    const before = changes.tables.find(({ after }) => after.name === target)?.before?.name;
    const unfit = unfitConditions(change.object.fields[field], ident(name));
    const checks = [
      ...(isBound(column) ? [requiredCheck(future, change, column.column)] : []),
      ...(unfit.length > 0 ? [unfitCheck(future, change, column.column, join(unfit, ' or '))] : []),
      ...(target === undefined || column.how === 'convert' ? [] : [foreignKeyCheck(future, change, column.column, before)]),
    ];
    return checks.map((check) => withCheck(step, check));
  });
}
