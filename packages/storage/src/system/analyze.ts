// Fresh statistics after a load: until a table is analyzed, PostgreSQL guesses, and guesses wrong about the recycle bin.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { tenantSchema } from '../cell/names.ts';
import type { Queryable } from '../database.ts';

/** @param owner statements as the tables' owner, `cell.maintenance` */
export async function analyzeTenant(owner: Queryable, tenant: string, model: Model): Promise<void> {
  for (const { table } of Object.values(model.objects)) await owner.query(toStatement(sql`analyze ${ident(tenantSchema(tenant), table)}`));
}
