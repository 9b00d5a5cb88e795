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

/** What an automation fills before the save belongs to the record; after it there is none. */
const automationsBefore = (model: Model): MomentsPart | undefined => {
  const before = inlineAutomations(model)?.before;
  return before === undefined ? undefined : { before, concerns: () => false, afterSave: () => Promise.resolve() };
};

/** What is left where no automation is to follow: of data that tell of the past. */
const quietParts: typeof parts = parts
  .filter((part) => part !== automationRuns && part !== waitingRuns)
  .map((part) => (part === inlineAutomations ? automationsBefore : part));

/** Undefined where nothing happens by itself with records of the Model. */
export const momentsOf = (model: Model): Moments<WriteSession> | undefined => together(model, parts);

/** The same without automations that follow a write. */
export const quietMomentsOf = (model: Model): Moments<WriteSession> | undefined => together(model, quietParts);

function together(model: Model, wanted: typeof parts): Moments<WriteSession> | undefined {
  const all = wanted.flatMap((part) => part(model) ?? []);
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
    masters: (session, object) => all.find(({ masters }) => masters !== undefined)?.masters?.(session, object) ?? [],
    lockedBelow: async (session, route, ids) => {
      const locked = new Map<string, readonly string[]>();
      for (const part of all) for (const [id, fields] of (await part.lockedBelow?.(session, route, ids)) ?? []) locked.set(id, fields);
      return locked;
    },
    afterSave: async (session, changes) => {
      for (const part of all) if (part.concerns(changes.object, changes.event)) await part.afterSave(session, changes);
    },
  };
}
