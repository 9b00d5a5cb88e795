// search value: the words under which a record is found, written with the record itself.
import { searchColumn } from '@tessera/storage';
import { changedFields } from '../changed.ts';
import { searchVector } from '../search/vector.ts';
import { mapSound, soundItems, type Step } from '../write-set.ts';

export const searchValue: Step = (set) => {
  const { object } = set;
  // An update writes the same columns of all rows: where one needs a new value, all bring theirs.
  const needed = set.kind === 'create' || soundItems(set).some((item) => changedFields(object, item).some((field) => field.searchable));
  if (!needed) return set;
  return mapSound(set, (item) => {
    const vector = searchVector(object, item.values);
    return vector === undefined ? item : { ...item, values: { ...item.values, [searchColumn]: vector } };
  });
};
