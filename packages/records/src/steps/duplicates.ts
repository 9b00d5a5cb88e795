// duplicates: records that are there already, or twice in the set, are refused or warned of, as the Model says.
import { duplicatesOf, objectionOf } from '../matching/duplicates.ts';
import { asCaller, planOf } from '../session.ts';
import { isRestricted, mapSound, soundItems, withProblems, type Step } from '../write-set.ts';

export const duplicates: Step = async (set) => {
  const { session, object, kind, internal } = set;
  if (internal || planOf(session, object).duplicates === undefined) return set;
  const records = soundItems(set).map(({ id, values, old }) => ({ id, values, old }));
  const moment = set.mark === 'unvoid' ? 'restore' : kind;
  const found = await duplicatesOf({
    session,
    object,
    records,
    moment,
    restricted: isRestricted({ session: asCaller(session), internal }),
  });
  if (found.size === 0) return set;
  return mapSound(set, (item) =>
    withProblems(
      item,
      (found.get(item.id) ?? []).flatMap((each) => objectionOf({ session }, each) ?? []),
    ),
  );
};
