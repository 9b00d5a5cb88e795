// When those who have to decide were last reminded by somebody, as the history of decisions tells.
import { sql, toStatement, type Sql } from '@tessera/kernel';
import type { Queryable } from '../database.ts';
import { tableSql, type ReadTarget } from '../query/compilation.ts';
import { textOrNull } from '../row-text.ts';
import { timeText } from './door.ts';
import { column } from './ownership.ts';

/** RFC 3339; null: never. What time-outs have done does not count. */
export async function lastReminded(
  queryable: Queryable,
  target: ReadTarget,
  { history, approval }: { readonly history: string; readonly approval: string },
): Promise<string | null> {
  const of = (name: string): Sql => column(target, history, name, 'h');
  const { rows } = await queryable.query(
    toStatement(sql`
      select ${timeText('l.at')} as at from (
        select max(${of('at')}) as at from ${tableSql(target, history, 'h')}
        where ${of('approval')} = ${approval}::uuid and ${of('action')} = 'reminded' and ${of('person')} is not null) l`),
  );
  return textOrNull(rows[0]?.['at']);
}
