// Puts records into the bin, takes them out, and deletes them for good.
import { ident, join, sql, toStatement, type Statement } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import type { ReadTarget } from '../query/compilation.ts';
import { logSql, type ChangeLog } from './changes.ts';

export interface Deletion {
  /** Shared by everything that goes in one delete, so that a restore brings back just that. */
  readonly deletionId: string;
  readonly at: string;
  readonly actor: string | null;
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
        updated_by_id = ${actor}::uuid, version = t.version + 1
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

/** Deletes records of the bin for good. */
export function purgeStatement(target: ReadTarget, object: ObjectModel, ids: readonly string[]): Statement {
  return toStatement(sql`
    delete from ${ident(target.schema, object.table)} t where t.id = any(${ids}::uuid[]) and t.deleted_at is not null returning t.id`);
}

/** The records that point to any of `ids` by one column: their ids and whom they point to, at most `limit`. */
export function childrenStatement(
  target: ReadTarget,
  child: ObjectModel,
  column: string,
  ids: readonly string[],
  options: { readonly deletionIds?: readonly string[]; readonly deleted?: 'with'; readonly limit?: number } = {},
): Statement {
  const { deletionIds, deleted, limit } = options;
  const states = [
    ...(deletionIds === undefined ? [] : [sql`c.deletion_id = any(${deletionIds}::uuid[])`]),
    ...(deletionIds === undefined && deleted === undefined ? [sql`c.deleted_at is null`] : []),
  ];
  return toStatement(sql`
    select c.id, c.${ident(column)} as parent from ${ident(target.schema, child.table)} c
    where ${join([sql`c.${ident(column)} = any(${ids}::uuid[])`, ...states], ' and ')}
    order by c.id ${limit === undefined ? sql`` : sql`limit ${limit}`}`);
}
