// Writes of records and the automations that wait for them: runs for those after the commit.
import type { Model } from '@tessera/metadata';
import type { Changes, WriteSession } from '@tessera/records';
import { startRuns } from '../automations/start-runs.ts';
import type { MomentsPart } from '../moments-part.ts';
import { RecordAutomations, started } from './record-triggers.ts';

async function startAll(session: WriteSession, automations: RecordAutomations, changes: Changes): Promise<void> {
  const { object, event } = changes;
  const waiting = automations.of(object, event, 'afterCommit');
  const lists = await started(session, waiting, changes);
  await startRuns(
    session,
    waiting.flatMap((automation, n) => (lists[n] ?? []).map(({ id, old }) => ({ automation, record: { object: object.name, id }, old }))),
  );
}

/** Runs for what is done after the commit: rows of the transaction that writes. */
export function automationRuns(model: Model): MomentsPart | undefined {
  const automations = new RecordAutomations(model);
  if (!automations.has('afterCommit')) return undefined;
  return {
    concerns: (object, event) => automations.of(object, event, 'afterCommit').length > 0,
    afterSave: (session, changes) => startAll(session, automations, changes),
  };
}
