// The working time of calendars: what people expect of it, what the definition says, and what must always hold.
import { describe, expect, it } from '@jest/globals';
import { addWorkingTime, parseWorkDuration, WorkCalendar, workingMsBetween, type Value } from '@tessera/rules';
import fc from 'fast-check';
import { calendars } from './world/calendars.ts';
import { expressionOf } from './world/differential.ts';
import { valueFor, type Row } from './world/memory.ts';
import { plainWorld } from './world/records.ts';
import { movedByDays, quarter, workedQuarters } from './world/work-reference.ts';

const calendar = (name: string): WorkCalendar => {
  const found = calendars[name];
  if (found === undefined) throw new Error(`There is no calendar ${name}.`);
  return found;
};

function later(name: string, from: string, source: string): string | undefined {
  const duration = parseWorkDuration(source);
  if (duration === undefined) throw new Error(`No duration: ${source}`);
  const found = addWorkingTime(calendar(name), Date.parse(from), duration);
  return found === undefined ? undefined : new Date(found).toISOString();
}

describe('addWorkingTime', () => {
  it.each<[string, string, string, string, string]>([
    ['keeps the time of day over a weekend', 'office', '2026-03-06T16:00:00+08:00', 'P3D', '2026-03-11T16:00:00+08:00'],
    ['goes on with the hours on Monday', 'office', '2026-03-06T16:00:00+08:00', 'PT4H', '2026-03-09T11:00:00+08:00'],
    ['leaves the lunch break out', 'office', '2026-03-06T11:00:00+08:00', 'PT2H', '2026-03-06T14:00:00+08:00'],
    ['ends with the day, not in the next morning', 'office', '2026-03-06T16:00:00+08:00', 'PT2H', '2026-03-06T18:00:00+08:00'],
    ['begins at the next working moment', 'office', '2026-03-07T10:00:00+08:00', 'P1D', '2026-03-10T09:00:00+08:00'],
    ['begins after the lunch break', 'office', '2026-03-05T12:30:00+08:00', 'P1D', '2026-03-06T13:00:00+08:00'],
    ['takes the end of the day for working time', 'office', '2026-03-06T18:00:00+08:00', 'P1D', '2026-03-09T18:00:00+08:00'],
    ['works on a Saturday that makes up for a holiday', 'office', '2026-02-27T16:00:00+08:00', 'PT4H', '2026-02-28T11:00:00+08:00'],
    ['passes over holidays', 'office', '2026-02-13T16:00:00+08:00', 'P2D', '2026-02-24T16:00:00+08:00'],
    ['gives the next working moment for nothing', 'office', '2026-03-06T18:00:00+08:00', 'P0D', '2026-03-09T09:00:00+08:00'],
    ['leaves working time as it is for nothing', 'office', '2026-03-06T17:59:59.999+08:00', 'PT0S', '2026-03-06T17:59:59.999+08:00'],
    ['begins at the previous working moment when it goes back', 'office', '2026-03-07T10:00:00+08:00', '-P1D', '2026-03-05T18:00:00+08:00'],
    ['goes back by hours', 'office', '2026-03-09T10:00:00+08:00', '-PT2H', '2026-03-06T17:00:00+08:00'],
    [
      'takes the begin of the day for working time when it goes back',
      'office',
      '2026-03-09T09:00:00+08:00',
      '-P1D',
      '2026-03-06T09:00:00+08:00',
    ],
    ['stays within a short day', 'sales', '2026-01-08T16:00:00-05:00', 'P1D', '2026-01-09T13:00:00-05:00'],
    ['takes days first, then hours', 'sales', '2026-01-08T16:00:00-05:00', 'P1DT1H', '2026-01-12T10:00:00-05:00'],
    ['keeps the time of day when clocks change', 'sales', '2026-03-05T10:00:00-05:00', 'P4D', '2026-03-11T10:00:00-04:00'],
    ['has a short night when clocks go forward', 'nights', '2026-03-07T22:00:00-05:00', 'PT7H', '2026-03-08T06:00:00-04:00'],
    ['has a long night when clocks go back', 'nights', '2026-10-31T22:00:00-04:00', 'PT9H', '2026-11-01T06:00:00-05:00'],
    ['ends at midnight of the same day', 'nights', '2026-03-02T00:00:00-05:00', '-PT1H', '2026-03-01T23:00:00-05:00'],
  ])('%s', (_, name, from, duration, to) => {
    expect(later(name, from, duration)).toBe(new Date(to).toISOString());
  });

  it('knows no end where nobody ever works, and none beyond its years', () => {
    expect(later('never', '2026-03-02T09:00:00Z', 'PT1S')).toBeUndefined();
    expect(later('never', '2026-03-02T09:00:00Z', 'P1D')).toBeUndefined();
    expect(later('fair', '2027-01-04T18:00:00+01:00', 'P0D')).toBeUndefined();
    expect(later('office', '2099-12-31T17:00:00+08:00', 'PT1H')).toBe('2099-12-31T10:00:00.000Z');
    expect(later('office', '2099-12-31T17:00:00+08:00', 'PT1H0.001S')).toBeUndefined();
    expect(later('office', '1969-12-31T23:59:59+08:00', 'P0D')).toBeUndefined();
    expect(later('office', '1970-01-01T00:00:00+08:00', 'P0D')).toBe('1970-01-01T01:00:00.000Z');
  });
});

describe('parseWorkDuration', () => {
  it.each(['P1Y', 'P1M', '-P2W', 'P1M1D', 'P1WT1H', '1D', ''])('refuses %j', (source) => {
    expect(parseWorkDuration(source)).toBeUndefined();
  });

  it('reads days and time, minutes among it', () => {
    expect(parseWorkDuration('-P1DT2H30M')).toEqual({ days: -1, milliseconds: -9_000_000 });
  });
});

describe('WorkCalendar', () => {
  const closed = [[], [], [], [], [], [], []];

  it.each([
    ['a zone', { timeZone: 'Mars/Base', week: closed, exceptions: {} }],
    ['a week', { timeZone: 'UTC', week: [], exceptions: {} }],
    ['a time', { timeZone: 'UTC', week: [[{ from: '9:00', to: '24:01' }], ...closed.slice(1)], exceptions: {} }],
    ['a date', { timeZone: 'UTC', week: closed, exceptions: { '1 May': [] } }],
    ['a day of its month', { timeZone: 'UTC', week: closed, exceptions: { '2026-02-30': [] } }],
  ])('refuses what is not %s', (_, source) => {
    expect(() => new WorkCalendar(source)).toThrow(TypeError);
  });

  it('stands in an expression with all that it says, so that a change of it is a change of the rule', () => {
    const expression = expressionOf({ dateAdd: [{ var: 'dueAt' }, 'P1D', 'sales'] });
    expect(JSON.parse(JSON.stringify(expression))).toMatchObject({
      calendar: { timeZone: 'America/New_York', week: calendar('sales').week, exceptions: calendar('sales').exceptions },
    });
  });

  it('counts what overlaps once, in whatever order', () => {
    const monday = [
      { from: '12:00', to: '15:00' },
      { from: '09:00', to: '13:00' },
      { from: '15:00', to: '16:00' },
      { from: '20:00', to: '19:00' },
    ];
    const made = new WorkCalendar({ timeZone: 'UTC', week: [monday, ...closed.slice(1)], exceptions: {} });
    expect(workingMsBetween(made, Date.parse('2026-03-02'), Date.parse('2026-03-03'))).toBe(7 * 3_600_000);
  });
});

const windows = [
  ['2018-02-10', '2018-02-25'],
  ['2018-10-28', '2018-11-10'],
  ['2026-02-05', '2026-04-12'],
  ['2026-09-25', '2026-11-30'],
  ['2026-12-20', '2027-01-10'],
] as const;

describe.each(Object.keys(calendars))('the calendar %s', (name) => {
  const work = calendar(name);

  it.each(windows)('works from %s to %s when its clocks say so', (first, last) => {
    const [from, to] = [Date.parse(first), Date.parse(last)];
    let expected = 0;
    const wrong = workedQuarters(work, from, to).flatMap((works, i) => {
      const found = workingMsBetween(work, from, from + i * quarter);
      const differs = found === expected ? [] : [{ to: new Date(from + i * quarter), found, expected }];
      if (works) expected += quarter;
      return differs;
    });
    expect(wrong).toEqual([]);
    expect(workingMsBetween(work, to, from)).toBe(0 - expected);
  });
});

const instants = fc.oneof(
  fc.integer({ min: Date.parse('2017-01-01'), max: Date.parse('2031-01-01') }),
  fc.integer({ min: Date.parse('2026-01-01') / quarter, max: Date.parse('2027-01-31') / quarter }).map((n) => n * quarter),
);
const lengths = fc
  .oneof(
    fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }),
    fc.integer({ min: -2000, max: 2000 }).map((n) => n * quarter),
  )
  .filter((n) => n !== 0);
const steady = Object.values(calendars).filter((work) => work.week.some((hours) => hours.length > 0));
const working = fc.constantFrom(...steady);

function moved(work: WorkCalendar, from: number, milliseconds: number): number {
  const found = addWorkingTime(work, from, { days: 0, milliseconds });
  if (found === undefined) throw new Error('There is no such time.');
  return found;
}

describe('hours of work', () => {
  it('are what lies between, and end where work is done', () => {
    fc.assert(
      fc.property(working, instants, lengths, (work, from, milliseconds) => {
        const to = moved(work, from, milliseconds);
        expect(workingMsBetween(work, from, to)).toBe(milliseconds);
        const last = milliseconds > 0 ? [to - 1, to] : [to, to + 1];
        expect(workingMsBetween(work, last[0] ?? 0, last[1] ?? 0)).toBe(1);
      }),
      { numRuns: 2_000 },
    );
  });

  it('may be added one after another', () => {
    fc.assert(
      fc.property(working, instants, lengths, lengths, (work, from, a, b) => {
        fc.pre(a > 0 === b > 0);
        expect(moved(work, moved(work, from, a), b)).toBe(moved(work, from, a + b));
      }),
      { numRuns: 1_000 },
    );
  });

  it('lead further from a later start, and further the more they are', () => {
    fc.assert(
      fc.property(working, instants, instants, lengths, lengths, (work, a, b, few, many) => {
        expect(moved(work, Math.min(a, b), few)).toBeLessThanOrEqual(moved(work, Math.max(a, b), few));
        expect(moved(work, a, Math.min(few, many))).toBeLessThanOrEqual(moved(work, a, Math.max(few, many)));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('working days', () => {
  const atDay = fc.constantFrom('office', 'sales').map(calendar);
  const quarters = fc.integer({ min: Date.parse('2025-11-01') / quarter, max: Date.parse('2027-01-31') / quarter }).map((n) => n * quarter);
  const counts = fc.integer({ min: -40, max: 40 }).filter((n) => n !== 0);
  const worked = (rule: unknown, closeDate: Value): Value =>
    valueFor(expressionOf(rule), plainWorld, { ...(plainWorld.rows['deal']?.[0] as Row), closeDate });

  it('are those that one comes to by going from day to day', () => {
    fc.assert(
      fc.property(atDay, quarters, counts, (work, from, days) => {
        expect(new Date(addWorkingTime(work, from, { days, milliseconds: 0 }) ?? 0)).toEqual(new Date(movedByDays(work, from, days)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('lead further from a later start', () => {
    fc.assert(
      fc.property(atDay, instants, instants, counts, (work, a, b, days) => {
        const [earlier = 0, last = 0] = [Math.min(a, b), Math.max(a, b)].map((from) =>
          addWorkingTime(work, from, { days, milliseconds: 0 }),
        );
        expect(earlier).toBeLessThanOrEqual(last);
      }),
      { numRuns: 1_000 },
    );
  });

  it('of dates are what lies between, from any date on and back from a working day', () => {
    const names = fc.constantFrom('office', 'sales', 'nights', 'island', 'always');
    const dates = fc.integer({ min: 15_000, max: 25_000 }).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));
    fc.assert(
      fc.property(names, dates, counts, (name, from, days) => {
        const to = worked({ dateAdd: [{ var: 'closeDate' }, days, name] }, from);
        fc.pre(days > 0 || worked({ isWorkingTime: [{ var: 'closeDate' }, name] }, from) === true);
        expect(worked({ dateDiff: [{ var: 'closeDate' }, to, 'days', name] }, from)).toBe(String(days));
        expect(worked({ dateDiff: [to, { var: 'closeDate' }, 'days', name] }, from)).toBe(String(-days));
        expect(worked({ isWorkingTime: [{ var: 'closeDate' }, name] }, to)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
