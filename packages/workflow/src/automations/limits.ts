// How far automations may go: levels of a chain, runs and records of a transaction. Beyond that the chain is named.
import { fail } from '@tessera/kernel';
import type { WriteSession } from '@tessera/records';

/** Levels within a transaction. */
const mostDepth = 10;
/** Levels over jobs. */
const mostChain = 50;
/** Runs that a transaction starts, and records that automations write in it. */
const mostRuns = 10_000;
const mostRecords = 10_000;
/** Records that a block or a query of a step goes through, for all records that stand at it. */
export const mostItems = 10_000;

const limitError = (what: string, limit: number, chain: readonly string[]): Error =>
  fail('AUTOMATION_LIMIT', { what, limit, chain: chain.length === 0 ? 'this write' : chain.join(' → ') });

/** The session one level deeper in the chain. Throws AUTOMATION_LIMIT. */
export function within(session: WriteSession, automation: string): WriteSession {
  const { cause } = session;
  const chain = [...cause.chain, automation];
  const depth = cause.depth + 1;
  if (depth > mostDepth) throw limitError(`${String(depth)} levels deep within a transaction`, mostDepth, chain);
  return { ...session, cause: { ...cause, chain, depth } };
}

/** Counts runs that are to start. Throws AUTOMATION_LIMIT. */
export function countRuns({ cause }: WriteSession, count: number, automation: string): void {
  const chain = [...cause.chain, automation];
  if (chain.length > mostChain) throw limitError(`${String(chain.length)} automations one by another`, mostChain, chain);
  cause.spent.runs += count;
  if (cause.spent.runs > mostRuns) throw limitError(`${String(cause.spent.runs)} runs started by one transaction`, mostRuns, chain);
}

/** Counts records that an automation is about to write. Throws AUTOMATION_LIMIT. */
export function countRecords({ cause }: WriteSession, count: number): void {
  cause.spent.records += count;
  if (cause.spent.records > mostRecords)
    throw limitError(`${String(cause.spent.records)} records written by automations in one transaction`, mostRecords, cause.chain);
}

/** Holds records that a step goes through to their bound. Throws AUTOMATION_LIMIT. */
export function checkItems({ cause }: WriteSession, count: number): void {
  if (count > mostItems) throw limitError(`${String(count)} records gone through by one step`, mostItems, cause.chain);
}
