// The second half of a plan: under the new names, what is missing is made, filled, and bound.
import type { Sql } from '@tessera/kernel';
import type { Changes, ColumnChange, TableChange } from './change.ts';
import type { PlannedTable } from './carried.ts';
import { foreignKeyCheck, oneOfCheck, uniqueCheck } from './checks.ts';
import type { FutureChanges } from './future.ts';
import { attachedName } from './names.ts';
import { action, alterTable, checkCondition, createIndex, createTable, dropIndex } from './statements.ts';
import { withCheck, type ConcurrentIndex, type DdlStep } from './step.ts';
import type { ForeignKeySpec, IndexSpec } from './tables.ts';

/** New tables with their indexes; nothing of theirs needs a check. */
export function createSteps(changes: Changes, tables: readonly PlannedTable[]): readonly DdlStep[] {
  const { schema } = changes.target;
  return tables
    .filter(({ change }) => change.kind === 'create')
    .map(({ change: { object, after } }) => {
      const primary = after.indexes.find((index) => index.primary)?.name ?? attachedName(after.name, 'id', 'pk');
      const indexes = after.indexes.filter((index) => !index.primary);
      return {
        kind: 'createTable',
        object: object.name,
        risk: 'safe',
        summary: `${object.name} is new: a table with ${after.columns.length} columns and ${indexes.length} indexes.`,
        statements: [
          createTable(schema, after.name, after.columns, primary),
          ...after.checks.map((check) => alterTable(schema, after.name, action.addCheck(check, true))),
          ...indexes.map((index) => createIndex(schema, after.name, index, false)),
        ],
      };
    });
}

/** Validations that an earlier plan has left to be done, under the names of now. */
export function unfinishedValidations(changes: Changes, { change, foreignKeys, checks }: PlannedTable): readonly Sql[] {
  const before = change.before?.name ?? '';
  const waiting = new Set(
    (change.physical?.constraints ?? []).filter((constraint) => !constraint.validated).map((constraint) => constraint.name),
  );
  const duties = change.columns.flatMap((column) => {
    if (column.how !== 'keep' || !column.column.notNull || !change.pendingRequired.has(column.old.name)) return [];
    const names = [
      attachedName(before, column.old.name, 'required'),
      attachedName(change.after.name, column.column.name, 'required'),
    ] as const;
    return [{ old: { name: names[0] }, new: { name: names[1] } }];
  });
  return [...foreignKeys.kept, ...checks.kept, ...duties]
    .filter((kept) => waiting.has(kept.old.name))
    .map((kept) => alterTable(changes.target.schema, change.after.name, action.validate(kept.new.name)));
}

/** Rules on polymorphic lookups. */
export function checkSteps(changes: FutureChanges, { change, checks }: PlannedTable, validations: Sql[]): readonly DdlStep[] {
  if (change.kind === 'create') return [];
  const { schema } = changes.target;
  return checks.fresh.map((check) => {
    validations.push(alterTable(schema, change.after.name, action.validate(check.name)));
    const step: DdlStep = {
      kind: 'addCheck',
      object: change.object.name,
      field: check.field,
      risk: 'safe',
      summary: `${change.object.name}.${check.field} points to ${check.kind === 'one' ? 'exactly' : 'at most'} one record.`,
      statements: [alterTable(schema, change.after.name, action.addCheck(check, false))],
    };
    return withCheck(step, oneOfCheck(changes.future, change, check.columns, checkCondition(check), check.field));
  });
}

export function indexSteps(changes: FutureChanges, { change, indexes }: PlannedTable, later: ConcurrentIndex[]): readonly DdlStep[] {
  if (change.kind === 'create') return [];
  const { schema } = changes.target;
  const fresh = indexes.fresh.filter((index) => !index.primary);
  return fresh.map((index) => {
    if (change.large) later.push(concurrentIndex(schema, change, index));
    const what = index.unique ? `${index.subject} becomes unique` : `${index.subject} gets an index`;
    const step: DdlStep = {
      kind: index.unique ? 'addUnique' : 'createIndex',
      object: change.object.name,
      ...(index.field === undefined ? {} : { field: index.field }),
      risk: change.large ? 'safe' : 'locks',
      summary: `${change.object.name}: ${what}${change.large ? ', built after the change while work goes on' : ''}.`,
      statements: change.large ? [] : [createIndex(schema, change.after.name, index, false)],
    };
    return index.unique ? withCheck(step, uniqueCheck(changes.future, change, index)) : step;
  });
}

function concurrentIndex(schema: string, change: TableChange, index: IndexSpec): ConcurrentIndex {
  const { name } = index;
  return {
    object: change.object.name,
    name,
    create: createIndex(schema, change.after.name, index, true),
    drop: dropIndex(schema, name, true),
  };
}

/** Foreign keys come last: all tables are there. Those of tables with rows are validated after the commit. */
export function foreignKeySteps(changes: FutureChanges, tables: readonly PlannedTable[], validations: Sql[]): readonly DdlStep[] {
  const { schema } = changes.target;
  const oldNames = new Map(tables.map(({ change }) => [change.after.name, change.before?.name]));
  return tables.flatMap(({ change, foreignKeys }): readonly DdlStep[] => {
    const add = (key: ForeignKeySpec, valid: boolean): Sql =>
      alterTable(schema, change.after.name, action.addForeignKey(schema, key, valid));
    const base = { kind: 'addForeignKey', object: change.object.name, risk: 'safe' } as const;
    if (change.kind === 'create') {
      if (foreignKeys.fresh.length === 0) return [];
      const statements = foreignKeys.fresh.map((key) => add(key, true));
      return [{ ...base, summary: `${change.object.name}: ${statements.length} lookups are bound to their targets.`, statements }];
    }
    return foreignKeys.fresh.map((key) => {
      validations.push(alterTable(schema, change.after.name, action.validate(key.name)));
      const summary = `${change.object.name}: ${key.column} must point to a record of ${key.target}.`;
      const step = { ...base, ...(key.field === undefined ? {} : { field: key.field }), summary, statements: [add(key, false)] };
      const column = change.columns.find((candidate) => candidate.column.name === key.column);
      const pointsElsewhere =
        column?.how === 'convert' || (column?.how === 'keep' && !change.rewrite && !isSameTarget(changes, change, column, key));
      return pointsElsewhere ? withCheck(step, foreignKeyCheck(changes.future, change, column.column, oldNames.get(key.target))) : step;
    });
  });
}

/** A foreign key that was there and is only made again (its target was written anew) needs no look at the rows. */
function isSameTarget(
  changes: Changes,
  change: TableChange,
  column: Extract<ColumnChange, { readonly how: 'keep' }>,
  key: ForeignKeySpec,
): boolean {
  const target = changes.tables.find((candidate) => candidate.after.name === key.target);
  return (
    target?.rewrite === true &&
    (change.before?.foreignKeys ?? []).some((old) => old.column === column.old.name && old.target === target.before?.name)
  );
}
