// allocate: spreads an amount over targets that are locked, and brings the records that keep what each has got to what they are to be.
import type { AllocateStepModel } from '@tessera/metadata';
import { deleteRecords, keyValues, reconcileRecords } from '@tessera/records';
import { lockScopesStatement, type RecordValues } from '@tessera/storage';
import { countRecords } from '../limits.ts';
import type { StepDoer, StepResult } from '../step-work.ts';
import { allWritten } from '../writing.ts';
import { asIfNew, decideLocked, repeated, together, type Decided } from './allocate-decide.ts';
import { claimsOf, failed, ledgerOf, recordsOf, textIn, type AllocateWork, type Claim, type Ledger } from './allocate-ledger.ts';

/** Records that are no longer wanted go into the bin; the others become what they are to be. */
async function keep(
  work: AllocateWork,
  { object, key }: Ledger,
  decided: readonly Decided[],
  kept: readonly RecordValues[],
): Promise<void> {
  const { session } = work;
  const inputs = decided.flatMap(({ wanted }) => wanted.map(({ input }) => input));
  const given = new Set(inputs.map((input) => textIn(key, keyValues(key, input) ?? {})));
  const gone = kept
    .filter((record) => !given.has(textIn(key, record)))
    .flatMap(({ id }) => (typeof id === 'string' ? [{ pointer: '', id }] : []));
  if (gone.length > 0) {
    countRecords(session, gone.length);
    allWritten(await deleteRecords(session, object.name, gone));
  }
  const records = inputs.map((input) => ({ pointer: '', input }));
  const writing = (count: number): void => {
    countRecords(session, count);
  };
  await reconcileRecords(session, object.name, key.name, records, { onMatch: 'update', writing });
}

/** Allocates for claims that have nothing in common. Gives those that are still to be done. */
async function round(work: AllocateWork, ledger: Ledger, claims: readonly Claim[], results: StepResult[]): Promise<readonly Claim[]> {
  const kept = await recordsOf(work, ledger, claims);
  const held = claims.map((claim, i) => ({ claim, kept: kept[i] ?? [] }));
  const { chosen, known } = await asIfNew(work, ledger, held, (_, found) => {
    const first = new Set(together(held, found));
    const ids = held.flatMap((each, i) => (first.has(each) ? (found[i] ?? []).map(({ id }) => id) : []));
    return Promise.resolve({ chosen: [...first], known: ids });
  });
  const decided = await decideLocked(work, ledger, chosen, known);
  const sound = decided.filter((each) => {
    const reason = repeated(ledger, each);
    if (reason !== undefined) results[each.claim.place] = failed(work, reason);
    return reason === undefined;
  });
  const keptOf = new Map(held.map((each) => [each.claim, each.kept]));
  const own = sound.flatMap(({ claim }) => keptOf.get(claim) ?? []);
  if (sound.length > 0) await keep(work, ledger, sound, own);
  for (const { claim, amount, allocation, wanted } of sound) {
    const { allocated, rest } = allocation;
    results[claim.place] = { kind: 'done', outcome: { allocated, rest, count: String(wanted.length) }, input: { amount } };
  }
  const done = new Set(decided.map(({ claim }) => claim));
  return claims.filter((claim) => !done.has(claim));
}

export const allocate: StepDoer<AllocateStepModel> = async (work) => {
  const { platform, frames } = work;
  const ledger = ledgerOf(work);
  const results: StepResult[] = frames.map(() => ({ kind: 'done' }));
  let claims = await claimsOf(work, ledger, results);
  if (claims.length === 0) return results;
  // Two that write the same allocation would both begin with nothing.
  const names = claims.map(({ scopeText }) => `${ledger.object.name} ${ledger.key.name} ${scopeText}`);
  await platform.transaction.query(lockScopesStatement(platform.target.schema, names));
  // Where all want the same targets each waits for the one before: it is of no use to look at many.
  let looked = claims.length;
  while (claims.length > 0) {
    const left = await round(work, ledger, claims.slice(0, looked), results);
    const done = Math.min(looked, claims.length) - left.length;
    claims = [...left, ...claims.slice(looked)];
    looked = Math.max(8, 4 * done);
  }
  return results;
};
