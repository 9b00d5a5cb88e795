// Why something by time did not start an automation: whether its time has come, by the record's date or by a clock.
import type { AutomationModel, ObjectModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { cyclesOf, firedIn } from '../clocks/cycles.ts';
import { stateIn } from '../clocks/record-clocks.ts';
import { instantOf } from '../clocks/thresholds.ts';
import type { PastWrite } from './past.ts';
import type { Scheduled } from './schedule.ts';
import { dueOf, type AtTimeAutomation } from './time-of.ts';

/** One thing that must hold; the first that does not is why the automation did not start. */
export interface Check {
  readonly part: 'event' | 'changed' | 'date' | 'time' | 'condition' | 'metadata' | 'asked';
  readonly ok: boolean;
  readonly message: string;
}

/** A write of a record, as metadata knows the record by now. */
export interface Site {
  readonly session: WriteSession;
  readonly automation: AutomationModel;
  readonly object: ObjectModel;
  readonly write: PastWrite;
  /** RFC 3339: since when the metadata is what it is. */
  readonly since: string | null;
}

export const check = (part: Check['part'], ok: boolean, message: string): Check => ({ part, ok, message });

const isVoid = (record: PastWrite['old']): boolean => record?.['lifeStatus'] === 'void';

/** Nothing is due of a record that is not there, or counts for nothing. */
function awayCheck({ write }: Site, part: 'date' | 'event'): readonly Check[] {
  const where = write.event === 'delete' ? 'in the bin' : isVoid(write.values) ? 'void' : undefined;
  return where === undefined ? [] : [check(part, false, `The record is ${where}: nothing is due of it.`)];
}

export function timeChecks(site: Site, automation: AtTimeAutomation): readonly Check[] {
  const { session, write } = site;
  const { of } = automation.trigger;
  const away = awayCheck(site, 'date');
  if (away.length > 0) return away;
  const due = dueOf(session.model, automation, write.values);
  if (due === undefined) {
    const isEmpty = typeof write.values[of] !== 'string';
    return [
      check(
        'date',
        false,
        isEmpty ? `${of} is empty, so there is no time that it could be due at.` : `${of} lies so late that it never comes.`,
      ),
    ];
  }
  const date = check('date', true, `By ${of} it is due at ${new Date(due).toISOString()}.`);
  const isBack = write.event === 'restore' || (isVoid(write.old) && !isVoid(write.values));
  if (isBack && write.at !== null && due <= Date.parse(write.at))
    return [date, check('time', false, 'That time was over when the record came back, and is not made up for.')];
  const isOver = due <= Date.parse(session.at);
  return [date, check('time', isOver, isOver ? 'That time is over.' : 'That time is still to come.')];
}

/** Whatever is not in the bin is looked for. */
export const turnChecks = ({ write }: Site, { cron, timeZone }: Scheduled['trigger']): readonly Check[] =>
  write.event === 'delete'
    ? [check('time', false, 'The record is in the bin, where no turn looks for it.')]
    : [check('time', true, `At each turn of ${cron} (${timeZone}) it looks for such records.`)];

type ClockTrigger = Extract<AutomationModel['trigger'], { type: 'clock' }>;

/** How the clock stands by now, and whether the threshold has come in its cycle. */
export async function clockChecks(site: Site, { clock: name, threshold: at }: ClockTrigger, id: string): Promise<readonly Check[]> {
  const { session, write } = site;
  const { model } = session;
  const clock = model.clocks[name];
  const threshold = clock?.thresholds[at];
  const history = model.objects[clock?.history ?? ''];
  if (clock === undefined || threshold === undefined || history === undefined) return [];
  const standing = stateIn(clock, write.values);
  const { state, cycle } = standing;
  if (state === undefined) return [check('event', false, `The clock ${name} has never run on the record.`)];
  const [row] = await cyclesOf(session, history, clock, [{ id, cycle }]);
  const times = firedIn(row)[at] ?? 0;
  const away = times > 0 ? [] : awayCheck(site, 'event');
  if (away.length > 0) return away;
  const said = `The clock ${name} is ${state} in cycle ${String(cycle)}; ${at} has come ${String(times)} times in it.`;
  if (times > 0 || state !== 'running') return [check('event', times > 0, said)];
  const due = instantOf(model, clock, threshold, standing, 1);
  const isOver = due !== undefined && due <= Date.parse(session.at);
  const when = due === undefined ? 'It never comes as the clock stands.' : `It comes at ${new Date(due).toISOString()}.`;
  return [check('event', true, said), check('time', isOver, when)];
}
