// Calendars: the hours of the week and the days that are otherwise, as rules reckon with them.
import { isZone, WorkCalendar, type WorkHours } from '@tessera/rules';
import { isDate } from '../field-types/date.ts';
import type { CalendarJson } from '../generated/types.ts';
import type { CalendarModel } from '../model.ts';
import type { Report } from './report.ts';
import { sealed } from './sealed.ts';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** The intervals of a day, in order. Those that run backwards or over one another are told. */
function hoursOf(intervals: readonly string[], pointer: string, report: Report): WorkHours[] {
  const hours = intervals.map((interval, i) => {
    const [from = '', to = ''] = interval.split('-');
    if (from >= to) report.add(`${pointer}/${String(i)}`, 'METADATA_REFERENCE_UNFIT', { reason: `${interval} ends before it begins.` });
    return { from, to };
  });
  hours.sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const [i, { from }] of hours.entries()) {
    const before = hours[i - 1];
    if (before === undefined || before.to <= from) continue;
    const reason = `${before.from}-${before.to} runs into the hours from ${from} on. Make them one, or part them.`;
    report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
  }
  return hours;
}

/** Undefined where something is wrong, all of which is told. */
export function resolveCalendar(source: CalendarJson, tenantZone: string, report: Report): CalendarModel | undefined {
  const { name, label = { en: name }, timeZone = tenantZone, days = {} } = source;
  let sound = isZone(timeZone);
  const strict: Report = {
    ...report,
    add: (...mistake) => {
      sound = false;
      report.add(...mistake);
    },
  };
  if (!sound)
    strict.add('/timeZone', 'METADATA_REFERENCE_UNFIT', {
      reason: `${timeZone} is no time zone of the IANA. Write it as in Asia/Shanghai.`,
    });
  const week = weekdays.map((day) => hoursOf(source.hours[day] ?? [], `/hours/${day}`, strict));
  if (week.every((hours) => hours.length === 0))
    strict.add('/hours', 'METADATA_REFERENCE_UNFIT', { reason: 'In this week nobody ever works. Give at least one day its hours.' });
  const exceptions = Object.entries(days).map(([day, hours]) => {
    if (!isDate(day)) strict.add(`/days/${day}`, 'METADATA_REFERENCE_UNFIT', { reason: `${day} is no day of the calendar.` });
    return [day, typeof hours === 'string' ? [] : hoursOf(hours, `/days/${day}`, strict)] as const;
  });
  if (!sound) return undefined;
  const parts = sealed({ timeZone, week, exceptions: Object.fromEntries(exceptions) }) as ConstructorParameters<typeof WorkCalendar>[0];
  return { name, label, calendar: new WorkCalendar(parts) };
}
