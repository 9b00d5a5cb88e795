// When an atTime automation is due for a record: its date, by the tenant's clocks, and the duration before or after it.
import type { AtTimeTriggerModel, AutomationModel, DurationModel, Model } from '@tessera/metadata';
import { addDuration, addWorkingTime, instantOn, negated, parseDuration, parseWorkDuration } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';

export type AtTimeAutomation = AutomationModel & { readonly object: string; readonly trigger: AtTimeTriggerModel };

export const isAtTime = (automation: AutomationModel): automation is AtTimeAutomation =>
  automation.trigger.type === 'atTime' && automation.object !== undefined;

/** The years that instants are written down in: 1 to 9999. */
const [first, last] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

/** What is later than all years never comes (dates that mean "for ever" lie there); what is earlier has always been. */
export const inYears = (instant: number | undefined): number | undefined =>
  instant === undefined || instant > last ? undefined : Math.max(instant, first);

/** The instant so much earlier or later; undefined beyond the years of a calendar. */
export function moved(instant: number, { duration, calendar }: DurationModel, back: boolean, model: Model): number | undefined {
  if (calendar === undefined) {
    const length = parseDuration(duration);
    return length && inYears(addDuration(instant, back ? negated(length) : length, model.settings.timeZone));
  }
  const work = model.calendars[calendar]?.calendar;
  const length = parseWorkDuration(back ? `-${duration}` : duration);
  return work === undefined || length === undefined ? undefined : addWorkingTime(work, instant, length);
}

/** Milliseconds since 1970; undefined where the record has no date, or one that never comes. */
export function dueOf(model: Model, { trigger }: AtTimeAutomation, record: RecordValues): number | undefined {
  const { of, at, before, after } = trigger;
  const date = record[of];
  if (typeof date !== 'string') return undefined;
  const instant = date.length === 10 ? instantOn(date, at, model.settings.timeZone) : Date.parse(date);
  const offset = before ?? after;
  return offset === undefined ? inYears(instant) : moved(instant, offset, before !== undefined, model);
}
