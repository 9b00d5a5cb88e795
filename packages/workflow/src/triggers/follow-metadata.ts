// What a change of metadata means for timers: schedules begin, move and end; times follow their automations; records are caught up with.
import { contentHash, type AutomationModel, type Model } from '@tessera/metadata';
import { cancelTimers, cancelTimersUnder, setTimers, wakeStatement, type NewTimer, type WorkflowDoor } from '@tessera/storage';
import { followRollups } from '../rollups/refresh.ts';
import { atTimePrefix } from './at-time.ts';
import { isScheduled, scheduleKey, turnAfter, turnKind } from './schedule.ts';
import { isAtTime } from './time-of.ts';
import { catchUpKind, retimeKind, walkTimer } from './walks.ts';

export interface MetadataChanged {
  readonly before: Model | undefined;
  readonly after: Model;
  /** RFC 3339. */
  readonly now: string;
  readonly newId: () => string;
}

/** All that the times of an automation hang on: equal where none of its timers moves. */
function timingOf(model: Model, automation: AutomationModel): string {
  const { trigger, when, object } = automation;
  if (!isAtTime(automation)) return contentHash({ trigger, object: object ?? null });
  const { before, after } = automation.trigger;
  const calendars = [before, after].flatMap((each) => (each?.calendar === undefined ? [] : [model.source['calendar']?.[each.calendar]]));
  return contentHash({ trigger, object, when: when ?? null, zone: model.settings.timeZone, calendars });
}

/** Records that are there already count for it, and have not been asked yet. */
const isToCatchUp = (now: AutomationModel, former: AutomationModel | undefined): boolean =>
  now.existing === 'catchUp' && former?.existing !== 'catchUp';

/** Whether the timers that an automation had are nobody's any more. */
const isLeft = (former: AutomationModel, now: AutomationModel | undefined): boolean =>
  now?.trigger.type !== former.trigger.type || now.object !== former.object;

async function end(door: WorkflowDoor, former: AutomationModel): Promise<void> {
  const { name } = former;
  if (isScheduled(former)) {
    await cancelTimers(door, [scheduleKey(name)]);
    await cancelTimersUnder(door, `${turnKind}/${name}/`);
  }
  if (isAtTime(former)) await cancelTimersUnder(door, atTimePrefix(name));
  await cancelTimers(door, [`${catchUpKind}/${name}`, `${retimeKind}/${name}`]);
}

/** The timers that a new or changed automation begins with. */
function begin({ before, after, now, newId }: MetadataChanged, automation: AutomationModel): readonly NewTimer[] {
  const former = before?.automations[automation.name];
  const stays = former !== undefined && !isLeft(former, automation);
  const isMoved = before === undefined || !stays || timingOf(before, former) !== timingOf(after, automation);
  const at = { id: newId(), at: now, after: null };
  if (isScheduled(automation) && isMoved) return [turnAfter(automation, Date.parse(now), newId())].filter((timer) => timer !== undefined);
  if (isToCatchUp(automation, stays ? former : undefined)) return [walkTimer(catchUpKind, automation, at)];
  return isAtTime(automation) && stays && isMoved ? [walkTimer(retimeKind, automation, at)] : [];
}

/** In the transaction that puts the metadata in force. */
export async function followMetadata(door: WorkflowDoor, changed: MetadataChanged): Promise<void> {
  const { before, after, now } = changed;
  for (const former of Object.values(before?.automations ?? {})) {
    if (isLeft(former, after.automations[former.name])) await end(door, former);
  }
  const timers = [
    ...Object.values(after.automations).flatMap((automation) => begin(changed, automation)),
    ...(await followRollups(door, changed)),
  ];
  if (timers.length === 0) return;
  await setTimers(door, timers, now);
  await door.query(wakeStatement(['work'], timers.map(({ dueAt }) => dueAt).sort()[0]));
}
