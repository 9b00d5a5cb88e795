// matchKeys: the keys by which matching rules find a record, written with the record itself.
import { matchColumn } from '@tessera/storage';
import { changedOf } from '../changed.ts';
import { keyVector } from '../matching/keys.ts';
import { planOf } from '../session.ts';
import { mapSound, soundItems, type Step } from '../write-set.ts';

export const matchKeys: Step = (set) => {
  const { keys } = planOf(set.session, set.object);
  if (keys === undefined) return set;
  // An update writes the same columns of all rows: where one needs new keys, all bring theirs.
  const needed = set.kind === 'create' || soundItems(set).some((item) => changedOf(keys.fields, item).length > 0);
  if (!needed) return set;
  return mapSound(set, (item) => ({ ...item, values: { ...item.values, [matchColumn]: keyVector(keys, item.values) } }));
};
