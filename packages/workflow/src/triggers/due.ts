// What is done when an atTime automation is due: the record is locked and looked at once more, and those that it still holds for get a run.
import { fetchFacts, noFacts, recordEnvironment, type WriteSession } from '@tessera/records';
import { liveAmongStatement, lockStatement, recordReader, type NewTimer, type RecordValues, type Timer } from '@tessera/storage';
import type { AutomationModel, ObjectModel } from '@tessera/metadata';
import { startRuns } from '../automations/start-runs.ts';
import { setTimers } from '@tessera/storage';
import { doorIn, type TimerHandler } from '../jobs/handlers.ts';
import { timerFor } from './at-time.ts';
import { chainOf, inChain } from './chains.ts';
import { idOf } from './record-id.ts';
import { dueOf, isAtTime, type AtTimeAutomation } from './time-of.ts';

/** A record in other hands is looked at again so soon: to wait for it, holding its timer, would lock out its writer. */
const otherHandsMs = 1_000;

/** The name of the automation that a timer is for. */
export function automationOf({ content }: Pick<Timer, 'content'>): string {
  const { automation } = JSON.parse(content) as { readonly automation?: unknown };
  return typeof automation === 'string' ? automation : '';
}

/** Those records for which the automation's condition holds. */
export async function meeting(
  session: WriteSession,
  object: ObjectModel,
  { when }: Pick<AutomationModel, 'when'>,
  records: readonly RecordValues[],
): Promise<readonly RecordValues[]> {
  if (when === undefined || records.length === 0) return records;
  const facts = await fetchFacts(
    session,
    object,
    [when],
    records.map((record) => ({ record })),
  );
  return records.filter((record, i) => {
    const environment = recordEnvironment(session, { object, record, facts: facts[i] ?? noFacts });
    return session.rules.evaluate(when, environment) === true;
  });
}

/** Starts one run for each of the records, as the platform. */
export async function startFor(session: WriteSession, automation: AutomationModel, ids: readonly string[]): Promise<void> {
  const { object } = automation;
  if (object === undefined || ids.length === 0) return;
  await startRuns(
    session,
    ids.map((id) => ({ automation, record: { object, id }, actor: null })),
  );
}

/** Records in nobody's hands, locked; and the ids of those that are there, in other hands. */
export async function hold(
  session: WriteSession,
  object: ObjectModel,
  ids: readonly string[],
): Promise<{ readonly records: readonly RecordValues[]; readonly busy: readonly string[] }> {
  const { transaction, target } = session;
  const locked = await transaction.query(lockStatement(target, object, ids, { strength: 'no key update', skip: true }));
  const records = locked.rows.map(recordReader(object));
  const held = new Set(records.map(idOf));
  const others = ids.filter((id) => !held.has(id));
  if (others.length === 0) return { records, busy: [] };
  const { rows } = await transaction.query(liveAmongStatement(target, object, others));
  return { records, busy: rows.map((row) => String(row['id'])) };
}

async function dueFor(session: WriteSession, automation: AtTimeAutomation, ids: readonly string[]): Promise<void> {
  const object = session.model.objects[automation.object];
  if (object === undefined) return;
  const now = Date.parse(session.at);
  const { records, busy } = await hold(session, object, ids);
  const again: NewTimer[] = busy.map((id) => timerFor(session, automation, id, now + otherHandsMs));
  const due: RecordValues[] = [];
  for (const record of records) {
    const time = record['lifeStatus'] === 'void' ? undefined : dueOf(session.model, automation, record);
    if (time === undefined) continue;
    if (time <= now) due.push(record);
    else again.push(timerFor(session, automation, idOf(record), time));
  }
  await setTimers(doorIn(session), again, session.at);
  const met = await meeting(session, object, automation, due);
  await startFor(session, automation, met.map(idOf));
}

export const atTimeDue: TimerHandler = async (session, timers) => {
  for (const [content, own] of Map.groupBy(timers, (timer) => timer.content)) {
    const automation = session.model.automations[automationOf({ content })];
    if (automation === undefined || !isAtTime(automation)) continue;
    const ids = own.flatMap(({ recordId, object }) => (recordId === null || object !== automation.object ? [] : [recordId]));
    await dueFor(inChain(session, chainOf({ content })), automation, [...ids].sort());
  }
};
