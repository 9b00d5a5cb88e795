// Puts records into the bin, takes them out, and deletes them for good.
import { ident, join, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { Column, ObjectModel } from '@tessera/metadata';
import type { ReadTarget } from '../query/compilation.ts';
import { logSql, type ChangeLog } from './changes.ts';

export interface Deletion {
  /** Shared by everything that goes in one delete, so that a restore brings back just that. */
  readonly deletionId: string;
  readonly at: string;
  readonly actor: string | null;
}

/** What goes waits for no approval any more, and comes back as what it was without one. */
function released({ fields }: ObjectModel): Sql {
  const [lock, status] = [fields['lockedBy']?.columns[0], fields['lifeStatus']?.columns[0]];
  const unlocked = lock === undefined ? sql`` : sql`, ${ident(lock.name)} = null`;
  if (status === undefined) return unlocked;
  const life = ident(status.name);
  return sql`${unlocked}, ${life} = case when t.${life} = 'inApproval' then 'draft' else t.${life} end`;
}

/** Deletes locked, live records; gives `id` and the new `version`. */
export function softDeleteStatement(
  target: ReadTarget,
  object: ObjectModel,
  ids: readonly string[],
  { deletionId, at, actor }: Deletion,
  log: ChangeLog,
): Statement {
  return toStatement(sql`
    with saved as (
      update ${ident(target.schema, object.table)} t
      set deleted_at = ${at}::timestamptz, deletion_id = ${deletionId}::uuid, updated_at = ${at}::timestamptz,
        updated_by_id = ${actor}::uuid, version = t.version + 1${released(object)}
      where t.id = any(${ids}::uuid[]) and t.deleted_at is null
      returning t.id, t.version
    )${logSql(target.schema, log)}
    select id, version from saved`);
}

/** Brings locked, deleted records back; a unique key that is taken by now makes PostgreSQL refuse. */
export function restoreStatement(
  target: ReadTarget,
  object: ObjectModel,
  ids: readonly string[],
  { at, actor }: Omit<Deletion, 'deletionId'>,
  log: ChangeLog,
): Statement {
  return toStatement(sql`
    with saved as (
      update ${ident(target.schema, object.table)} t
      set deleted_at = null, deletion_id = null, updated_at = ${at}::timestamptz, updated_by_id = ${actor}::uuid, version = t.version + 1
      where t.id = any(${ids}::uuid[]) and t.deleted_at is not null
      returning t.id, t.version
    )${logSql(target.schema, log)}
    select id, version from saved`);
}

/** Deletes records of the bin for good, and what migrations have kept of them. */
export function purgeStatement({ schema }: ReadTarget, object: ObjectModel, ids: readonly string[]): Statement {
  return toStatement(sql`
    with gone as (delete from ${ident(schema, object.table)} t where t.id = any(${ids}::uuid[]) and t.deleted_at is not null returning t.id),
      kept as (delete from ${ident(schema, '_migration_value')} v using ${ident(schema, '_migration')} m
        where m.object = ${object.name} and v.migration = m.id and v.record_id in (select id from gone))
    select id from gone`);
}

/** A lookup's column, seen from the records that it points to. */
export interface PointingColumn {
  readonly child: ObjectModel;
  readonly column: Column;
}

function pointing<P extends PointingColumn>(
  target: ReadTarget,
  pointers: readonly P[],
  part: (pointer: P, n: number, table: Sql) => Sql,
): Sql {
  return join(
    pointers.map((pointer, n) => part(pointer, n, sql`${ident(target.schema, pointer.child.table)} c`)),
    ' union all ',
  );
}

/**
 * The records that point to any of `ids`: `n` (the place of the column in the list), `id`, and whom they point to as `parent`.
 * Live ones, or those that went in one of the deletions, or those in the bin.
 */
export function childrenStatement(
  target: ReadTarget,
  pointers: readonly PointingColumn[],
  ids: readonly string[],
  which: 'live' | 'deleted' | { readonly deletionIds: readonly string[] } = 'live',
): Statement {
  const state =
    typeof which === 'object'
      ? sql`c.deletion_id = any(${which.deletionIds}::uuid[])`
      : which === 'live'
        ? sql`c.deleted_at is null`
        : sql`c.deleted_at is not null`;
  return toStatement(sql`
    ${pointing(target, pointers, ({ column }, n, table) => {
      const by = sql`c.${ident(column.name)}`;
      return sql`select ${n}::integer as n, c.id, ${by} as parent from ${table} where ${by} = any(${ids}::uuid[]) and ${state}`;
    })}
    order by 1, 2`);
}

/** A lookup's column by which records hold on to what they point to. */
export interface HoldingColumn extends PointingColumn {
  /** Only as long as they are locked. */
  readonly whileLocked?: boolean;
}

/** How many records hold on to each of `ids`, those of `without` (by object) not counted: `n`, `parent`, `count`. */
export function holdersStatement(
  target: ReadTarget,
  pointers: readonly HoldingColumn[],
  ids: readonly string[],
  {
    without = new Map<string, readonly string[]>(),
    state = 'live',
  }: {
    readonly without?: ReadonlyMap<string, readonly string[]>;
    readonly state?: 'live' | 'deleted';
  } = {},
): Statement {
  return toStatement(
    pointing(target, pointers, ({ child, column, whileLocked = false }, n, table) => {
      const by = sql`c.${ident(column.name)}`;
      const lock = whileLocked ? child.fields['lockedBy']?.columns[0] : undefined;
      const locked = lock === undefined ? sql`` : sql` and c.${ident(lock.name)} is not null`;
      const going = without.get(child.name) ?? [];
      const others = going.length === 0 ? sql`true` : sql`c.id <> all(${going}::uuid[])`;
      const there = state === 'live' ? sql`c.deleted_at is null` : sql`c.deleted_at is not null`;
      return sql`select ${n}::integer as n, ${by} as parent, count(*)::integer as count from ${table}
        where ${by} = any(${ids}::uuid[]) and ${there} and ${others}${locked} group by ${by}`;
    }),
  );
}

/** Takes the pointers to purged records off records of the bin. */
export function unlinkStatement(target: ReadTarget, { child, column }: PointingColumn, ids: readonly string[]): Statement {
  const by = ident(column.name);
  return toStatement(sql`
    update ${ident(target.schema, child.table)} c set ${by} = null where c.${by} = any(${ids}::uuid[]) and c.deleted_at is not null`);
}

/** Locks live records against everybody, and tells nothing of them. */
export function lockIdsStatement(target: ReadTarget, object: ObjectModel, ids: readonly string[]): Statement {
  return toStatement(sql`
    select from ${ident(target.schema, object.table)} t
    where t.id = any(${ids}::uuid[]) and t.deleted_at is null order by t.id for update`);
}

/** Of these ids those of live records, held against deletion until the transaction ends. */
export function liveIdsStatement(target: ReadTarget, object: ObjectModel, ids: readonly string[]): Statement {
  return toStatement(sql`
    select t.id from ${ident(target.schema, object.table)} t
    where t.id = any(${ids}::uuid[]) and t.deleted_at is null order by t.id for key share`);
}
