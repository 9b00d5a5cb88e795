// Working calendars that have every awkward thing: a lunch break, holidays, working weekends, nights over daylight saving, no work at all.
import { WorkCalendar, type WorkHours } from '@tessera/rules';

const hours = (...pairs: readonly (readonly [string, string])[]): readonly WorkHours[] => pairs.map(([from, to]) => ({ from, to }));

const none = hours();
const office = hours(['09:00', '12:00'], ['13:00', '18:00']);
const nine = hours(['09:00', '18:00']);
const nights = hours(['00:00', '06:00'], ['22:00', '24:00']);
const always = hours(['00:00', '24:00']);
const days = (...dates: readonly string[]): Record<string, readonly WorkHours[]> => Object.fromEntries(dates.map((date) => [date, none]));

export const calendars: Readonly<Record<string, WorkCalendar>> = {
  office: new WorkCalendar({
    timeZone: 'Asia/Shanghai',
    week: [office, office, office, office, office, none, none],
    exceptions: {
      ...days('2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', '2026-02-20', '2026-02-23', '2026-10-01', '2026-10-02', '2026-10-05'),
      '2026-02-14': office,
      '2026-02-28': office,
      '2026-10-10': hours(['10:00', '15:00']),
    },
  }),
  /** Half a Friday, and the American clocks. */
  sales: new WorkCalendar({
    timeZone: 'America/New_York',
    week: [nine, nine, nine, nine, hours(['09:00', '13:00']), none, none],
    exceptions: { ...days('2026-03-09', '2026-11-26', '2026-12-25', '2024-02-29'), '2026-03-08': hours(['01:00', '04:30']) },
  }),
  /** Each change of the clocks falls into working time. */
  nights: new WorkCalendar({
    timeZone: 'America/New_York',
    week: [nights, nights, none, nights, nights, nights, nights],
    exceptions: days('2026-07-04', '2026-07-05'),
  }),
  /** The clocks change by half an hour. */
  island: new WorkCalendar({ timeZone: 'Australia/Lord_Howe', week: [nine, nine, nine, nine, nine, none, nights], exceptions: {} }),
  always: new WorkCalendar({
    timeZone: 'America/Sao_Paulo',
    week: [always, always, always, always, always, always, always],
    exceptions: {},
  }),
  /** Nobody works but on a few days. */
  fair: new WorkCalendar({
    timeZone: 'Europe/Berlin',
    week: [none, none, none, none, none, none, none],
    exceptions: { '2026-03-28': always, '2026-03-29': always, '2026-10-25': nights, '2027-01-04': nine },
  }),
  never: new WorkCalendar({ timeZone: 'UTC', week: [none, none, none, none, none, none, none], exceptions: {} }),
};
