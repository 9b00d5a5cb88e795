// beforeSave: what the Model sets or refuses by itself, over what the person wants and defaults have given, and before all of it is checked.
import { isSound, soundItems, withProblems, type Step, type WriteItem, type WriteSet } from '../write-set.ts';
import type { Voice } from '../moments.ts';
import type { WriteSession } from '../session.ts';
import { setValues } from './set-values.ts';

async function heard(set: WriteSet, voice: Voice<WriteSession>): Promise<WriteSet> {
  const { session, object, kind } = set;
  const records = soundItems(set).map(({ id, old, values, input }) => ({ id, old, values, input }));
  const verdicts = await voice.say(session, { object, event: kind, records });
  if (verdicts.size === 0) return set;
  const values = new Map<number, Readonly<Record<string, unknown>>>();
  const items = set.items.map((item): WriteItem => {
    const verdict = isSound(item) ? verdicts.get(item.id) : undefined;
    if (verdict === undefined) return item;
    if (Object.keys(verdict.values).length > 0) values.set(item.index, verdict.values);
    return withProblems(item, verdict.problems);
  });
  return setValues({ ...set, items }, values, voice.asPerson);
}

/** Each sees what those before it have set. */
export const beforeSave: Step = async (set) => {
  let result = set;
  for (const voice of set.session.moments?.before(set.object, set.kind) ?? []) result = await heard(result, voice);
  return result;
};
