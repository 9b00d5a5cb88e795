// What the statements of this folder run on: a tenant's door, or a transaction with the schema that it works in.
import type { Queryable, TenantDatabase, Transaction } from '../database.ts';

/** Statements in a tenant's schema, alone or within a transaction. */
export type IdentityDoor = Pick<TenantDatabase, 'schema'> & Queryable;

/** A transaction as a door. */
export function doorOf(transaction: Transaction, schema: string): IdentityDoor {
  return { schema, query: (statement) => transaction.query(statement) };
}
