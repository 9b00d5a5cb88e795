// Running numbers: a block for a set at once, held to the end of the transaction, so that none is given twice and none is lost.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';

/** Takes `count` numbers; gives the last of them as `value`. */
export function takeNumbersStatement(
  schema: string,
  counter: { readonly object: string; readonly field: string; readonly period: string },
  start: number,
  count: number,
): Statement {
  const { object, field, period } = counter;
  return toStatement(sql`
    insert into ${ident(schema, '_counter')} as c (object, field, period, value)
    values (${object}, ${field}, ${period}, ${start + count - 1})
    on conflict (object, field, period) do update set value = c.value + ${count}
    returning c.value::text as value`);
}
