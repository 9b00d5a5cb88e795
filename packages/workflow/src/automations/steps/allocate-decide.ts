// What each target of an allocation gets: decided under the targets' locks, and as if nothing of it were kept yet.
import { keyValues, objectOf, withoutRecords } from '@tessera/records';
import type { Value } from '@tessera/rules';
import { lockStatement, type RecordValues } from '@tessera/storage';
import { allocate, scaleIn, type Allocation, type AllocationTarget } from '../allocation.ts';
import type { Frame, FrameRecord } from '../step-work.ts';
import { inputsOf, type Values } from '../writing.ts';
import { textIn, type AllocateWork, type Claim, type Ledger } from './allocate-ledger.ts';

export interface Wanted {
  readonly target: string;
  readonly input: Values;
}

/** What an allocation comes to. */
export interface Decided {
  readonly claim: Claim;
  readonly amount: string;
  readonly allocation: Allocation;
  readonly wanted: readonly Wanted[];
}

/** A target of a claim, in the claim's frame. */
interface Item {
  readonly claim: number;
  readonly frame: Frame;
  readonly target: string;
}

const textOf = (value: Value | undefined): string | null => (typeof value === 'string' ? value : null);

/**
 * What each target has been given before, which it is to keep: an allocation that is made again moves nothing without need. Where parts
 * follow given weights they are worked out anew.
 */
async function keptShares(
  work: AllocateWork,
  ledger: Ledger,
  items: readonly Item[],
  kept: readonly RecordValues[],
): Promise<readonly string[]> {
  const { step, session } = work;
  if (kept.length === 0 || step.weight !== undefined) return [];
  const { key, keyRules, object } = ledger;
  const shares = new Map(kept.map((record) => [textIn(key, record), textOf(record[step.into.amount]) ?? '0']));
  const evaluated = await work.over(items.map(({ frame }) => frame)).evaluateAll(keyRules);
  const paired = items.map(({ frame }, i) => ({ frame, values: evaluated[i] ?? {} }));
  const inputs = await inputsOf(session, object.name, keyRules, paired);
  return inputs.map((input) => shares.get(textIn(key, keyValues(key, input) ?? {})) ?? '0');
}

/** What of targets tells how much they get, and to how many decimals. */
async function takersOf(
  work: AllocateWork,
  ledger: Ledger,
  items: readonly Item[],
  kept: readonly RecordValues[],
): Promise<readonly (AllocationTarget & { readonly scale: number })[]> {
  const { targetRules } = ledger;
  const ruled = await work.over(items.map(({ frame }) => frame)).evaluateAll(targetRules);
  const shares = await keptShares(work, ledger, items, kept);
  const given = (i: number, name: string): string | null | undefined =>
    Object.hasOwn(targetRules, name) ? textOf(ruled[i]?.[name]) : undefined;
  return items.map((_, i) => ({
    ...{ capacity: given(i, 'capacity'), tier: given(i, 'tier'), weight: given(i, 'weight'), kept: shares[i] },
    scale: scaleIn(given(i, 'currency'), ledger.scale),
  }));
}

async function decide(
  work: AllocateWork,
  ledger: Ledger,
  claims: readonly Claim[],
  targets: readonly (readonly FrameRecord[])[],
  kept: readonly RecordValues[],
): Promise<readonly Decided[]> {
  const { step, session, frames } = work;
  const amounts = (await work.evaluate(step.amount)).map((amount) => textOf(amount) ?? '0');
  const items = frames.flatMap((frame, claim) =>
    (targets[claim] ?? []).map((target): Item => {
      const opened = { ...frame, key: `${frame.key}/${target.id}`, records: [...frame.records, target] };
      return { claim, frame: opened, target: target.id };
    }),
  );
  const takers = await takersOf(work, ledger, items, kept);
  const allocations = claims.map((_, claim) => {
    const own = takers.filter((__, i) => items[i]?.claim === claim);
    const scale = Math.min(ledger.scale, ...own.map((taker) => taker.scale));
    return allocate({ amount: amounts[claim] ?? '0', scale, spread: step.spread, targets: own });
  });
  const shares = allocations.flatMap((allocation) => allocation.shares);
  const given = items.flatMap((item, i) => (shares[i] === undefined || shares[i] === '0' ? [] : [{ ...item, share: shares[i] }]));
  const evaluated = await work.over(given.map(({ frame }) => frame)).evaluateAll(step.into.values);
  const paired = given.map(({ frame }, i) => ({ frame, values: evaluated[i] ?? {} }));
  const inputs = await inputsOf(session, ledger.object.name, step.into.values, paired);
  const wanted = given.map(({ claim, target, share }, i) => ({ claim, target, input: { ...inputs[i], [step.into.amount]: share } }));
  return claims.flatMap((claim, n) => {
    const allocation = allocations[n];
    return allocation === undefined
      ? []
      : [{ claim, amount: amounts[n] ?? '0', allocation, wanted: wanted.filter((each) => each.claim === n) }];
  });
}

/** A claim with the records that are kept of it so far. */
export interface Held {
  readonly claim: Claim;
  readonly kept: readonly RecordValues[];
}

/** Those that have nothing in common, the first of those that have: the next ones see what it has left. */
export function together(held: readonly Held[], found: readonly (readonly FrameRecord[])[]): readonly Held[] {
  const busy = new Set<string>();
  return held.filter(({ claim }, i) => {
    const names = [claim.scopeText, ...(found[i] ?? []).map(({ id }) => id)];
    const isFree = !names.some((name) => busy.has(name));
    for (const name of names) busy.add(name);
    return isFree;
  });
}

/** The targets of claims, and what work makes of them, as if nothing were kept of the claims: those that it fills are among them. */
export function asIfNew<T>(
  work: AllocateWork,
  { object }: Ledger,
  held: readonly Held[],
  then: (fresh: AllocateWork, found: readonly (readonly FrameRecord[])[]) => Promise<T>,
): Promise<T> {
  const kept = held.flatMap((each) => each.kept);
  return withoutRecords(work.platform, object, kept, async () => {
    const frames = held.map(({ claim }) => claim.frame);
    const fresh = work.over(await work.reread(frames));
    return then(fresh, await fresh.find(work.step.over));
  });
}

const idsOf = (found: readonly (readonly FrameRecord[])[]): readonly string[] => found.flatMap((records) => records.map(({ id }) => id));

/**
 * Decides over targets that nobody else changes any more; done again, it comes to the same. What is found only when the others are locked is
 * locked too, and claims that have something in common by then are left for later: only those that it gives are decided.
 */
export async function decideLocked(
  work: AllocateWork,
  ledger: Ledger,
  chosen: readonly Held[],
  known: readonly string[],
): Promise<readonly Decided[]> {
  const { platform, step } = work;
  const targets = objectOf(platform, step.over.object);
  const locked = new Set<string>();
  let [held, open] = [chosen, known];
  for (;;) {
    const ids = [...new Set(open)].sort();
    if (ids.length > 0) await platform.transaction.query(lockStatement(platform.target, targets, ids, { strength: 'no key update' }));
    for (const id of ids) locked.add(id);
    const outcome = await asIfNew(work, ledger, held, async (fresh, found) => {
      const missing = idsOf(found).filter((id) => !locked.has(id));
      const apart = together(held, found);
      if (missing.length > 0 || apart.length < held.length) return { missing, apart, decided: undefined };
      const claims = held.map(({ claim }) => claim);
      const kept = held.flatMap((each) => each.kept);
      return { missing, apart, decided: await decide(fresh, ledger, claims, found, kept) };
    });
    if (outcome.decided !== undefined) return outcome.decided;
    [held, open] = [outcome.apart, outcome.missing];
  }
}

/** Records that have the same key would be one. */
export function repeated({ key, object }: Ledger, { wanted }: Decided): string | undefined {
  const seen = new Map<string, string>();
  for (const { target, input } of wanted) {
    const text = textIn(key, keyValues(key, input) ?? {});
    const first = seen.get(text);
    if (first !== undefined)
      return `the targets ${first} and ${target} would both be kept as the record of ${object.name} with ${key.name} ${text}: let the key tell targets apart.`;
    seen.set(text, target);
  }
  return undefined;
}
