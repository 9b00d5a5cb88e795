// roll-ups: parents follow what was written.
import { applyRollups } from '../rollups/rollups.ts';
import type { Step } from '../write-set.ts';

export const rollUps: Step = async (set) => {
  const written = set.items.filter((item) => item.written !== undefined);
  const changes = written.map((item) => ({ old: item.old, now: item.values }));
  const raised = await applyRollups(set.session, new Map([[set.object, changes]]));
  return raised.length === 0 ? set : { ...set, raised };
};
