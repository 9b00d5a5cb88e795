// What a change of metadata means for timers: schedules begin, move and end; times follow their automations; records are caught up with.
import { contentHash, type AutomationModel, type Model } from '@tessera/metadata';
import {
  cancelTimers,
  cancelTimersUnder,
  moveTimers,
  readyRunsBeside,
  setTimers,
  wakeStatement,
  type NewTimer,
  type TimerMove,
  type WorkflowDoor,
} from '@tessera/storage';
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
  /** Objects whose records migrations have changed beside; left out: none. */
  readonly migrated?: ReadonlySet<string>;
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

type Change = Pick<MetadataChanged, 'before' | 'after'>;

/** What an automation was before under the same name, or a former one. */
function formerOf({ before, after }: Change, { name }: AutomationModel): AutomationModel | undefined {
  if (before === undefined) return undefined;
  const { renamedFrom = [] } = (after.source['automation']?.[name] ?? {}) as { readonly renamedFrom?: readonly string[] };
  const known = [name, ...renamedFrom.filter((former) => !Object.hasOwn(after.automations, former))];
  const found = known.find((each) => Object.hasOwn(before.automations, each));
  return found === undefined ? undefined : before.automations[found];
}

/** Whether it is still about the same records, which may be called otherwise by now, and starts in the same way: its timers stay its own. */
function stays({ after }: Change, former: AutomationModel, now: AutomationModel): boolean {
  const names: readonly (string | undefined)[] =
    now.object === undefined ? [undefined] : [now.object, ...(after.objects[now.object]?.renamedFrom ?? [])];
  const isGone = former.object === now.object || former.object === undefined || !Object.hasOwn(after.objects, former.object);
  return now.trigger.type === former.trigger.type && names.includes(former.object) && isGone;
}

/** The timers of an automation under its former name. */
const movesOf = (from: string, to: string): readonly TimerMove[] =>
  [
    [atTimePrefix(from), atTimePrefix(to)] as const,
    [scheduleKey(from), scheduleKey(to)] as const,
    [`${turnKind}/${from}/`, `${turnKind}/${to}/`] as const,
    [`${catchUpKind}/${from}`, `${catchUpKind}/${to}`] as const,
    [`${retimeKind}/${from}`, `${retimeKind}/${to}`] as const,
  ].map((keys) => ({ from: keys[0], to: keys[1], automation: to }));

/** Timers that are nobody's any more go, those of what is called otherwise by now go along with it. */
async function follow(door: WorkflowDoor, changed: Change): Promise<void> {
  const present = new Map<AutomationModel, string>();
  for (const automation of Object.values(changed.after.automations)) {
    const former = formerOf(changed, automation);
    if (former !== undefined && stays(changed, former, automation)) present.set(former, automation.name);
  }
  for (const former of Object.values(changed.before?.automations ?? {})) if (!present.has(former)) await end(door, former);
  await moveTimers(
    door,
    [...present].flatMap(([{ name }, now]) => (name === now ? [] : movesOf(name, now))),
  );
}

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
function begin(changed: MetadataChanged, automation: AutomationModel): readonly NewTimer[] {
  const { before, after, now, newId, migrated } = changed;
  const known = formerOf(changed, automation);
  const former = known !== undefined && stays(changed, known, automation) ? known : undefined;
  const isMoved = before === undefined || former === undefined || timingOf(before, former) !== timingOf(after, automation);
  const at = { id: newId(), at: now, after: null, since: now };
  if (isScheduled(automation) && isMoved) return [turnAfter(automation, Date.parse(now), newId())].filter((timer) => timer !== undefined);
  if (isToCatchUp(automation, former)) return [walkTimer(catchUpKind, automation, at)];
  const isOther = isMoved || migrated?.has(automation.object ?? '') === true;
  return isAtTime(automation) && former !== undefined && isOther ? [walkTimer(retimeKind, automation, at)] : [];
}

/**
 * Definitions whose runs go on waiting as they do. Others look again: what waits for something that is no more finds that out, and what goes
 * on by a former version looks after itself. By other calendars or clocks any time may be another.
 */
function lookedAfter(before: Model, after: Model): readonly string[] {
  const times = ({ source, settings }: Model): string => contentHash({ calendars: source['calendar'], zone: settings.timeZone });
  return times(before) === times(after) ? Object.values(after.automations).map(({ hash }) => hash) : [];
}

/** In the transaction that puts the metadata in force. */
export async function followMetadata(door: WorkflowDoor, changed: MetadataChanged): Promise<void> {
  const { before, after, now } = changed;
  await follow(door, changed);
  const timers = [
    ...Object.values(after.automations).flatMap((automation) => begin(changed, automation)),
    ...(await followRollups(door, changed)),
  ];
  const woken = before === undefined ? 0 : await readyRunsBeside(door, lookedAfter(before, after), now);
  await setTimers(door, timers, now);
  const [first] = [...timers.map(({ dueAt }) => dueAt), ...(woken > 0 ? [now] : [])].sort();
  if (first !== undefined) await door.query(wakeStatement(['work'], first));
}
