// Schedules: one timer for the next turn of each, and for a turn over records a second one that goes through them in pages.
import { nextTurn, type AutomationModel, type Model } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { chosenIdsStatement, setTimers, type NewTimer, type Timer } from '@tessera/storage';
import { startRuns } from '../automations/start-runs.ts';
import { doorIn, type TimerHandler } from '../jobs/handlers.ts';
import { conditionHolds } from './conditions.ts';
import { automationOf, startFor } from './due.ts';

export const scheduleKind = 'schedule';
export const turnKind = 'scheduleTurn';

/** Records of a turn that are started in one transaction. */
const pageSize = 500;

export type Scheduled = AutomationModel & { readonly trigger: Extract<AutomationModel['trigger'], { readonly type: 'schedule' }> };

export const isScheduled = (automation: AutomationModel): automation is Scheduled => automation.trigger.type === 'schedule';

export const scheduleKey = (automation: string): string => `${scheduleKind}/${automation}`;

/** What the keys of pages of its turns begin with. */
export const pagesPrefix = (automation: string): string => `${turnKind}/${automation}/`;

/** The timer of the first turn after an instant; undefined where there is none. */
export function turnAfter({ name, trigger, object }: Scheduled, instant: number, id: string): NewTimer | undefined {
  const due = nextTurn(trigger, instant);
  if (due === undefined) return undefined;
  return {
    id,
    key: scheduleKey(name),
    kind: scheduleKind,
    dueAt: new Date(due).toISOString(),
    runId: null,
    object: object ?? null,
    recordId: null,
    content: JSON.stringify({ automation: name }),
  };
}

const scheduledOf = (model: Model, timer: Timer): Scheduled | undefined => {
  const automation = model.automations[automationOf(timer)];
  return automation !== undefined && isScheduled(automation) ? automation : undefined;
};

/** The page of a turn that comes next: the turn is told by its time, so that one which takes long and the next do not mix. */
function pageOf(session: WriteSession, { name, object }: Scheduled, turn: string, after: string | null): NewTimer {
  return {
    id: session.context.newId(),
    key: `${pagesPrefix(name)}${turn}`,
    kind: turnKind,
    dueAt: session.at,
    runId: null,
    object: object ?? null,
    recordId: null,
    content: JSON.stringify({ automation: name, turn, after }),
  };
}

async function startAlone(session: WriteSession, automation: Scheduled): Promise<void> {
  if (await conditionHolds(session, { automation, record: undefined, inputs: {} }))
    await startRuns(session, [{ automation, record: undefined, actor: null }]);
}

/** Turns that were missed are one: the next is reckoned from now. */
export const scheduleDue: TimerHandler = async (session, timers) => {
  const now = Date.parse(session.at);
  const set: NewTimer[] = [];
  for (const timer of timers) {
    const automation = scheduledOf(session.model, timer);
    if (automation === undefined) continue;
    const next = turnAfter(automation, now, session.context.newId());
    if (next !== undefined) set.push(next);
    if (automation.object === undefined) await startAlone(session, automation);
    else set.push(pageOf(session, automation, timer.dueAt, null));
  }
  await setTimers(doorIn(session), set, session.at);
};

async function takePage(session: WriteSession, automation: Scheduled, { content }: Timer): Promise<NewTimer | undefined> {
  const object = automation.object === undefined ? undefined : session.model.objects[automation.object];
  if (object === undefined) return undefined;
  const { turn, after } = JSON.parse(content) as { readonly turn: string; readonly after: string | null };
  const page = chosenIdsStatement(session.target, object, automation.when, { after, first: pageSize }, session.slots);
  const { rows } = await session.transaction.query(page);
  const ids = rows.map((row) => String(row['id']));
  await startFor(session, automation, ids);
  const last = ids.at(-1);
  return last === undefined || ids.length < pageSize ? undefined : pageOf(session, automation, turn, last);
}

export const turnDue: TimerHandler = async (session, timers) => {
  for (const timer of timers) {
    const automation = scheduledOf(session.model, timer);
    const next = automation === undefined ? undefined : await takePage(session, automation, timer);
    if (next !== undefined) await setTimers(doorIn(session), [next], session.at);
  }
};
