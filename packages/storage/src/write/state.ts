// The guard of a write: the Model and the permissions that it was made for must be the ones in force until it ends.
import { bind, fail, ident, slot, sql } from '@tessera/kernel';
import { tenantLockKey } from '../cell/tenant-database.ts';
import type { Opening } from '../database.ts';
import type { WriteTarget } from './kept.ts';
import { isUnmet, mustSql } from './must.ts';

/**
 * How a write's transaction begins: the tenant's lock, shared, and then, in a statement of its own that sees whatever was committed
 * while it waited, the guard. From then on no metadata can change until the transaction ends.
 * @param access the access version that the permissions were read at; undefined where they never change
 * @param formerLocks of the tenant's state; undefined for whoever writes no records
 */
export function tenantGuard(target: WriteTarget, access: string | undefined, formerLocks: string | null | undefined): Opening {
  const { model, schema, kept } = target;
  const lock = kept.get(target, model, 'lock', () => sql`select pg_advisory_xact_lock_shared(${tenantLockKey(schema)}::bigint)`);
  const guard = kept.get(target, model, formerLocks === undefined ? 'guard of others' : 'guard', () => {
    const version = sql`${slot('access')}::bigint`;
    const known = formerLocks === undefined ? sql`` : sql` and s.former_locks is not distinct from ${slot('locks')}::text`;
    const inForce = sql`s.model = ${slot('model')}::text and (${version} is null or s.access = ${version})${known}`;
    return sql`select ${mustSql(sql`exists (select from ${ident(schema, '_state')} s where ${inForce})`, 'the tenant has moved on')}`;
  });
  return {
    statements: [lock, bind(guard, { model: model.hash, access: access ?? null, locks: formerLocks ?? null })],
    refused: (error) => (isUnmet(error) ? fail('MODEL_CHANGED', {}, {}, error) : error),
  };
}
