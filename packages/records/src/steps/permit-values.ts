// permitValues: may the person set these fields, give this record type, this owner.
import { checkWrite } from '@tessera/security';
import { isRestricted, mapSound, withProblems, type Step } from '../write-set.ts';

export const permitValues: Step = (set) => {
  if (!isRestricted(set)) return set;
  const { session, object, kind } = set;
  return mapSound(set, (item) => {
    const found = checkWrite(session.access.policy, object, {
      kind,
      before: item.old,
      after: item.values,
      input: Object.keys(item.input),
    });
    return withProblems(item, found);
  });
};
