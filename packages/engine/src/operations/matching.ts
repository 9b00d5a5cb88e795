// Which records are about the same: matching rules and duplicate rules, asked.
import { fail } from '@tessera/kernel';
import { findDuplicates, matchRecords, type Described, type FoundDuplicates, type MatchAnswer, type MatchInput } from '@tessera/records';
import type { Session } from '../engine-parts.ts';
import { objectOf } from '../read/resolve.ts';
import { runWrite } from './write.ts';

function limited({ parts: { limits } }: Session, count: number): void {
  if (count > limits.records) throw fail('RECORDS_TOO_MANY', { limit: limits.records, count });
}

/** Asked in a transaction that writes nothing. */
export function match(session: Session, input: MatchInput): Promise<readonly MatchAnswer[]> {
  limited(session, input.records.length);
  return runWrite(session, (write) => matchRecords(write, input));
}

export function duplicates(
  session: Session,
  { object, records }: { readonly object: string; readonly records: readonly Described[] },
): Promise<readonly (readonly FoundDuplicates[])[]> {
  limited(session, records.length);
  const { name } = objectOf(session.view, object);
  return runWrite(session, (write) => findDuplicates(write, name, records));
}
