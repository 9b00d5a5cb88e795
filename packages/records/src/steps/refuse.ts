// refuse: where one wrong record refuses all, this is where it does.
import { failAll } from '@tessera/kernel';
import type { Step } from '../write-set.ts';

/** Throws the problems of all records at once; a single one as itself. */
export const refuse: Step = (set) => {
  const problems = set.items.flatMap((item) => item.problems);
  if (set.allOrNone && problems.length > 0) throw failAll('RECORDS_INVALID', problems);
  return set;
};
