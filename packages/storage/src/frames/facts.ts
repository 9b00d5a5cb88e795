// What rules need beyond the records of their frames, for all frames in one statement.
import { bind, ident, join, sql, type Statement } from '@tessera/kernel';
import { toSql, type Expression, type Value } from '@tessera/rules';
import type { Queryable } from '../database.ts';
import { environment } from '../query/environment.ts';
import { asText, fromText, type RuleSlots } from '../write/facts.ts';
import type { WriteTarget } from '../write/kept.ts';
import { boundSlots, boundSource, type FrameRow, type FramesWanted } from './bound.ts';

export interface FrameFacts {
  /** What the expressions are part of, and with which they are forgotten; `key` tells apart what else is made of it. */
  readonly about: object;
  readonly key: string;
  readonly wanted: FramesWanted;
  readonly expressions: readonly Expression[];
}

function factsStatement(target: WriteTarget, { about, key, wanted, expressions }: FrameFacts): Statement {
  return target.kept.get(target, about, `frame facts ${key}`, () => {
    const { c, from, frames, index } = boundSource(target, wanted);
    const columns = expressions.map(
      (expression, n) => sql`${asText(toSql(expression, environment(c, frames)), expression.type)} as ${ident(`x${String(n)}`)}`,
    );
    return sql`select ${join(columns)} from ${from} order by ${index}`;
  });
}

/** The value of each expression for each row, in their order. */
export async function workOutFrames(
  queryable: Queryable,
  target: WriteTarget,
  facts: FrameFacts,
  rows: readonly FrameRow[],
  slots: RuleSlots & Readonly<Record<string, unknown>>,
): Promise<readonly ReadonlyMap<Expression, Value>[]> {
  const { expressions, wanted } = facts;
  if (expressions.length === 0 || rows.length === 0) return rows.map(() => new Map<Expression, Value>());
  const answer = await queryable.query(bind(factsStatement(target, facts), { ...slots, ...boundSlots(target, wanted, rows) }));
  return answer.rows.map(
    (row) => new Map(expressions.map((expression, n) => [expression, fromText(row[`x${String(n)}`], expression.type)])),
  );
}
