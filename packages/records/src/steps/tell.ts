// tell: whoever waits for changes of the object hears of what was written, and then of the parents whose roll-ups have followed.
import { tell as tellOf, type Changes } from '../moments.ts';
import type { Step, WriteItem, WriteSet } from '../write-set.ts';

/** One in which nothing has changed keeps its version, and is not told of; nor is one that was only locked. */
const hasChanged = ({ old, values, written, held }: WriteItem): boolean =>
  written !== undefined && (held === undefined || old === undefined) && (old === undefined || old['version'] !== values['version']);

/** What a set has changed; nothing is gathered where nobody wants to know. */
export function changesOf({ session, object, kind, items, raised = [] }: WriteSet): readonly Changes[] {
  if (session.moments === undefined) return [];
  if (!session.moments.concerns(object, kind)) return raised;
  const records = items.filter(hasChanged).map(({ id, old, values }) => ({ id, old, values }));
  return [{ object, event: kind, records }, ...raised];
}

export const tell: Step = async (set) => {
  if (set.session.moments === undefined) return set;
  await tellOf(set.session, changesOf(set));
  return set;
};
