// The table of Idempotency-Keys.
import { ident, sql, toStatement } from '@tessera/kernel';
import type { Queryable, TenantTransaction } from '../database.ts';

export interface IdempotencyClaim {
  readonly key: string;
  readonly actor: string;
  readonly operation: string;
  readonly requestHash: string;
}

/** Claims a key, waiting for another transaction that has it; gives the earlier request's answer where there is one. */
export async function claimIdempotencyKey(
  transaction: Queryable,
  schema: string,
  claim: IdempotencyClaim,
): Promise<{ readonly requestHash: string; readonly response: string } | undefined> {
  const { key, actor, operation, requestHash } = claim;
  const table = ident(schema, '_idempotency');
  const inserted = await transaction.query(
    toStatement(
      sql`
      insert into ${table} (actor, key, operation, request_hash) values (${actor}, ${key}, ${operation}, ${requestHash})
      on conflict (actor, key) do nothing returning key`,
      'claim',
    ),
  );
  if (inserted.rows.length > 0) return undefined;
  const { rows } = await transaction.query(
    toStatement(sql`select request_hash, response from ${table} where actor = ${actor} and key = ${key}`),
  );
  const [row] = rows;
  return row === undefined ? undefined : { requestHash: String(row['request_hash']), response: String(row['response']) };
}

/** Removes answers that were given before a time (RFC 3339), so many at most; gives how many went. */
export async function dropIdempotentResponses(
  door: Queryable & { readonly schema: string },
  before: string,
  most: number,
): Promise<number> {
  const table = ident(door.schema, '_idempotency');
  const { rowCount } = await door.query(
    toStatement(sql`
      delete from ${table} where (actor, key) in (
        select t.actor, t.key from ${table} t where t.created_at < ${before}::timestamptz order by t.created_at limit ${most} for update skip locked)`),
  );
  return rowCount;
}

/** Goes out with the commit. */
export function keepIdempotentResponse(transaction: TenantTransaction, schema: string, claim: IdempotencyClaim, response: string): void {
  transaction.ahead(
    toStatement(
      sql`
      update ${ident(schema, '_idempotency')} set status = 200, response = ${response} where actor = ${claim.actor} and key = ${claim.key}`,
      'answer',
    ),
  );
}
