// Idempotency-Key: a request that is sent twice happens once and is answered twice.
import { fail } from '@tessera/kernel';
import { contentHash } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { claimIdempotencyKey, dropIdempotentResponses, keepIdempotentResponse } from '@tessera/storage';
import type { EngineParts } from '../engine-parts.ts';

/** Answers are kept so long: whoever asks again later has it done again. */
const keptDays = 7;
const dayMs = 86_400_000;
/** Removed in one transaction. */
const batch = 5_000;

/**
 * Runs the work unless the caller's key has an answer already. The key is claimed in the write's own transaction, so a second
 * request waits for the first, and a failed one leaves no trace. Throws IDEMPOTENCY_KEY_REUSED for another request under the key.
 */
export async function idempotent<T>(write: WriteSession, operation: string, input: object, work: () => Promise<T>): Promise<T> {
  const { context, transaction, target } = write;
  const key = context.idempotencyKey;
  if (key === undefined) return work();
  const claim = {
    key,
    // A key may see less than its person, and gets none of the answers that the person got.
    actor: context.actor.apiKeyId ?? context.actor.userId ?? '00000000-0000-0000-0000-000000000000',
    operation,
    // A caller that translates its request for a newer Model still sends the same request.
    requestHash: contentHash({ operation, input: { ...input, modelHash: null } }),
  };
  const earlier = await claimIdempotencyKey(transaction, target.schema, claim);
  if (earlier !== undefined) {
    if (earlier.requestHash !== claim.requestHash) throw fail('IDEMPOTENCY_KEY_REUSED', { key });
    return JSON.parse(earlier.response) as T;
  }
  const result = await work();
  keepIdempotentResponse(transaction, target.schema, claim, JSON.stringify(result));
  return result;
}

/** Gives how many answers of a tenant went. */
export async function trimAnswers({ cell, clock }: Pick<EngineParts, 'cell' | 'clock'>, tenant: string): Promise<number> {
  const door = cell.tenant(tenant);
  const before = new Date(clock.now() - keptDays * dayMs).toISOString();
  let gone = 0;
  for (let some = batch; some === batch; gone += some) some = await dropIdempotentResponses(door, before, batch);
  return gone;
}
