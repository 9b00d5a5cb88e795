// Commit checks: conditions over records as they are now stored.
import { bind, ident, join, sql, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import { expressionSql } from '../query/environment.ts';
import type { WriteTarget } from './kept.ts';
import { idCondition } from './row-source.ts';

/** Rows `id`, `record_type`, `c0`, `c1` … of the live records for which any of the object's commit checks, which these are, holds. */
export function conditionsStatement(
  target: WriteTarget,
  object: ObjectModel,
  conditions: readonly Expression[],
  ids: readonly string[],
  slots: Readonly<Record<string, unknown>>,
): Statement {
  const wanted = idCondition(ids);
  const statement = target.kept.get(target, object, `checks ${wanted.key}`, () => {
    const columns = conditions.map(
      (condition, n) => sql`${expressionSql(target, condition, { rows: ['t'] })} as ${ident(`c${String(n)}`)}`,
    );
    const any = conditions.map((_, n) => sql`x.${ident(`c${String(n)}`)}`);
    return sql`
    select * from (
      select t.id, t.record_type, ${join(columns)} from ${ident(target.schema, object.table)} t
      where ${wanted.sql(sql`t.id`)} and t.deleted_at is null
    ) x where ${join(any, ' or ')}`;
  });
  return bind(statement, { ...slots, ...wanted.slots });
}
