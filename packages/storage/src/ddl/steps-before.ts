// The first half of a plan: what is in the way goes, what is dropped is set aside, and names move to where they belong.
import { ident, join, sql } from '@tessera/kernel';
import type { Changes, GoneTable, TableChange } from './change.ts';
import type { PlannedTable } from './carried.ts';
import { attachedName, isNewName } from './names.ts';
import type { PhysicalColumn } from './physical.ts';
import { orderRenames, type Rename } from './renames.ts';
import {
  action,
  alterTable,
  commentOnColumn,
  commentOnTable,
  createTable,
  dropIndex,
  dropTable,
  renameIndex,
  renameTable,
} from './statements.ts';
import type { DdlStep } from './step.ts';
import type { ColumnSpec, IndexSpec } from './tables.ts';

/** Constraints and indexes that end, or that stand on what is set aside or written anew. Everything still has its old name. */
export function freeingSteps(changes: Changes, tables: readonly PlannedTable[]): readonly DdlStep[] {
  const schema = changes.target.schema;
  const foreignKeys: DdlStep[] = [];
  const others: DdlStep[] = [];
  for (const { change, ...hanging } of tables) {
    const { before } = change;
    if (before === undefined) continue;
    const about = { object: change.object.name, risk: 'safe' } as const;
    for (const key of hanging.foreignKeys.ended) {
      const statements = [alterTable(schema, before.name, action.dropConstraint(key.name))];
      foreignKeys.push({
        ...about,
        kind: 'dropForeignKey',
        ...ofField(key.field),
        summary: `${before.object}: ${key.column} no longer points to ${key.target}.`,
        statements,
      });
    }
    for (const check of hanging.checks.ended) {
      const statements = [alterTable(schema, before.name, action.dropConstraint(check.name))];
      others.push({
        ...about,
        kind: 'dropCheck',
        field: check.field,
        summary: `${before.object}.${check.field}: the rule on its targets ends.`,
        statements,
      });
    }
    for (const index of hanging.indexes.ended.filter((ended) => !ended.primary)) {
      const statements = [dropIndex(schema, index.name)];
      others.push({
        ...about,
        kind: 'dropIndex',
        ...ofField(index.field),
        summary: `${before.object}: the index of ${index.subject} ends.`,
        statements,
      });
    }
    others.push(...leftoverIndexes(changes, change), ...endedDuties(changes, change));
  }
  return [...foreignKeys, ...changes.goneTables.flatMap((table) => goneTableConstraints(schema, table)), ...others];
}

function ofField(field: string | undefined): { readonly field?: string } {
  return field === undefined ? {} : { field };
}

/** Indexes whose building after an earlier commit was broken off: they serve nothing and hold the name. */
function leftoverIndexes(changes: Changes, change: TableChange): readonly DdlStep[] {
  return (change.physical?.indexes ?? [])
    .filter((index) => !index.valid)
    .map((index) => ({
      kind: 'dropIndex',
      object: change.object.name,
      risk: 'safe',
      summary: `${change.object.name}: an unfinished index (${index.name}) is removed.`,
      statements: [dropIndex(changes.target.schema, index.name)],
    }));
}

/** Duties to be filled that still wait for their validation, on columns that lose the duty. */
function endedDuties(changes: Changes, change: TableChange): readonly DdlStep[] {
  const { before } = change;
  if (before === undefined) return [];
  const kept = new Set(change.columns.flatMap((column) => (column.how === 'keep' && column.column.notNull ? [column.old.name] : [])));
  return [...change.pendingRequired]
    .filter((name) => !kept.has(name))
    .map((name) => ({
      kind: 'dropCheck',
      object: change.object.name,
      risk: 'safe',
      summary: `${change.object.name}: ${name} need no longer be filled.`,
      statements: [alterTable(changes.target.schema, before.name, action.dropConstraint(attachedName(before.name, name, 'required')))],
    }));
}

function goneTableConstraints(schema: string, { spec }: GoneTable): readonly DdlStep[] {
  return spec.foreignKeys.map((key) => ({
    kind: 'dropForeignKey',
    object: spec.object,
    ...ofField(key.field),
    risk: 'safe',
    summary: `${spec.object}: ${key.column} no longer points to ${key.target}.`,
    statements: [alterTable(schema, spec.name, action.dropConstraint(key.name))],
  }));
}

/** Tables that have had too many columns are copied; indexes and constraints follow with those that are new. */
export function rewriteSteps(changes: Changes): readonly DdlStep[] {
  const schema = changes.target.schema;
  return changes.tables.flatMap((change) => {
    const { before, physical } = change;
    if (!change.rewrite || before === undefined || physical === undefined) return [];
    const copy = `_copy_of_${before.name}`.slice(0, 63);
    const columns = physical.columns.filter((column) => !isNewName(column.name));
    const names = join(columns.map((column) => ident(column.name)));
    const primary = attachedName(before.name, 'id', 'pk');
    return [
      {
        kind: 'rewriteTable',
        object: change.object.name,
        risk: 'rewrites',
        summary: `${change.object.name} has had ${physical.attributes} columns, dropped ones included; its table is copied to make room for more.`,
        statements: [
          createTable(schema, copy, columns.map(asSpec), `_copy_of_${primary}`.slice(0, 63)),
          sql`insert into ${ident(schema, copy)} (${names}) select ${names} from ${ident(schema, before.name)}`,
          dropTable(schema, before.name),
          renameTable(schema, copy, before.name),
          renameIndex(schema, `_copy_of_${primary}`.slice(0, 63), primary),
          ...columns.flatMap(({ name, comment }) => (comment === undefined ? [] : [commentOnColumn(schema, before.name, name, comment)])),
        ],
      } satisfies DdlStep,
    ];
  });
}

function asSpec(column: PhysicalColumn): ColumnSpec {
  return { ...column, type: { kind: 'text' }, field: undefined, fill: undefined };
}

/** Objects and fields that the new Model no longer has, and old columns of changed type. */
export function setAsideSteps(changes: Changes): readonly DdlStep[] {
  const { schema, retentionDays = 30 } = changes.target;
  const fate = `set aside with its data and can be brought back for ${retentionDays} days`;
  const tables = changes.goneTables.map(({ spec, aside, physical }): DdlStep => {
    const own = [...spec.indexes, ...(physical?.indexes ?? [])].filter((index) => !index.primary).map((index) => index.name);
    const duties = (physical?.constraints ?? []).filter((constraint) => constraint.kind === 'check').map((constraint) => constraint.name);
    const pk = spec.indexes.find((index) => index.primary)?.name ?? attachedName(spec.name, 'id', 'pk');
    const note = noteOf(changes, { object: spec.object });
    return {
      kind: 'setAside',
      object: spec.object,
      risk: 'losesData',
      summary: `${spec.object} is gone: its table is ${fate}.`,
      statements: [
        ...[...new Set(own)].map((name) => dropIndex(schema, name)),
        ...[...new Set([...spec.checks.map((check) => check.name), ...duties])].map((name) =>
          alterTable(schema, spec.name, action.dropConstraint(name)),
        ),
        renameTable(schema, spec.name, aside),
        renameIndex(schema, pk, attachedName(aside, 'id', 'pk')),
        ...(note === undefined ? [] : [commentOnTable(schema, aside, note)]),
      ],
    };
  });
  const columns = changes.tables.flatMap((change) => {
    const leaving = (old: ColumnSpec, aside: string, converted: boolean): DdlStep => ({
      kind: 'setAside',
      object: change.object.name,
      field: old.field ?? old.name,
      risk: converted ? 'safe' : 'losesData',
      summary: converted
        ? `${change.object.name}.${old.field ?? old.name}: the column of the old type is ${fate}.`
        : `${change.object.name}.${old.field ?? old.name} is gone: its column is ${fate}.`,
      statements: asideStatements(changes, change, old, aside),
    });
    return [
      ...change.gone.map(({ old, aside }) => leaving(old, aside, false)),
      ...change.columns.flatMap((column) => (column.how === 'convert' ? [leaving(column.old, column.aside, true)] : [])),
    ];
  });
  return [...tables, ...columns];
}

function asideStatements(changes: Changes, change: TableChange, old: ColumnSpec, aside: string): DdlStep['statements'] {
  const { schema } = changes.target;
  const table = change.before?.name ?? change.after.name;
  const note = noteOf(changes, { object: change.object.name, field: old.field ?? old.name });
  return [
    ...(old.notNull ? [alterTable(schema, table, action.dropNotNull(old.name))] : []),
    ...(old.default === undefined ? [] : [alterTable(schema, table, action.setDefault(old.name, undefined))]),
    alterTable(schema, table, action.renameColumn(old.name, aside)),
    ...(note === undefined ? [] : [commentOnColumn(schema, table, aside, note)]),
  ];
}

function noteOf(changes: Changes, what: Readonly<Record<string, string>>): string | undefined {
  return changes.target.now === undefined ? undefined : JSON.stringify({ ...what, setAside: changes.target.now });
}

/** Tables first, then everything inside them under the new table names. Circles go over a temporary name. */
export function renameSteps(changes: Changes, tables: readonly PlannedTable[]): readonly DdlStep[] {
  const { schema } = changes.target;
  const moved = tables.flatMap(({ change }) => (change.before === undefined ? [] : [{ from: change.before.name, to: change.after.name }]));
  const owners = new Map(tables.map(({ change }) => [change.after.name, change.object.name]));
  const steps: DdlStep[] = orderRenames(moved, (n) => `_moving_${n}`).map((rename) => {
    const back = tables.find(({ change }) => change.kind === 'restore' && change.before?.name === rename.from);
    const object = owners.get(rename.to) ?? rename.to;
    const statements = [renameTable(schema, rename.from, rename.to)];
    if (back === undefined)
      return {
        kind: 'renameTable',
        object,
        risk: 'safe',
        summary: `Table ${rename.from} becomes ${rename.to}, with its data.`,
        statements,
      };
    if (back.change.physical?.comment !== undefined) statements.push(commentOnTable(schema, rename.to, undefined));
    return { kind: 'restore', object, risk: 'safe', summary: `${object} comes back with the data that was set aside.`, statements };
  });
  for (const { change } of tables) steps.push(...columnRenames(schema, change));
  for (const table of tables) steps.push(...constraintRenames(schema, table));
  return [...steps, ...indexRenames(schema, tables)];
}

function columnRenames(schema: string, change: TableChange): readonly DdlStep[] {
  const renames = change.columns.flatMap((column) => (column.how === 'keep' ? [{ from: column.old.name, to: column.column.name }] : []));
  const fields = new Map(change.columns.map((column) => [column.column.name, column.column.field]));
  return orderRenames(renames, (n) => `_moving_${n}`).map((rename) => ({
    kind: 'renameColumn',
    object: change.object.name,
    ...ofField(fields.get(rename.to)),
    risk: 'safe',
    summary: `${change.object.name}: column ${rename.from} becomes ${rename.to}, with its data.`,
    statements: [alterTable(schema, change.after.name, action.renameColumn(rename.from, rename.to))],
  }));
}

function constraintRenames(schema: string, { change, foreignKeys, checks }: PlannedTable): readonly DdlStep[] {
  const before = change.before?.name;
  if (before === undefined) return [];
  const duties = change.columns.flatMap((column): Rename[] => {
    if (column.how !== 'keep' || !column.column.notNull || !change.pendingRequired.has(column.old.name)) return [];
    return [
      { from: attachedName(before, column.old.name, 'required'), to: attachedName(change.after.name, column.column.name, 'required') },
    ];
  });
  const renames = [...foreignKeys.kept, ...checks.kept].map((kept) => ({ from: kept.old.name, to: kept.new.name }));
  const statements = orderRenames([...renames, ...duties], (n) => `_moving_${n}`).map((rename) =>
    alterTable(schema, change.after.name, action.renameConstraint(rename.from, rename.to)),
  );
  if (statements.length === 0) return [];
  return [
    {
      kind: 'renameConstraint',
      object: change.object.name,
      risk: 'safe',
      summary: `${change.object.name}: constraints follow the new names.`,
      statements,
    },
  ];
}

/** Indexes share one space of names in the schema. */
function indexRenames(schema: string, tables: readonly PlannedTable[]): readonly DdlStep[] {
  const kept = tables.flatMap(({ change, indexes }) =>
    indexes.kept.map((pair: { old: IndexSpec; new: IndexSpec }) => ({ change, from: pair.old.name, to: pair.new.name })),
  );
  const owners = new Map(kept.flatMap(({ change, from, to }) => [[to, change.object.name] as const, [from, change.object.name] as const]));
  const steps: { object: string; statements: DdlStep['statements'] }[] = [];
  for (const rename of orderRenames(kept, (n) => `_moving_${n}`)) {
    const object = owners.get(rename.to) ?? owners.get(rename.from) ?? '';
    const last = steps.at(-1);
    const statement = renameIndex(schema, rename.from, rename.to);
    if (last?.object === object) last.statements = [...last.statements, statement];
    else steps.push({ object, statements: [statement] });
  }
  return steps.map(({ object, statements }) => ({
    kind: 'renameIndex',
    object,
    risk: 'safe',
    summary: `${object}: indexes follow the new names.`,
    statements,
  }));
}
