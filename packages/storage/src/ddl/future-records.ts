// Which live records a condition will hold for after a plan, told before it.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { conditionSql, type Expression } from '@tessera/rules';
import { startCompilation } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import type { Queryable } from '../database.ts';
import { bound, stepColumn, stepRow } from './row-steps.ts';
import type { DdlPlan } from './step.ts';

export interface FutureRecords {
  readonly count: number;
  /** Of the first 200, in their order. */
  readonly ids: readonly string[];
}

const mostIds = 200;

/**
 * @param to the Model that the plan leads to, in which the condition stands
 * @param now RFC 3339
 */
export async function futureRecords(
  queryable: Queryable,
  { future }: Pick<DdlPlan, 'future'>,
  { to, object, condition, now }: { readonly to: Model; readonly object: string; readonly condition: Expression; readonly now: string },
): Promise<FutureRecords> {
  const change = future.change(object);
  if (change === undefined) return { count: 0, ids: [] };
  const target = { model: to, schema: future.schema, rowsOf: (name: string) => future.inPlace(name) };
  const holds = conditionSql(condition, rowEnvironment(startCompilation(target), stepRow));
  const rows = sql`select ${stepColumn('id')} as id from ${future.rows(change, 'levelled')} as ${ident(stepRow)} where ${stepColumn('deleted_at')} is null and (${holds})`;
  const counted = sql`
    with r as materialized (${rows})
    select (select count(*)::integer from r) as count, array(select r.id::text from r order by r.id limit ${mostIds}) as ids`;
  const statement = toStatement(bound(counted, { now, zone: to.settings.timeZone, user: null, roles: [] }));
  const [row] = (await queryable.query(statement)).rows;
  return { count: Number(row?.['count'] ?? 0), ids: (row?.['ids'] ?? []) as string[] };
}
