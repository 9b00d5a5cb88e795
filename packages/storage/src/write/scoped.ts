// Records that one piece of work answers for, by the values that they share; and the right to work on them alone.
import { bind, ident, join, slot, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql } from '@tessera/rules';
import { lockKey } from '../cell/names.ts';
import { startCompilation } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import type { UniqueKey } from './diagnose.ts';
import type { WriteTarget } from './kept.ts';
import { columnList, columnsOf, recordFields, recordset, rowOf, type RecordValues } from './record-rows.ts';

/**
 * The live records under a key that have the values of some of its fields: all stored columns, and the place `#i` of the values that they
 * have. They are locked in the order of their ids.
 */
export function scopedRecordsStatement(
  target: WriteTarget,
  object: ObjectModel,
  key: Pick<UniqueKey, 'name' | 'fields' | 'where'>,
  scopes: readonly RecordValues[],
): Statement {
  const { name, fields, where } = key;
  const kept = `scoped ${name} ${fields.map((field) => field.name).join(' ')}`;
  const statement = target.kept.get(target, object, kept, () => {
    const same = columnsOf(fields).map((column) => sql`o.${ident(column.name)} = r.${ident(column.name)}`);
    const met = where === undefined ? [] : [conditionSql(where, rowEnvironment(startCompilation(target), 'o'))];
    return sql`
    select r.i as "#i", ${columnList(columnsOf(recordFields(object)), 'o')}
    from ${recordset(slot('scoped:rows'), columnsOf(fields), 'r', [sql`i integer`])}
    join ${ident(target.schema, object.table)} o on ${join([...same, ...met, sql`o.deleted_at is null`], ' and ')}
    order by o.id for no key update of o`;
  });
  return bind(statement, { 'scoped:rows': JSON.stringify(scopes.map((values, i) => ({ i, ...rowOf(fields, values) }))) });
}

/** A transaction holds at most so many of these locks: PostgreSQL's table of locks is small. Names that share one wait for each other. */
const scopeLocks = 256;

/** Waits until no other transaction works under any of these names, and keeps others out until this one ends. */
export function lockScopesStatement(schema: string, names: Iterable<string>): Statement {
  const places = new Set([...names].map((name) => String(BigInt.asUintN(64, BigInt(lockKey(name))) % BigInt(scopeLocks))));
  const keys = [...places].map((place) => lockKey(`${schema} scope ${place}`));
  return toStatement(sql`
    select pg_advisory_xact_lock(k.key) from (select unnest(${keys}::bigint[]) as key order by 1) k`);
}
