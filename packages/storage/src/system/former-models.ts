// Whether a change leads back to a Model that was in force before: then what was renamed since gets its former name again.
import { sql, toStatement } from '@tessera/kernel';
import type { Queryable } from '../database.ts';

/**
 * Whether one of the tenant's versions led to the Model `target` before the first one led to `present` (hashes). To go from an earlier
 * Model to a later one again is no way back: the later one says itself what it renames.
 */
export async function wasInForce(control: Queryable, tenant: string, target: string, present: string): Promise<boolean> {
  const { rows } = await control.query(
    toStatement(sql`
      select 1 from tessera.version v where v.tenant = ${tenant} and v.model_hash = ${target} and not exists (
        select 1 from tessera.version p where p.tenant = v.tenant and p.model_hash = ${present} and p.number < v.number)
      limit 1`),
  );
  return rows.length > 0;
}
