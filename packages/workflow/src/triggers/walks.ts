// Walks over what is there already, after a change of the metadata: records that a new automation catches up with, timers that follow a changed one.
import type { AutomationModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import {
  cancelTimers,
  lockStatement,
  recordPageStatement,
  recordReader,
  recordsRunFor,
  setTimers,
  timersUnder,
  type NewTimer,
  type RecordValues,
  type Timer,
} from '@tessera/storage';
import { doorIn, type TimerHandler } from '../jobs/handlers.ts';
import { atTimePrefix, timersOf } from './at-time.ts';
import { automationOf, meeting, startFor } from './due.ts';
import { idOf } from './record-id.ts';
import { isAtTime } from './time-of.ts';

export const catchUpKind = 'catchUp';
export const retimeKind = 'retime';

/** Records, or timers, of one transaction: where it breaks off, it goes on behind the last that was committed. */
const pageSize = 500;

/** Where a walk has come to. */
interface Place {
  /** The key that it goes on behind; null: it begins. */
  readonly after: string | null;
  /** RFC 3339: when it began. */
  readonly since: string;
}

/** A walk that begins, or goes on. */
export const walkTimer = (
  kind: typeof catchUpKind | typeof retimeKind,
  { name, object }: Pick<AutomationModel, 'name' | 'object'>,
  { id, at, after, since }: Place & { readonly id: string; readonly at: string },
): NewTimer => ({
  id,
  key: `${kind}/${name}`,
  kind,
  dueAt: at,
  runId: null,
  object: object ?? null,
  recordId: null,
  content: JSON.stringify({ automation: name, after, since }),
});

function placeOf({ content, createdAt }: Timer): Place {
  const { after, since = createdAt } = JSON.parse(content) as Partial<Place>;
  return { after: after ?? null, since };
}

/** Takes a page; gives the key of its last, or undefined where there is nothing behind it. */
type Page = (session: WriteSession, automation: AutomationModel, place: Place) => Promise<string | undefined>;

async function setOrCancel(
  session: WriteSession,
  { set, gone }: { readonly set: readonly NewTimer[]; readonly gone: readonly string[] },
): Promise<void> {
  if (gone.length > 0) await cancelTimers(doorIn(session), gone);
  await setTimers(doorIn(session), set, session.at);
}

/** Records that the automation has not run for meanwhile: what is written while the walk is under way starts it as any write does. */
async function untouched(
  session: WriteSession,
  { name, hash }: AutomationModel,
  records: readonly RecordValues[],
  since: string,
): Promise<readonly RecordValues[]> {
  const run = await recordsRunFor(doorIn(session), { automation: name, definition: hash, since }, records.map(idOf));
  return records.filter((record) => !run.has(idOf(record)));
}

const catchUp: Page = async (session, automation, { after, since }) => {
  const object = automation.object === undefined ? undefined : session.model.objects[automation.object];
  if (object === undefined) return undefined;
  const { rows } = await session.transaction.query(recordPageStatement(session.target, object, { after, first: pageSize }));
  const all = rows.map(recordReader(object));
  const ids = all.map(idOf);
  const records = await untouched(session, automation, all, since);
  if (isAtTime(automation)) await setOrCancel(session, timersOf(session, object, automation, records));
  else {
    const met = await meeting(session, object, automation, records);
    await startFor(session, automation, met.map(idOf));
  }
  return ids.length < pageSize ? undefined : ids.at(-1);
};

const retime: Page = async (session, automation, { after }) => {
  const object = automation.object === undefined ? undefined : session.model.objects[automation.object];
  if (!isAtTime(automation) || object === undefined) return undefined;
  const read = (): Promise<readonly Timer[]> => timersUnder(doorIn(session), atTimePrefix(automation.name), after, pageSize);
  const timers = await read();
  const ids = timers.flatMap(({ recordId }) => recordId ?? []).sort();
  if (ids.length === 0) return undefined;
  const { rows } = await session.transaction.query(lockStatement(session.target, object, ids, { strength: 'no key update' }));
  // One that was due while its record was waited for has been taken, and is not set again.
  const still = new Set((await read()).map(({ recordId }) => recordId));
  const records = rows.map(recordReader(object)).filter(({ id }) => typeof id === 'string' && still.has(id));
  await setOrCancel(session, timersOf(session, object, automation, records));
  return timers.length < pageSize ? undefined : timers.at(-1)?.key;
};

const walk =
  (kind: typeof catchUpKind | typeof retimeKind, page: Page): TimerHandler =>
  async (session, timers) => {
    for (const timer of timers) {
      const automation = session.model.automations[automationOf(timer)];
      const place = placeOf(timer);
      const last = automation === undefined ? undefined : await page(session, automation, place);
      if (automation === undefined || last === undefined) continue;
      const next = { ...place, id: session.context.newId(), at: session.at, after: last };
      await setTimers(doorIn(session), [walkTimer(kind, automation, next)], session.at);
    }
  };

export const catchUpDue = walk(catchUpKind, catchUp);
export const retimeDue = walk(retimeKind, retime);
