// The guard of a write: the Model and the permissions that it was made for must be the ones in force.
import { ident, sql, toStatement, type Statement } from '@tessera/kernel';

/** Run after the tenant's lock is held: from then on no metadata can change until the transaction ends. */
export function stateStatement(schema: string): Statement {
  return toStatement(sql`select model, access::text as access from ${ident(schema, '_state')}`, 'tenant-state');
}
