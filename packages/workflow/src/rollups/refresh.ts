// Roll-ups on a schedule: one timer for the next turn of each schedule, and for a turn one that goes through its records in pages.
import { nextTurn, type Model } from '@tessera/metadata';
import { refreshRollups, rollupSchedules, scheduledRollups, type WriteSession } from '@tessera/records';
import { cancelTimers, cancelTimersUnder, setTimers, type NewTimer, type WorkflowDoor } from '@tessera/storage';
import { doorIn, type TimerHandler } from '../jobs/handlers.ts';

export const rollUpsKind = 'rollUps';
export const rollUpsPageKind = 'rollUpsPage';

/** Records of one transaction. */
const pageSize = 1_000;

const noId = '00000000-0000-0000-0000-000000000000';

interface Turn {
  readonly cron: string;
}

/** Where a turn has come to. */
interface Page extends Turn {
  /** The time that all of it is worked out for, RFC 3339. */
  readonly asOf: string;
  /** The place of the object in the order of the schedule's. */
  readonly place: number;
  readonly after: string;
}

const timer = (id: string, key: string, kind: string, dueAt: string, content: Turn): NewTimer => ({
  id,
  key,
  kind,
  dueAt,
  runId: null,
  object: null,
  recordId: null,
  content: JSON.stringify(content),
});

const turnKey = (cron: string): string => `${rollUpsKind}/${cron}`;

/** A turn is told by its time, so that one which takes long and the next do not mix. */
const pageTimer = ({ context, at }: WriteSession, page: Page): NewTimer =>
  timer(context.newId(), `${rollUpsPageKind}/${page.cron}/${page.asOf}`, rollUpsPageKind, at, page);

function turnAfter({ settings }: Model, cron: string, instant: number, id: string): readonly NewTimer[] {
  const due = nextTurn({ cron, timeZone: settings.timeZone }, instant);
  return due === undefined ? [] : [timer(id, turnKey(cron), rollUpsKind, new Date(due).toISOString(), { cron })];
}

/** Turns that were missed are one: the next is reckoned from now. */
export const rollUpsDue: TimerHandler = async (session, timers) => {
  const known = rollupSchedules(session.model);
  const set = timers
    .map((due) => (JSON.parse(due.content) as Turn).cron)
    .filter((cron) => known.has(cron))
    .flatMap((cron) => [
      ...turnAfter(session.model, cron, Date.parse(session.at), session.context.newId()),
      pageTimer(session, { cron, asOf: session.at, place: 0, after: noId }),
    ]);
  await setTimers(doorIn(session), set, session.at);
};

/** Gives where the turn goes on. */
async function takePage(session: WriteSession, page: Page): Promise<Page | undefined> {
  const groups = scheduledRollups(session.model, page.cron);
  const group = groups[page.place];
  if (group === undefined) return undefined;
  const asOf: WriteSession = { ...session, slots: { ...session.slots, now: page.asOf } };
  const { last, seen } = await refreshRollups(asOf, group, { after: page.after, first: pageSize });
  if (last !== undefined && seen === pageSize) return { ...page, after: last };
  return page.place + 1 < groups.length ? { ...page, place: page.place + 1, after: noId } : undefined;
}

export const rollUpsPageDue: TimerHandler = async (session, timers) => {
  for (const due of timers) {
    const next = await takePage(session, JSON.parse(due.content) as Page);
    if (next !== undefined) await setTimers(doorIn(session), [pageTimer(session, next)], session.at);
  }
};

export interface RollupsChanged {
  readonly before: Model | undefined;
  readonly after: Model;
  /** RFC 3339. */
  readonly now: string;
  readonly newId: () => string;
}

/** Timers that a change of metadata sets: schedules with new or other roll-ups have a turn at once. Those that are left are cancelled. */
export async function followRollups(door: WorkflowDoor, { before, after, now, newId }: RollupsChanged): Promise<readonly NewTimer[]> {
  const [former, present] = [before === undefined ? new Map<string, string>() : rollupSchedules(before), rollupSchedules(after)];
  for (const cron of former.keys()) {
    if (present.has(cron)) continue;
    await cancelTimers(door, [turnKey(cron)]);
    await cancelTimersUnder(door, `${rollUpsPageKind}/${cron}/`);
  }
  const isMoved = before?.settings.timeZone !== after.settings.timeZone;
  return [...present].flatMap(([cron, what]) =>
    former.get(cron) !== what || isMoved ? [timer(newId(), turnKey(cron), rollUpsKind, now, { cron })] : [],
  );
}
