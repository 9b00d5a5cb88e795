// Records that steps ask for: a query for each frame, all frames in one statement.
import { bind, ident, join, keyword, sql, type Sql, type Statement } from '@tessera/kernel';
import { conditionSql, sortSql, type Expression, type SortKey } from '@tessera/rules';
import type { Queryable } from '../database.ts';
import { idSql, liveSql } from '../query/columns.ts';
import { objectOf, tableSql } from '../query/compilation.ts';
import { environment } from '../query/environment.ts';
import { withFrame } from '../query/frames.ts';
import type { RuleSlots } from '../write/facts.ts';
import type { WriteTarget } from '../write/kept.ts';
import { columnsOf, recordFields, recordReader, type RecordValues } from '../write/record-rows.ts';
import { boundSlots, boundSource, type FrameRow, type FramesWanted } from './bound.ts';

export interface FrameQuery {
  /** What the query is part of, and with which it is forgotten; `key` tells apart what else is made of it. */
  readonly about: object;
  readonly key: string;
  readonly wanted: FramesWanted;
  readonly object: string;
  /** The frame in which `where` and `sort` stand. */
  readonly frame: number;
  readonly where: Expression | undefined;
  readonly sort: readonly SortKey[];
  readonly first: number | undefined;
  /** Whole records; else their ids alone. */
  readonly whole: boolean;
}

function queryStatement(target: WriteTarget, query: FrameQuery, limit: number): Statement {
  const { about, key, wanted, object, frame, where, sort, first, whole } = query;
  const fixed = `frame query ${key} ${String(first)} ${String(limit)} ${whole ? 'whole' : 'ids'}`;
  return target.kept.get(target, about, fixed, () => {
    const { c, from, frames, index } = boundSource(target, wanted);
    const row = c.nextAlias();
    const rules = environment(c, withFrame(frames, frame, row));
    const conditions = [liveSql(row), ...(where === undefined ? [] : [conditionSql(where, rules)])];
    const order = join([...sortSql(sort, rules), idSql(row)]);
    const most = keyword(String(Math.min(first ?? limit, limit)));
    const fields = recordFields(objectOf(target, object));
    const columns: readonly Sql[] = whole ? columnsOf(fields).map(({ name }) => ident(row, name)) : [idSql(row)];
    const found = sql`
      select ${join(columns)}, row_number() over (order by ${order}) as "#n" from ${tableSql(c, object, row)}
      where ${join(conditions, ' and ')} order by ${order} limit ${most}`;
    return sql`
      select ${index} as "#i", r.* from ${from} cross join lateral (${found}) r order by ${index}, r."#n" limit ${keyword(String(limit))}`;
  });
}

/** A record that was found; `values` has its id alone where no more was asked for. */
export interface FoundRecord {
  readonly id: string;
  readonly values: RecordValues;
}

/** For each row the records found, in the order of the query; at most `limit` in all, of which the last tells that there may be more. */
export async function findForFrames(
  queryable: Queryable,
  target: WriteTarget,
  query: FrameQuery,
  rows: readonly FrameRow[],
  { slots, limit }: { readonly slots: RuleSlots & Readonly<Record<string, unknown>>; readonly limit: number },
): Promise<readonly (readonly FoundRecord[])[]> {
  const found: FoundRecord[][] = rows.map(() => []);
  if (rows.length === 0) return found;
  const bound = { ...slots, ...boundSlots(target, query.wanted, rows) };
  const answer = await queryable.query(bind(queryStatement(target, query, limit), bound));
  const read = query.whole ? recordReader(objectOf(target, query.object)) : undefined;
  for (const row of answer.rows) {
    const id = String(row['id']);
    found[Number(row['#i'])]?.push({ id, values: read?.(row) ?? { id } });
  }
  return found;
}
