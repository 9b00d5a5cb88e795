// Exports: keyset pages of whole records, one row each, so that a stream never holds a transaction open.
import { ident, sql, type Sql } from '@tessera/kernel';
import { columnSql, idSql } from './columns.ts';
import { startCompilation, type ReadTarget } from './compilation.ts';
import { positionSql } from './cursor.ts';
import { jsonSql } from './json.ts';
import { keyColumn, keyText } from './order.ts';
import { numberedSql, pageSql, planOf, sourceFor, tableSource } from './page.ts';
import { guardSql } from './read.ts';
import type { ListQuery, Selection } from './query.ts';
import { selectionsJson } from './selection.ts';

/**
 * A page of an export: rows `valid boolean, record text, position text`, in order.
 *
 * `valid` is false (in the only row) where the guard fails; `record` is null (in the only row) where the page is empty. The last row's
 * `position` is what `readPosition` makes the next page's `after` (or `before`) from. Fewer rows than the page's size: the end.
 */
export function compileExport(target: ReadTarget, list: ListQuery, selections: readonly Selection[]): Sql {
  const c = startCompilation(target);
  const [row, state, rows] = [c.nextAlias(), c.nextAlias(), c.nextAlias()];
  const plan = planOf(c, list);
  const number = columnSql(row, '#n');
  const keys = plan.order.keys.map((key, i) => keyText(keyColumn(row, i), key.type));
  const position = sql`case when ${number} = ${columnSql(row, '#c')} then ${positionSql(keys, idSql(row))} end`;
  const json = jsonSql(selectionsJson(c, list.object, row, selections));
  const page = numberedSql(c, plan, pageSql(c, plan, sourceFor(tableSource(c, list), json, row), plan.size), true);
  const records = sql`select ${json} as record, ${position} as position, ${number} as n from (${page}) ${ident(row)}`;
  const guard = sql`(select coalesce(${guardSql(c)}, false) as valid) ${ident(state)}`;
  const columns = sql`${ident(state)}.valid, ${ident(rows)}.record, ${ident(rows)}.position`;
  return sql`select ${columns} from ${guard} left join (${records}) ${ident(rows)} on ${ident(state)}.valid order by ${ident(rows)}.n`;
}
