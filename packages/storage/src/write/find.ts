// Finds the records that an import means by the values of a field or key.
import { ident, join, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, type Expression } from '@tessera/rules';
import { startCompilation, tableSql, type ReadTarget } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import type { UniqueKey } from './diagnose.ts';
import { columnsOf, recordset, rowOf, type RecordValues } from './record-rows.ts';

/**
 * For each of the value sets that live records have: its place `i`, the number `n` of such records, and the `id` of one of them.
 * @param where what else a record must meet (frame 0 is the record); its slots are still to be bound
 */
export function findMatchesStatement(
  target: ReadTarget,
  object: ObjectModel,
  key: Pick<UniqueKey, 'fields' | 'where'>,
  records: readonly RecordValues[],
  where?: Expression,
): Statement {
  const c = startCompilation(target);
  const row = c.nextAlias();
  const columns = columnsOf(key.fields);
  const rows = records.map((record, i) => ({ i, ...rowOf(key.fields, record) }));
  const conditions = [key.where, where].filter((condition) => condition !== undefined);
  const all = [
    ...columns.map((column) => sql`${ident(row, column.name)} = r.${ident(column.name)}`),
    ...conditions.map((condition) => conditionSql(condition, rowEnvironment(c, row))),
    sql`${ident(row)}.deleted_at is null`,
  ];
  return toStatement(sql`
    select r.i, count(*)::integer as n, (array_agg(${ident(row)}.id order by ${ident(row)}.id))[1]::text as id
    from ${recordset(rows, columns, 'r', [sql`i integer`])}
    join ${tableSql(c, object.name, row)} on ${join(all, ' and ')}
    group by r.i`);
}
