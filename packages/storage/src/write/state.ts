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
 */
export function tenantGuard(target: WriteTarget, access: string | undefined): Opening {
  const { model, schema, kept } = target;
  const lock = kept.get(target, model, 'lock', () => sql`select pg_advisory_xact_lock_shared(${tenantLockKey(schema)}::bigint)`);
  const guard = kept.get(target, model, 'guard', () => {
    const version = sql`${slot('access')}::bigint`;
    const inForce = sql`s.model = ${slot('model')}::text and (${version} is null or s.access = ${version})`;
    return sql`select ${mustSql(sql`exists (select from ${ident(schema, '_state')} s where ${inForce})`, 'the tenant has moved on')}`;
  });
  return {
    statements: [lock, bind(guard, { model: model.hash, access: access ?? null })],
    refused: (error) => (isUnmet(error) ? fail('MODEL_CHANGED', {}, {}, error) : error),
  };
}
