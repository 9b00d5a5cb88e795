// Why a record was not written: a lookup without a live target, or a unique key that another record has.
import { bind, ident, join, slot, sql, toStatement, type Statement } from '@tessera/kernel';
import type { FieldModel, KeyModel, ObjectModel } from '@tessera/metadata';
import { conditionSql, type Expression } from '@tessera/rules';
import { objectOf, startCompilation, type ReadTarget } from '../query/compilation.ts';
import { expressionSql, rowEnvironment } from '../query/environment.ts';
import type { WriteTarget } from './kept.ts';
import { columnsOf, recordset, rowOf, recordFields, type RecordValues } from './record-rows.ts';

/** Something that must be unique: a field's value or a key's. */
export interface UniqueKey {
  readonly name: string;
  readonly fields: readonly FieldModel[];
  readonly where: KeyModel['where'];
  readonly key: KeyModel | undefined;
}

export function uniqueKeys(object: ObjectModel): readonly UniqueKey[] {
  const single = recordFields(object)
    .filter((field) => field.unique)
    .map((field): UniqueKey => ({ name: field.name, fields: [field], where: undefined, key: undefined }));
  const keys = Object.values(object.keys)
    .filter((key) => key.unique)
    .map((key): UniqueKey => ({
      name: key.name,
      fields: key.fields.map((name) => object.fields[name]).filter((field): field is FieldModel => field !== undefined),
      where: key.where,
      key,
    }));
  return [...single, ...keys];
}

/**
 * For each record (`i`) and each unique key (`k0`, `k1` …): does another live record of the table have its values. And for each
 * lookup column (`l_<column>`): does it point to nothing.
 */
export function diagnoseStatement(target: ReadTarget, object: ObjectModel, records: readonly RecordValues[]): Statement {
  const fields = recordFields(object);
  const rows = records.map((record, i) => ({ i, ...rowOf(fields, record) }));
  const table = ident(target.schema, object.table);
  const taken = uniqueKeys(object).map((key, n) => {
    const same = key.fields.flatMap((field) => field.columns.map((column) => sql`o.${ident(column.name)} = r.${ident(column.name)}`));
    const wheres =
      key.where === undefined ? [] : [expressionSql(target, key.where, { rows: ['o'] }), expressionSql(target, key.where, { rows: ['r'] })];
    return sql`exists (select 1 from ${table} o where ${join([...same, ...wheres, sql`o.deleted_at is null`, sql`o.id <> r.id`], ' and ')}) as ${ident(`k${String(n)}`)}`;
  });
  const missing = columnsOf(fields)
    .filter((column) => column.references !== undefined)
    .map((column) => {
      const parent = ident(target.schema, objectOf(target, column.references ?? '').table);
      const reference = sql`r.${ident(column.name)}`;
      return sql`(${reference} is not null and not exists (select 1 from ${parent} p where p.id = ${reference} and p.deleted_at is null)) as ${ident(`l_${column.name}`)}`;
    });
  return toStatement(sql`
    select r.i, ${join([...taken, ...missing, sql`exists (select 1 from ${table} o where o.id = r.id) as same_id`])}
    from ${recordset(rows, columnsOf(fields), 'r', [sql`i integer`])} order by r.i`);
}

/**
 * The live records that have a key's values: `i` of the asked-for record and the `id` found. They are locked, so that they keep the key
 * until they are written.
 * @param where what else a record must meet (frame 0 is the record); one that does not is as if it were not there
 */
export function findByKeyStatement(
  target: WriteTarget,
  object: ObjectModel,
  key: UniqueKey,
  records: readonly RecordValues[],
  { where, slots }: { readonly where?: Expression | undefined; readonly slots?: Readonly<Record<string, unknown>> } = {},
): Statement {
  const columns = columnsOf(key.fields);
  const rows = records.map((record, i) => ({ i, ...rowOf(key.fields, record) }));
  const statement = target.kept.get(target, where ?? object, `find ${object.name} ${key.name}`, () => {
    const same = columns.map((column) => sql`o.${ident(column.name)} = r.${ident(column.name)}`);
    const c = startCompilation(target);
    const conditions = [key.where, where].filter((condition) => condition !== undefined);
    const met = conditions.map((condition) => conditionSql(condition, rowEnvironment(c, 'o')));
    return sql`
    select r.i, o.id from ${recordset(slot('find:rows'), columns, 'r', [sql`i integer`])}
    join ${ident(target.schema, object.table)} o on ${join([...same, ...met, sql`o.deleted_at is null`], ' and ')}
    order by o.id for no key update of o`;
  });
  return bind(statement, { ...slots, 'find:rows': JSON.stringify(rows) });
}
