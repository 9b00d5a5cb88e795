// search value: the words under which a record is found, written with the record itself.
import { searchColumn } from '@tessera/storage';
import { changedOf } from '../changed.ts';
import { searchVector } from '../search/vector.ts';
import { planOf } from '../session.ts';
import { mapSound, soundItems, type Step } from '../write-set.ts';

export const searchValue: Step = (set) => {
  const { words } = planOf(set.session, set.object);
  if (words === undefined) return set;
  const found = words.fields.map(({ field }) => field);
  // An update writes the same columns of all rows: where one needs a new value, all bring theirs.
  const needed = set.kind === 'create' || soundItems(set).some((item) => changedOf(found, item).length > 0);
  if (!needed) return set;
  return mapSound(set, (item) => ({ ...item, values: { ...item.values, [searchColumn]: searchVector(words, item.values) } }));
};
