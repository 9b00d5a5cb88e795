// Running numbers: a block for a set at once, held to the end of the transaction, so that none is given twice and none is lost.
import { bind, ident, slot, sql, type Statement } from '@tessera/kernel';
import type { WriteTarget } from './kept.ts';

/** Takes `count` numbers; gives the last of them as `value`. */
export function takeNumbersStatement(
  target: WriteTarget,
  counter: { readonly object: string; readonly field: string; readonly period: string },
  start: number,
  count: number,
): Statement {
  const statement = target.kept.get(target, target.model, 'numbers', () => {
    const [object, field, period] = [slot('object'), slot('field'), slot('period')];
    return sql`
    insert into ${ident(target.schema, '_counter')} as c (object, field, period, value)
    values (${object}, ${field}, ${period}, ${slot('first')})
    on conflict (object, field, period) do update set value = c.value + ${slot('count')}
    returning c.value::text as value`;
  });
  return bind(statement, { ...counter, first: start + count - 1, count });
}
