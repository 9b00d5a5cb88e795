// The history of a record: what was changed, by whom, when.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';
import { guardSql } from './read.ts';
import { startCompilation, type ReadTarget } from './compilation.ts';

export interface HistoryQuery {
  readonly object: string;
  readonly id: string;
  readonly first: number;
  /** Entries older than the one with this number. */
  readonly before: string | undefined;
  /** Fields whose changes may be shown. */
  readonly fields: readonly string[];
}

/** One row, `answer`: `{"entries": [{"number","change","field","old","new","actor","at","version"}], "hasMore"}`, newest first. Slots as in ReadGuard. */
export function historyStatement(target: ReadTarget, query: HistoryQuery): Statement {
  const c = startCompilation(target);
  const older = query.before === undefined ? sql`true` : sql`h.id < ${query.before}::bigint`;
  return toStatement(sql`
    select case when ${guardSql(c)} then (
      select json_build_object(
          'entries', coalesce(json_agg(json_build_object(
            'number', e.id::text, 'change', e.change, 'field', e.field, 'old', e.old, 'new', e.new, 'actor', e.actor,
            'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'version', e.version) order by e.id desc) filter (where e.n <= ${query.first}), '[]'::json),
          'hasMore', count(*) > ${query.first})::text
      from (
        select h.*, row_number() over (order by h.id desc) as n from ${ident(target.schema, '_history')} h
        where h.object = ${query.object} and h.record_id = ${query.id}::uuid and (h.field is null or h.field = any(${query.fields}::text[])) and ${older}
        order by h.id desc limit ${query.first + 1}
      ) e
    ) end as answer`);
}
