// Notifications as rows: those that somebody has not read, and those that were read long ago.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Queryable } from '../database.ts';
import { fieldOf, objectOf, tableSql, type ReadTarget } from '../query/compilation.ts';
import { liveSql } from '../query/columns.ts';

const object = 'notification';

function column(target: ReadTarget, field: string): Sql {
  const [first] = fieldOf(target, object, field).columns;
  if (first === undefined) throw new TypeError(`The platform's ${object}.${field} has no column.`);
  return ident('n', first.name);
}

/** Ids of what somebody has not read, the oldest first. */
export async function unreadNotifications(
  queryable: Queryable,
  target: ReadTarget,
  { receiver, first }: { readonly receiver: string; readonly first: number },
): Promise<readonly string[]> {
  const { rows } = await queryable.query(
    toStatement(
      sql`
        select n.id::text as id from ${tableSql(target, object, 'n')}
        where ${column(target, 'receiver')} = ${receiver}::uuid and ${column(target, 'readAt')} is null and ${liveSql('n')}
        order by n.id limit ${first}`,
      'unread',
    ),
  );
  return rows.map((row) => String(row['id']));
}

/** Removes what was read before a time (RFC 3339), so many at most; gives how many went. */
export async function dropReadNotifications(
  queryable: Queryable,
  target: ReadTarget,
  { before, most }: { readonly before: string; readonly most: number },
): Promise<number> {
  const { table } = objectOf(target, object);
  const { rows } = await queryable.query(
    toStatement(sql`
      with gone as (
        delete from ${ident(target.schema, table)} where id in (
          select n.id from ${tableSql(target, object, 'n')} where ${column(target, 'readAt')} < ${before}::timestamptz order by n.id limit ${most})
        returning id),
      shares as (delete from ${ident(target.schema, '_share')} s where s.object = ${object} and s.record_id in (select id from gone))
      select count(*)::int as n from gone`),
  );
  return Number(rows[0]?.['n']);
}
