// Commit checks: conditions over records as they are now stored.
import { ident, join, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import type { ReadTarget } from '../query/compilation.ts';
import { expressionSql } from '../query/environment.ts';

/** Rows `id`, `record_type`, `c0`, `c1` … of the live records for which any of the conditions holds. */
export function conditionsStatement(
  target: ReadTarget,
  object: ObjectModel,
  conditions: readonly Expression[],
  ids: readonly string[],
): Statement {
  const columns = conditions.map((condition, n) => sql`${expressionSql(target, condition, { rows: ['t'] })} as ${ident(`c${String(n)}`)}`);
  const any = conditions.map((_, n) => sql`x.${ident(`c${String(n)}`)}`);
  return toStatement(sql`
    select * from (
      select t.id, t.record_type, ${join(columns)} from ${ident(target.schema, object.table)} t
      where t.id = any(${ids}::uuid[]) and t.deleted_at is null
    ) x where ${join(any, ' or ')}`);
}
