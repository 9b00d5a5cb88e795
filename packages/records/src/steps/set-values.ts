// Values that something other than the caller sets on records on their way through the pipeline: coerced and checked as a caller's would be.
import type { WriteItem, WriteSet } from '../write-set.ts';
import { checkLookups } from './check-lookups.ts';
import { asCaller } from '../session.ts';
import { coerce } from './coerce.ts';
import { followOwner } from './defaults.ts';
import { permitValues } from './permit-values.ts';
import { isSound, replaceItems } from '../write-set.ts';

/**
 * Sets values of items, by their index; what is wrong with one is a problem of its item.
 * @param asPerson held to the rights of whoever asked for the write; else the platform sets them
 */
export async function setValues(
  set: WriteSet,
  values: ReadonlyMap<number, Readonly<Record<string, unknown>>>,
  asPerson: boolean,
): Promise<WriteSet> {
  const chosen = set.items.filter((item) => isSound(item) && values.has(item.index));
  if (chosen.length === 0) return set;
  const items = chosen.map((item): WriteItem => ({ ...item, input: values.get(item.index) ?? {} }));
  const session = asPerson ? asCaller(set.session) : set.session;
  const coerced = await coerce({ ...set, session, items, internal: set.internal || !asPerson });
  const checked = await permitValues(await checkLookups(coerced));
  const byIndex = new Map(checked.items.map((item) => [item.index, item]));
  const done = chosen.map((item): WriteItem => {
    const now = byIndex.get(item.index);
    return now === undefined ? item : { ...item, values: now.values, problems: now.problems };
  });
  return followOwner(replaceItems(set, done));
}
