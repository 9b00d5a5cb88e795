// What happens by itself with writes: a visible list of those who have their say, in their order.
import type { Model } from '@tessera/metadata';
import type { Moments, WriteSession } from '@tessera/records';
import { approvalEntering } from './approvals/entering/moments.ts';
import { approvalPeople } from './approvals/people-changes/moments.ts';
import type { MomentsPart } from './moments-part.ts';
import { clockCycles, clockStates } from './clocks/moments.ts';
import { ownerChanges, poolPlaces } from './pools/moments.ts';
import { automationRuns } from './triggers/automations.ts';
import { inlineAutomations } from './triggers/inline-automations.ts';
import { recordTimes } from './triggers/record-times.ts';
import { waitingRuns } from './triggers/waiting-runs.ts';

/** First what only follows the write as it was; last what writes itself, so that what it writes is told of after this. */
const parts: readonly ((model: Model) => MomentsPart | undefined)[] = [
  clockCycles,
  ownerChanges,
  recordTimes,
  automationRuns,
  waitingRuns,
  // Before automations: what they write finds no approval of a record that is gone.
  approvalEntering,
  approvalPeople,
  inlineAutomations,
  // Before the save the last of all: who owns it, and how its clocks stand.
  poolPlaces,
  clockStates,
];

/** Undefined where nothing happens by itself with records of the Model. */
export function momentsOf(model: Model): Moments<WriteSession> | undefined {
  const all = parts.flatMap((part) => part(model) ?? []);
  if (all.length === 0) return undefined;
  return {
    before: (object, event) => all.flatMap((part) => part.before?.(object, event) ?? []),
    concerns: (object, event) => all.some((part) => part.concerns(object, event)),
    writes: (object, event) => all.some((part) => part.writes?.(object, event) === true),
    holder: (object, event) => {
      for (const part of all) {
        const found = part.holder?.(object, event);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    openFields: async (session, object, ids) => {
      const open = new Map<string, readonly string[]>();
      for (const part of all) for (const [id, fields] of (await part.openFields?.(session, object, ids)) ?? []) open.set(id, fields);
      return open;
    },
    afterSave: async (session, changes) => {
      for (const part of all) if (part.concerns(changes.object, changes.event)) await part.afterSave(session, changes);
    },
  };
}
