// What is written beside the rows: history and the outbox.
import { bind, ident, join, keyword, slot, sql, type Sql, type Statement } from '@tessera/kernel';
import type { WriteTarget } from './kept.ts';

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
 * In the same statement, the rest of a `with` list after a part named `saved` (id, version): writes the history of the rows in `saved`, and one outbox
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

/** What was done to records of one object, by whom and when. */
export interface Doing {
  readonly object: string;
  readonly change: 'created' | 'updated';
  readonly actor: string | null;
  /** RFC 3339. */
  readonly at: string;
}

/** A record as it was written. */
export interface WrittenRecord {
  readonly id: string;
  readonly version: number;
}

/** A line of the history; `field` null: the record as a whole. */
export interface HistoryLine {
  readonly record: WrittenRecord;
  readonly field: string | null;
  readonly old: unknown;
  readonly new: unknown;
}

const json = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));

const historyColumns = sql`(object, record_id, field, old, new, change, actor, at, version)`;

// No column is named with a colon, so these slots are nobody else's.
const own = (name: string): Sql => slot(`log:${name}`);
const [who, when] = [sql`${own('actor')}::uuid`, sql`${own('at')}::timestamptz`];

const lists: Readonly<Record<string, string>> = { ids: 'uuid', fields: 'text', olds: 'text', news: 'text', versions: 'integer' };

function linesSql(count: number): Sql {
  const [object, change] = [sql`${own('object')}::text`, sql`${own('change')}::text`];
  if (count > 1) {
    const arrays = Object.entries(lists).map(([name, type]) => sql`${own(name)}::${keyword(type)}[]`);
    return sql`
      select ${object}, h.id, h.field, h.old::jsonb, h.new::jsonb, ${change}, ${who}, ${when}, h.version
      from unnest(${join(arrays)}) with ordinality as h(id, field, old, new, version, n)
      order by h.n`;
  }
  const [old, now] = [sql`${own('olds')}::jsonb`, sql`${own('news')}::jsonb`];
  const values = [
    object,
    sql`${own('ids')}::uuid`,
    sql`${own('fields')}::text`,
    old,
    now,
    change,
    who,
    when,
    sql`${own('versions')}::integer`,
  ];
  return sql`values (${join(values)})`;
}

/** What history and outbox get, as parts of a `with` list of the statement that writes the records, or of one of its own. */
export interface Log {
  /** Tells the texts apart. */
  readonly key: string;
  readonly parts: () => readonly Sql[];
  readonly slots: Readonly<Record<string, unknown>>;
}

export function logOf({ schema }: WriteTarget, doing: Doing, records: readonly WrittenRecord[], lines: readonly HistoryLine[]): Log {
  const { object, change, actor, at } = doing;
  const payload = JSON.stringify({ object, change, actor, at, records: records.map(({ id, version }) => [id, version]) });
  const columns = {
    ids: lines.map(({ record }) => record.id),
    fields: lines.map(({ field }) => field),
    olds: lines.map(({ old }) => json(old)),
    news: lines.map((line) => json(line.new)),
    versions: lines.map(({ record }) => record.version),
  };
  const slots: Record<string, unknown> = {
    'log:object': object,
    'log:change': change,
    'log:actor': actor,
    'log:at': at,
    'log:payload': payload,
  };
  for (const [name, values] of Object.entries(columns)) slots[`log:${name}`] = lines.length === 1 ? values[0] : values;
  const key = lines.length > 1 ? 'lines' : lines.length === 1 ? 'line' : 'no line';
  const parts = (): readonly Sql[] => {
    const told = sql`told as (insert into tessera.outbox (payload) values (${own('payload')}::jsonb))`;
    if (lines.length === 0) return [told];
    return [sql`logged as (insert into ${ident(schema, '_history')} ${historyColumns} ${linesSql(lines.length)})`, told];
  };
  return { key, parts, slots };
}

/** Writes history and outbox of records that are written already. */
export function logStatement(target: WriteTarget, log: Log): Statement {
  const statement = target.kept.get(target, target.model, `log ${log.key}`, () => sql`with ${join(log.parts())} select`);
  return bind(statement, log.slots);
}
