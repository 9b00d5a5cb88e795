// hide: what is wrong with a field that the person may not see is told without naming it.
import { problem, type Problem } from '@tessera/kernel';
import { isRestricted, type Step, type WriteItem, type WriteSet } from '../write-set.ts';

/** The first name of a pointer below the record's own. */
function nameOf(item: WriteItem, { pointer = '' }: Problem): string | undefined {
  if (!pointer.startsWith(`${item.pointer}/`)) return undefined;
  return pointer
    .slice(item.pointer.length + 1)
    .split('/')[0]
    ?.replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

/** Names that the caller gave are no secret; of all others only those that exist for the person may be told. */
function mayBeTold({ session, object }: WriteSet, item: WriteItem, found: Problem): boolean {
  const name = nameOf(item, found);
  if (name === undefined || Object.hasOwn(item.input, name)) return true;
  return Object.hasOwn(session.access.view.objects[object.name]?.fields ?? {}, name);
}

export const hide: Step = (set) => {
  if (!isRestricted(set)) return set;
  const items = set.items.map((item): WriteItem => {
    const told = item.problems.filter((found) => mayBeTold(set, item, found));
    if (told.length === item.problems.length) return item;
    return { ...item, problems: [...told, problem('RECORD_REFUSED', {}, { pointer: item.pointer })] };
  });
  return { ...set, items };
};
