// Merges as they are kept: which records went into which, and what was set for it.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Value } from '@tessera/rules';
import type { Queryable, TenantDatabase } from '../database.ts';

type Door = Pick<TenantDatabase, 'schema'> & Queryable;

/** A field of a record that a merge has set. */
export interface MergePart {
  readonly object: string;
  readonly recordId: string;
  readonly field: string;
  readonly old: Value;
  readonly now: Value;
}

/** Shares that the merge has given, and those that it has raised from `read` to `edit`. */
export interface MergedShares {
  readonly given: readonly string[];
  readonly raised: readonly string[];
}

export interface NewMerge {
  readonly id: string;
  readonly object: string;
  /** The record that stays. */
  readonly recordId: string;
  readonly losers: readonly string[];
  readonly shares: MergedShares;
  readonly actor: string | null;
  /** RFC 3339. */
  readonly at: string;
}

export type KeptMerge = Pick<NewMerge, 'id' | 'object' | 'recordId' | 'losers' | 'shares'>;

const merges = ({ schema }: Door): Sql => ident(schema, '_merge');

export async function keepMerge(door: Door, merge: NewMerge, parts: readonly MergePart[]): Promise<void> {
  const { id, object, recordId, losers, shares, actor, at } = merge;
  await door.query(
    toStatement(sql`
      insert into ${merges(door)} (id, object, record_id, losers, trail, shares, actor, at)
      select ${id}::uuid, ${object}, ${recordId}::uuid, ${losers}::uuid[],
        ${losers}::uuid[] || coalesce((select array_agg(t.id) from (
          select distinct unnest(m.trail) as id from ${merges(door)} m
          where m.object = ${object} and m.record_id = any(${losers}::uuid[]) and m.undone_at is null) t), '{}'),
        ${JSON.stringify(shares)}::jsonb, ${actor}::uuid, ${at}::timestamptz`),
  );
  const rows = parts.map((part, n) => ({ ...part, n, old: JSON.stringify(part.old), now: JSON.stringify(part.now) }));
  if (rows.length === 0) return;
  await door.query(
    toStatement(sql`
      insert into ${ident(door.schema, '_merge_part')} (merge_id, n, object, record_id, field, old, new)
      select ${id}::uuid, p.n, p.object, p."recordId", p.field, p.old::jsonb, p.now::jsonb
      from json_to_recordset(${JSON.stringify(rows)}::json) as p(n integer, object text, "recordId" uuid, field text, old text, now text)`),
  );
}

/** A merge into this record that was not undone, locked. */
export async function lockMerge(door: Door, object: string, recordId: string, id: string): Promise<KeptMerge | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      select m.losers::text[] as losers, m.shares from ${merges(door)} m
      where m.id = ${id}::uuid and m.object = ${object} and m.record_id = ${recordId}::uuid and m.undone_at is null for update`),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return { id, object, recordId, losers: row['losers'] as string[], shares: JSON.parse(String(row['shares'])) as MergedShares };
}

/** In the order in which they were made. */
export async function mergeParts(door: Door, id: string): Promise<readonly MergePart[]> {
  const { rows } = await door.query(
    toStatement(sql`
      select p.object, p.record_id::text as record_id, p.field, p.old, p.new from ${ident(door.schema, '_merge_part')} p
      where p.merge_id = ${id}::uuid order by p.n`),
  );
  return rows.map((row) => ({
    object: String(row['object']),
    recordId: String(row['record_id']),
    field: String(row['field']),
    old: JSON.parse(String(row['old'])) as Value,
    now: JSON.parse(String(row['new'])) as Value,
  }));
}

export async function endMerge(door: Door, id: string, { at, actor }: Pick<NewMerge, 'at' | 'actor'>): Promise<void> {
  await door.query(
    toStatement(sql`update ${merges(door)} m set undone_at = ${at}::timestamptz, undone_by = ${actor}::uuid where m.id = ${id}::uuid`),
  );
}

/** The record that a record has gone into, at the end of its way; undefined where it was not merged. */
export async function mergedInto(door: Door, object: string, id: string): Promise<string | undefined> {
  const { rows } = await door.query(
    toStatement(sql`
      select m.record_id::text as id from ${merges(door)} m
      where m.object = ${object} and m.trail @> array[${id}::uuid] and m.undone_at is null
      order by m.at desc, m.id desc limit 1`),
  );
  return rows[0] === undefined ? undefined : String(rows[0]['id']);
}

/** Whoever a loser was shared with has the winner, with no less access. */
export async function shareAlike(
  door: Door,
  { object, recordId, losers }: Pick<NewMerge, 'object' | 'recordId' | 'losers'>,
  newId: () => string,
): Promise<MergedShares> {
  const shares = ident(door.schema, '_share');
  const { rows: wanted } = await door.query(
    toStatement(sql`
      select distinct on (s.subject, s.origin) s.id::text as id from ${shares} s
      where s.object = ${object} and s.record_id = any(${losers}::uuid[])
      order by s.subject, s.origin, s.access, s.expires_at desc nulls first, s.id`),
  );
  if (wanted.length === 0) return { given: [], raised: [] };
  const pairs = wanted.map((row) => ({ from: row['id'], id: newId() }));
  const { rows } = await door.query(
    toStatement(sql`
      insert into ${shares} as w (id, object, record_id, subject, access, origin, team_role, expires_at, created_by, created_at)
      select p.id, s.object, ${recordId}::uuid, s.subject, s.access, s.origin, s.team_role, s.expires_at, s.created_by, s.created_at
      from json_to_recordset(${JSON.stringify(pairs)}::json) as p("from" uuid, id uuid) join ${shares} s on s.id = p."from"
      order by s.subject, s.origin
      on conflict (object, record_id, subject, origin)
        do update set access = excluded.access where w.access = 'read' and excluded.access = 'edit'
      returning w.id::text as id, w.id = any(${pairs.map(({ id }) => id)}::uuid[]) as fresh`),
  );
  const of = (fresh: boolean): readonly string[] => rows.filter((row) => row['fresh'] === fresh).map((row) => String(row['id']));
  return { given: of(true), raised: of(false) };
}

/** Takes back what `shareAlike` gave, as far as it is still so. */
export async function unshareAlike(door: Door, { given, raised }: MergedShares): Promise<void> {
  const shares = ident(door.schema, '_share');
  if (given.length > 0) await door.query(toStatement(sql`delete from ${shares} s where s.id = any(${given}::uuid[])`));
  if (raised.length > 0)
    await door.query(toStatement(sql`update ${shares} s set access = 'read' where s.id = any(${raised}::uuid[]) and s.access = 'edit'`));
}
