// The history of a record: what was changed, by whom, when.
import { ident, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import { conditionSql, type Expression } from '@tessera/rules';
import { idSql } from './columns.ts';
import { startCompilation, tableSql, type Compilation, type ReadTarget } from './compilation.ts';
import { rowEnvironment } from './environment.ts';
import { guardSql } from './read.ts';

export interface HistoryQuery {
  readonly object: string;
  readonly id: string;
  readonly first: number;
  /** Entries older than the one with this number. */
  readonly before: string | undefined;
  /** Fields whose changes may be shown. */
  readonly fields: readonly string[];
  /** What the record must meet (frame 0 is the record, in the bin or not); of one that does not there is no history. */
  readonly where?: Expression;
}

/** One row, `answer`: `{"entries": [{"number","change","field","old","new","actor","at","version"}], "hasMore"}`, newest first. Slots as in ReadGuard, and those of `where`. */
export function historyStatement(target: ReadTarget, query: HistoryQuery): Statement {
  const c = startCompilation(target);
  const older = query.before === undefined ? sql`true` : sql`h.id < ${query.before}::bigint`;
  const seen = query.where === undefined ? sql`true` : seenSql(c, query, query.where);
  return toStatement(sql`
    select case when ${guardSql(c)} then (
      select json_build_object(
          'entries', coalesce(json_agg(json_build_object(
            'number', e.id::text, 'change', e.change, 'field', e.field, 'old', e.old, 'new', e.new, 'actor', e.actor,
            'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'version', e.version) order by e.id desc) filter (where e.n <= ${query.first}), '[]'::json),
          'hasMore', count(*) > ${query.first})::text
      from (
        select h.*, row_number() over (order by h.id desc) as n from ${ident(target.schema, '_history')} h
        where h.object = ${query.object} and h.record_id = any(${ownSql(target, query)}) and (h.field is null or h.field = any(${query.fields}::text[])) and ${older} and ${seen}
        order by h.id desc limit ${query.first + 1}
      ) e
    ) end as answer`);
}

/** The record's id, and those of records that were merged into it. */
function ownSql({ schema }: ReadTarget, { object, id }: HistoryQuery): Sql {
  const merged = sql`select unnest(m.trail) from ${ident(schema, '_merge')} m where m.object = ${object} and m.record_id = ${id}::uuid and m.undone_at is null`;
  return sql`array(select ${id}::uuid union ${merged})`;
}

function seenSql(c: Compilation, { object, id }: HistoryQuery, where: Expression): Sql {
  const row = c.nextAlias();
  const condition = conditionSql(where, rowEnvironment(c, row));
  return sql`exists (select from ${tableSql(c, object, row)} where ${idSql(row)} = ${id}::uuid and ${condition})`;
}
