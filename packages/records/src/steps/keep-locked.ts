// keepLocked: a record that waits for an approval is changed by nobody but the approval, and by its approvers in the fields that they may edit.
import { changedOf } from '../changed.ts';
import { isLocked, locksOn } from '../locks/locks.ts';
import { planOf } from '../session.ts';
import { replaceItems, soundItems, withProblems, type Step, type WriteItem } from '../write-set.ts';

export const keepLocked: Step = async (set) => {
  const { session, object, kind, internal } = set;
  if (kind === 'create') return set;
  const locked = soundItems(set).filter(({ old }) => isLocked(session, object, old));
  if (locked.length === 0) return set;
  const ids = locked.map(({ id }) => id);
  const open = internal ? undefined : await session.moments?.openFields(session, object, ids);
  const { stored } = planOf(session, object);
  const isOpen = (item: WriteItem): boolean => {
    const fields = open?.get(item.id) ?? [];
    return fields.length > 0 && changedOf(stored, item).every(({ name }) => fields.includes(name));
  };
  const refused = locked.filter((item) => !isOpen(item));
  const against = await locksOn(
    session,
    object,
    refused.flatMap(({ old }) => (old === undefined ? [] : [old])),
  );
  return replaceItems(
    set,
    refused.map((item) =>
      withProblems(
        item,
        [against.get(item.id)].filter((found) => found !== undefined),
      ),
    ),
  );
};
