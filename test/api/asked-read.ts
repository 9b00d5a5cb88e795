// What a transport asks the engine to read, as if nothing were kept of it.
import type { OperationInput, ReadRequest } from '@tessera/engine';
import { withoutGivens } from '@tessera/kernel';

/** A planned read with its values in place. */
export async function askedRead(input: OperationInput<'records.read'>): Promise<ReadRequest> {
  return 'key' in input ? { roots: withoutGivens(await input.roots()), modelHash: input.modelHash } : input;
}
