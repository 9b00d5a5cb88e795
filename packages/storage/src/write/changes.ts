// What is written beside the rows, in the same statement: history and the outbox.
import { ident, sql, type Sql } from '@tessera/kernel';

/** One line of a record's history; `field` null: the record as a whole. */
export interface HistoryEntry {
  readonly recordId: string;
  readonly field: string | null;
  readonly old: unknown;
  readonly new: unknown;
  readonly change: 'created' | 'updated' | 'deleted' | 'restored';
  readonly version: number;
}

export interface ChangeLog {
  readonly object: string;
  readonly change: HistoryEntry['change'];
  readonly actor: string | null;
  /** RFC 3339. */
  readonly at: string;
  readonly history: readonly HistoryEntry[];
}

/**
 * The rest of a `with` list after a part named `saved` (id, version): writes the history of the rows in `saved`, and one outbox
 * entry for all of them.
 */
export function logSql(schema: string, log: ChangeLog): Sql {
  const { object, change, actor, at, history } = log;
  return sql`,
    logged as (
      insert into ${ident(schema, '_history')} (object, record_id, field, old, new, change, actor, at, version)
      select ${object}::text, h."recordId", h.field, h.old, h.new, h.change, ${actor}::uuid, ${at}::timestamptz, h.version
      from json_to_recordset(${JSON.stringify(history.map((entry, n) => ({ n, ...entry })))}::json)
        as h(n integer, "recordId" uuid, field text, old jsonb, new jsonb, change text, version integer)
      where h."recordId" in (select s.id from saved s)
      order by h.n
    ),
    told as (
      insert into tessera.outbox (payload)
      select jsonb_build_object('object', ${object}::text, 'change', ${change}::text, 'actor', ${actor}::text, 'at', ${at}::text,
        'records', jsonb_agg(jsonb_build_array(s.id, s.version)))
      from saved s
      having count(*) > 0
    )`;
}
