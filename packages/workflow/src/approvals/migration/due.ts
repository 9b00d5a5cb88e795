// What follows approvals that have moved to a new version of their process: their tasks and histories, and the time-outs that it has.
import type { WriteSession } from '@tessera/records';
import {
  lockApprovals,
  lockStatement,
  readApprovals,
  recordReader,
  timerAt,
  type ApprovalRow,
  type NewTimer,
  type RecordValues,
} from '@tessera/storage';
import { doorIn, type TimerHandler } from '../../jobs/handlers.ts';
import { setAndWake } from '../../triggers/at-time.ts';
import { idOf } from '../../triggers/record-id.ts';
import { processAt } from '../by-itself.ts';
import type { Happened } from '../driving/happened.ts';
import { stateOf, subjectOf } from '../driving/rows.ts';
import { follow } from '../following/follow.ts';
import { heldRecords, later } from '../held-records.ts';
import { timersOf } from '../timeouts/timers.ts';
import { movedKind, movedTimer, type MovedTimer } from './timers.ts';

/** The records of approvals, which are locked by now. */
async function recordsOf(session: WriteSession, approvals: readonly ApprovalRow[]): Promise<ReadonlyMap<string, RecordValues>> {
  const { transaction, target, model } = session;
  const found = new Map<string, RecordValues>();
  for (const [name, own] of Map.groupBy(approvals, ({ object }) => object)) {
    const object = model.objects[name];
    if (object === undefined) continue;
    const ids = own.map(({ recordId }) => recordId).sort();
    const { rows } = await transaction.query(lockStatement(target, object, ids, { strength: 'no key update' }));
    for (const record of rows.map(recordReader(object))) found.set(idOf(record), record);
  }
  return found;
}

async function happenedOf(session: WriteSession, approvals: readonly ApprovalRow[]): Promise<readonly Happened[]> {
  const records = await recordsOf(session, approvals);
  const happened: Happened[] = [];
  for (const approval of approvals) {
    const [object, stored] = [session.model.objects[approval.object], records.get(approval.recordId)];
    if (object === undefined || stored === undefined) continue;
    const state = stateOf(approval);
    const process = await processAt(session, approval);
    const subject = subjectOf(object, approval, stored);
    happened.push({ approval, process, subject, before: state, after: state, effects: [], deed: { action: 'migrated', by: null } });
  }
  return happened;
}

/** Time-outs that are set keep their time; those that the new version brings begin. */
async function followTimes(session: WriteSession, happened: readonly Happened[]): Promise<void> {
  const wanted = happened.flatMap((one) => timersOf(session, one));
  const missing: NewTimer[] = [];
  for (const timer of wanted) if ((await timerAt(doorIn(session), timer)) === undefined) missing.push(timer);
  await setAndWake(session, missing);
}

const movedDue: TimerHandler = async (session, timers) => {
  const door = doorIn(session);
  for (const { content } of timers) {
    const { process, approvals: ids } = JSON.parse(content) as MovedTimer;
    const found = [...(await readApprovals(door, ids)).values()].filter(({ endedAt }) => endedAt === null);
    const { busy } = await heldRecords(session, found);
    const open = found.flatMap(({ id, recordId }) => (busy.has(recordId) ? [] : [id]));
    const rows = [...(await lockApprovals(door, open)).values()].filter(({ endedAt }) => endedAt === null);
    const happened = await happenedOf(session, rows);
    await follow(session, happened);
    await followTimes(session, happened);
    const rest = found.flatMap(({ id, recordId }) => (busy.has(recordId) ? [id] : []));
    if (rest.length > 0) await setAndWake(session, [movedTimer(session.context.newId(), later(session), { process, approvals: rest })]);
  }
};

export const movedTimers: Readonly<Record<string, TimerHandler>> = { [movedKind]: movedDue };
