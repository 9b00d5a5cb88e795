// Whether a Model was in force before: then a change to it goes back, and so do words that were renamed since.
import { sql, toStatement } from '@tessera/kernel';
import type { Queryable } from '../database.ts';

/** Whether one of the tenant's versions led to the Model with this hash. */
export async function wasInForce(control: Queryable, tenant: string, modelHash: string): Promise<boolean> {
  const { rows } = await control.query(
    toStatement(sql`select 1 from tessera.version where tenant = ${tenant} and model_hash = ${modelHash} limit 1`),
  );
  return rows.length > 0;
}
