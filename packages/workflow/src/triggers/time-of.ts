// When an atTime automation is due for a record: its date, by the tenant's clocks, and the duration before or after it.
import type { AtTimeTriggerModel, AutomationModel, DurationModel, Model } from '@tessera/metadata';
import { addDuration, addWorkingTime, instantOn, negated, parseDuration, parseWorkDuration } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';

export type AtTimeAutomation = AutomationModel & { readonly object: string; readonly trigger: AtTimeTriggerModel };

export const isAtTime = (automation: AutomationModel): automation is AtTimeAutomation =>
  automation.trigger.type === 'atTime' && automation.object !== undefined;

/** The instant so much earlier or later; undefined beyond the years of a calendar. */
export function moved(instant: number, { duration, calendar }: DurationModel, back: boolean, model: Model): number | undefined {
  if (calendar === undefined) {
    const length = parseDuration(duration);
    return length === undefined ? undefined : addDuration(instant, back ? negated(length) : length, model.settings.timeZone);
  }
  const work = model.calendars[calendar]?.calendar;
  const length = parseWorkDuration(back ? `-${duration}` : duration);
  return work === undefined || length === undefined ? undefined : addWorkingTime(work, instant, length);
}

/** Milliseconds since 1970; undefined where the record has no date. */
export function dueOf(model: Model, { trigger }: AtTimeAutomation, record: RecordValues): number | undefined {
  const { of, at, before, after } = trigger;
  const date = record[of];
  if (typeof date !== 'string') return undefined;
  const instant = date.length === 10 ? instantOn(date, at, model.settings.timeZone) : Date.parse(date);
  const offset = before ?? after;
  return offset === undefined ? instant : moved(instant, offset, before !== undefined, model);
}
