// permit: may the person do this with records of the object at all.
import { checkVerb } from '@tessera/security';
import { isRestricted, withProblems, type Step } from '../write-set.ts';

export const permit: Step = (set) => {
  if (!isRestricted(set)) return set;
  // Whoever may delete records may make them void: that is the lesser.
  const denied = checkVerb(set.session.access.policy, set.object.name, set.mark === undefined ? set.kind : 'delete');
  return denied === undefined ? set : { ...set, items: set.items.map((item) => withProblems(item, [denied])) };
};
