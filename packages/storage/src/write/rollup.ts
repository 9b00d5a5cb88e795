// Roll-ups that are worked out anew from the children: min, max and avg at each write, all of them when they are new.
import { bind, ident, join, slot, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { ReadTarget } from '../query/compilation.ts';
import { expressionSql } from '../query/environment.ts';
import type { WriteTarget } from './kept.ts';
import { idCondition } from './row-source.ts';

function rollupSql(target: ReadTarget, field: FieldModel, alias: string): Sql {
  if (field.rollup === undefined) throw new TypeError(`${field.name} is no roll-up.`);
  const value = expressionSql(target, field.rollup.aggregate, { rows: [alias] });
  return field.decimal === undefined ? value : sql`round(${value}, ${field.decimal.scale})`;
}

/** The values of roll-ups of parents that are locked, one column per field under the column's name, with `id`. */
export function rollupValuesStatement(
  target: WriteTarget,
  object: ObjectModel,
  fields: readonly FieldModel[],
  ids: readonly string[],
  slots: Readonly<Record<string, unknown>> = {},
): Statement {
  const wanted = idCondition(ids);
  const key = `roll-ups ${wanted.key} ${fields.map(({ name }) => name).join(' ')}`;
  const statement = target.kept.get(target, object, key, () => {
    const columns = fields.map((field) => sql`${rollupSql(target, field, 't')} as ${ident(field.columns[0]?.name ?? '')}`);
    return sql`select t.id, ${join(columns)} from ${ident(target.schema, object.table)} t where ${wanted.sql(sql`t.id`)}`;
  });
  return bind(statement, { ...slots, ...wanted.slots });
}

/** The next live records behind an id, in its order: `id`, and whether any of the roll-ups, worked out now, `differs` from what is stored. */
export function differingRollupsStatement(
  target: WriteTarget,
  object: ObjectModel,
  fields: readonly FieldModel[],
  { after, first }: { readonly after: string; readonly first: number },
  slots: Readonly<Record<string, unknown>>,
): Statement {
  const key = `differing ${String(first)} ${fields.map(({ name }) => name).join(' ')}`;
  const statement = target.kept.get(target, object, key, () => {
    const differs = fields.map(
      (field) => sql`${ident('t', field.columns[0]?.name ?? '')} is distinct from ${rollupSql(target, field, 't')}`,
    );
    return sql`
    select t.id, (${join(differs, ' or ')}) as differs from ${ident(target.schema, object.table)} t
    where t.id > ${slot('rollups:after')}::uuid and t.deleted_at is null order by t.id limit ${first}`;
  });
  return bind(statement, { ...slots, 'rollups:after': after });
}

/** Works roll-ups out for every record of an object: after they were added or changed. */
export function recomputeStatement(target: ReadTarget, object: ObjectModel, fields: readonly FieldModel[]): Statement {
  const assignments = fields.map((field) => sql`${ident(field.columns[0]?.name ?? '')} = ${rollupSql(target, field, 't')}`);
  return toStatement(sql`update ${ident(target.schema, object.table)} t set ${join(assignments)}`);
}
