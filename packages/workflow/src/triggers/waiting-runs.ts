// Writes of records that runs wait for: they look at their conditions again.
import type { Model } from '@tessera/metadata';
import { waitedFor, wakeWaiting } from '../automations/waits.ts';
import type { MomentsPart } from '../moments-part.ts';

export function waitingRuns(model: Model): MomentsPart | undefined {
  const objects = waitedFor(model);
  if (objects.size === 0) return undefined;
  return {
    concerns: ({ name }) => objects.has(name),
    afterSave: (session, { object, records }) =>
      wakeWaiting(
        session,
        object.name,
        records.map(({ id }) => id),
      ),
  };
}
