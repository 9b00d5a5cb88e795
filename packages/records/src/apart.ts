// Writes a set of which some may fail where what happens by itself writes too: those that it refuses are found by halves, the others stay.
import { attempt } from './attempt.ts';
import { replaceItems, soundItems, withProblems, type WriteSet } from './write-set.ts';

/** Whether one record may be refused by what happens by itself while others of its set are written. */
export const mayFailApart = ({ allOrNone, session, object, kind }: WriteSet): boolean =>
  !allOrNone && session.moments?.writes(object, kind) === true;

export async function writeApart(set: WriteSet, work: (some: WriteSet) => Promise<WriteSet>): Promise<WriteSet> {
  const open = soundItems(set);
  const tried = await attempt(set.session, () => work(set));
  if ('done' in tried) return tried.done;
  const [only] = open;
  const { code, message, params } = tried.refused;
  if (only !== undefined && open.length === 1) return replaceItems(set, [withProblems(only, [{ code, message, params }])]);
  const middle = Math.ceil(open.length / 2);
  let result = set;
  for (const items of [open.slice(0, middle), open.slice(middle)]) {
    if (items.length > 0) result = replaceItems(result, (await writeApart({ ...set, items }, work)).items);
  }
  return result;
}
