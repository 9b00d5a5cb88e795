// Locks and updates a set of records.
import { bind, ident, join, keyword, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { ReadTarget } from '../query/compilation.ts';
import type { Log } from './changes.ts';
import { carriedColumns } from './engine-columns.ts';
import { returningSql, withParts, type AllStatements } from './insert.ts';
import type { WriteTarget } from './kept.ts';
import { columnList, columnsOf, recordset, recordFields, rowOf, type RecordValues } from './record-rows.ts';
import type { ReturnedTexts } from './returning.ts';
import { idCondition, RowSource, writtenColumns, type WrittenColumn } from './row-source.ts';
import { liveTargets, mustTargetStatements } from './targets.ts';

/**
 * The stored values of records, locked in the order of their ids. `no key update` lets others point to them meanwhile; `update`
 * does not, which is what a delete needs. `skip` leaves out those that are in other hands.
 */
export function lockStatement(
  target: WriteTarget,
  object: ObjectModel,
  ids: readonly string[],
  options: { readonly strength: 'no key update' | 'update'; readonly deleted?: boolean; readonly skip?: boolean },
): Statement {
  const { strength, deleted = false, skip = false } = options;
  const wanted = idCondition(ids);
  const statement = target.kept.get(target, object, `lock ${wanted.key} ${strength} ${String(deleted)} ${String(skip)}`, () => {
    const columns = columnList(columnsOf(recordFields(object)), 't');
    return sql`
    select ${columns}, t.deletion_id from ${ident(target.schema, object.table)} t
    where ${wanted.sql(sql`t.id`)} and t.deleted_at ${deleted ? sql`is not null` : sql`is null`}
    order by t.id for ${keyword(strength)}${skip ? sql` skip locked` : sql``}`;
  });
  return bind(statement, wanted.slots);
}

function idOf(object: ObjectModel): FieldModel {
  const { id } = object.fields;
  if (id === undefined) throw new TypeError(`${object.name} has no id.`);
  return id;
}

interface Changing {
  readonly id: WrittenColumn;
  readonly assigned: readonly WrittenColumn[];
  readonly source: RowSource;
  /** Tells the texts apart. */
  readonly key: string;
}

function changing(target: WriteTarget, object: ObjectModel, fields: readonly FieldModel[], records: readonly RecordValues[]): Changing {
  const carried = carriedColumns(records);
  const own = `${carried.join(' ')} ${fields.map(({ name }) => name).join(' ')}`;
  const columns = target.kept.keep(target, object, `assigned ${own}`, () => writtenColumns([idOf(object), ...fields], carried));
  const source = new RowSource(columns, records);
  const [id, ...assigned] = columns;
  if (id === undefined) throw new TypeError(`${object.name} has no id.`);
  return { id, assigned, source, key: `${own} ${source.key}` };
}

/** `update … set … where q1.id = …`, to which conditions may be added. */
function updateSql({ schema }: WriteTarget, { table }: ObjectModel, { id, assigned, source }: Changing): Sql {
  const assignments = assigned.map((column) => sql`${ident(column.name)} = ${source.value(column)}`);
  return sql`update ${ident(schema, table)} q1 set ${join(assignments)}${source.from} where q1.id = ${source.value(id)}`;
}

function bound(statement: Statement, { source }: Changing, records: readonly RecordValues[], more: Log['slots'] = {}): Statement {
  const slots: Record<string, unknown> = { ...more };
  source.fill(slots, records);
  return bind(statement, slots);
}

/**
 * Updates records that are locked already. Every row gets all columns of `fields`; a row whose lookups point to a record that
 * is not there is left out. Gives `id` and `version`.
 */
export function updateStatement(
  target: WriteTarget,
  object: ObjectModel,
  fields: readonly FieldModel[],
  records: readonly RecordValues[],
): Statement {
  const made = changing(target, object, fields, records);
  const statement = target.kept.get(target, object, `update ${made.key}`, () => {
    const { parts, condition } = liveTargets(target, made.assigned, made.source);
    return sql`${withParts([...made.source.parts, ...parts])}${updateSql(target, object, made)} and ${condition} returning q1.id, q1.version`;
  });
  return bound(statement, made, records);
}

/** Updates all of the records, which are locked already, with their history and outbox entry, or fails. */
export function updateAllStatements(
  target: WriteTarget,
  object: ObjectModel,
  fields: readonly FieldModel[],
  records: readonly RecordValues[],
  log: Log,
  texts?: ReturnedTexts,
): AllStatements {
  const made = changing(target, object, fields, records);
  const statement = target.kept.get(target, texts?.json ?? object, `update all ${log.key} ${made.key}`, () => {
    const parts = withParts([...made.source.parts, ...log.parts()]);
    return sql`${parts}${updateSql(target, object, made)}${returningSql(texts)}`;
  });
  return {
    before: mustTargetStatements(target, object, made.assigned, records),
    write: bound(statement, made, records, { ...texts?.slots, ...log.slots }),
  };
}

/** Sets columns of locked rows without history and without telling anybody: stored roll-ups of parents. */
export function setStatement(
  target: ReadTarget,
  object: ObjectModel,
  fields: readonly FieldModel[],
  records: readonly RecordValues[],
): Statement {
  const id = idOf(object);
  const columns = columnsOf(fields);
  const rows = records.map((record) => rowOf([id, ...fields], record));
  const assignments = join(columns.map((column) => sql`${ident(column.name)} = i.${ident(column.name)}`));
  return toStatement(sql`
    update ${ident(target.schema, object.table)} t set ${assignments}
    from ${recordset(rows, [...id.columns, ...columns], 'i')} where t.id = i.id`);
}
