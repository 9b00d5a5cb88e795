// What live records will be like after a plan, told before it: which of them a condition holds for, and the texts of a field.
import { ident, keyword, sql, toStatement } from '@tessera/kernel';
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

/** Rows that are looked at in one go. */
const fetched = keyword('5000');

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

/**
 * Which live records have a text that is unfit: for what only this process can tell.
 * @param queryable a transaction
 * @param column of the object's table, as the plan leaves it
 */
export async function futureTexts(
  queryable: Queryable,
  { future }: Pick<DdlPlan, 'future'>,
  { to, object, column, now }: { readonly to: Model; readonly object: string; readonly column: string; readonly now: string },
  isUnfit: (text: string) => boolean,
): Promise<FutureRecords> {
  const change = future.change(object);
  if (change === undefined) return { count: 0, ids: [] };
  const [cursor, text] = [ident('future_texts'), stepColumn(column)];
  const rows = sql`
    select ${stepColumn('id')}::text as id, ${text} as text from ${future.rows(change, 'levelled')} as ${ident(stepRow)}
    where ${stepColumn('deleted_at')} is null and ${text} is not null order by ${stepColumn('id')}`;
  const known = { now, zone: to.settings.timeZone, user: null, roles: [] };
  await queryable.query(toStatement(sql`declare ${cursor} no scroll cursor for ${bound(rows, known)}`));
  const ids: string[] = [];
  let count = 0;
  for (;;) {
    const { rows: part } = await queryable.query(toStatement(sql`fetch ${fetched} from ${cursor}`));
    if (part.length === 0) break;
    for (const row of part) {
      if (!isUnfit(String(row['text']))) continue;
      count += 1;
      if (ids.length < mostIds) ids.push(String(row['id']));
    }
  }
  await queryable.query(toStatement(sql`close ${cursor}`));
  return { count, ids };
}
