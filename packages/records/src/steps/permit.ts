// permit: may the person do this with records of the object at all.
import { checkVerb } from '@tessera/security';
import { isRestricted, withProblems, type Step } from '../write-set.ts';

export const permit: Step = (set) => {
  if (!isRestricted(set)) return set;
  const denied = checkVerb(set.session.access.policy, set.object.name, set.kind);
  return denied === undefined ? set : { ...set, items: set.items.map((item) => withProblems(item, [denied])) };
};
