// A clock’s elapsed time and deadline, held against one that counts minute by minute.
import { describe, expect, it } from '@jest/globals';
import { WorkCalendar } from '@tessera/rules';
import fc from 'fast-check';
import { advance, elapsedAt, neverRan, type ClockState, type ClockTerms } from '../../packages/workflow/src/clocks/machine.ts';

const minute = 60_000;
const start = Date.parse('2026-03-02T00:00:00Z');

/** Minutes from the start at which something changes, and what holds from then on. */
const eventArbitrary = fc.record({
  at: fc.integer({ min: 0, max: 60 * 24 * 16 }),
  start: fc.boolean(),
  pause: fc.boolean(),
  stop: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  target: fc.integer({ min: 1, max: 60 * 30 }),
});
type Event = typeof eventArbitrary extends fc.Arbitrary<infer T> ? T : never;

const hours = fc.constantFrom(
  [
    { from: '09:00', to: '12:00' },
    { from: '13:30', to: '18:00' },
  ],
  [{ from: '00:00', to: '24:00' }],
  [{ from: '22:15', to: '24:00' }],
  [],
);
const dates = ['2026-03-03', '2026-03-06', '2026-03-08', '2026-03-12', '2026-03-29'] as const;
const calendarArbitrary = fc
  .record({
    timeZone: fc.constantFrom('UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/New_York'),
    week: fc.array(hours, { minLength: 7, maxLength: 7 }).filter((week) => week.some((day) => day.length > 0)),
    exceptions: fc.dictionary(fc.constantFrom(...dates), hours),
  })
  .map((source) => ({ source, calendar: new WorkCalendar(source) }));

/** Whether a minute counts, told from the clock on the wall alone. */
function countsBy({ timeZone, week, exceptions }: WorkCalendar): (at: number) => boolean {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' });
  return (at) => {
    const [date = '', time = ''] = format.format(at).split(', ');
    const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
    return (exceptions[date] ?? week[weekday] ?? []).some(({ from, to }) => from <= time && time < to);
  };
}

interface Naive {
  state: 'none' | 'running' | 'paused' | 'over';
  minutes: number;
  target: number;
  cycle: number;
}

function follow(naive: Naive, { start: begins, pause, stop, target }: Event, reopen: ClockTerms['reopen']): void {
  const go = (): void => {
    naive.state = pause ? 'paused' : 'running';
  };
  if (naive.state === 'running' || naive.state === 'paused') {
    naive.target = target;
    if (stop) naive.state = 'over';
    else go();
  } else if (begins && !stop && (naive.state === 'none' || reopen === 'restart')) {
    Object.assign(naive, { minutes: 0, target, cycle: naive.cycle + 1 });
    go();
  } else if (begins && !stop && reopen === 'resume') {
    naive.target = target;
    go();
  }
}

/** Plays the events on both; gives what the clock says and what was counted, at each event and at the end. */
function play(events: readonly Event[], counts: (at: number) => boolean, terms: ClockTerms, end: number) {
  const naive: Naive = { state: 'none', minutes: 0, target: 0, cycle: 0 };
  let clock: ClockState = neverRan;
  const seen: { readonly said: unknown; readonly counted: unknown }[] = [];
  const byMinute = new Map(events.map((event) => [event.at, event]));
  for (let at = 0; at <= end; at += 1) {
    const now = start + at * minute;
    const event = byMinute.get(at);
    if (event !== undefined) {
      const facts = { ...event, targetFrom: () => event.target * minute, follows: true };
      clock = advance(terms, clock, facts, now);
      follow(naive, event, terms.reopen);
    }
    if (event !== undefined || at === end)
      seen.push({
        said: [
          clock.cycle,
          Math.round(elapsedAt(terms, clock, now) / minute),
          clock.state === 'running' || clock.state === 'paused' ? clock.state : '',
        ],
        counted: [naive.cycle, naive.minutes, naive.state === 'running' || naive.state === 'paused' ? naive.state : ''],
      });
    if (naive.state === 'running' && counts(now)) naive.minutes += 1;
  }
  return { seen, clock, naive };
}

/** The first minute by whose end the target is reached, where the clock goes on running from `at`. */
function deadline({ minutes, target }: Naive, at: number, counts: (at: number) => boolean): number {
  let [left, now] = [target - minutes, at];
  for (; left > 0; now += minute) if (counts(now)) left -= 1;
  return now;
}

const reopens = fc.constantFrom<ClockTerms['reopen']>('resume', 'restart', 'ignore');
const events = fc.uniqueArray(eventArbitrary, { maxLength: 12, selector: ({ at }) => at });
const end = 60 * 24 * 16;

describe('a clock', () => {
  it('counts the minutes that a calendar counts, whatever pauses, ends and begins again', () => {
    fc.assert(
      fc.property(calendarArbitrary, events, reopens, ({ calendar }, happening, reopen) => {
        const { seen } = play(happening, countsBy(calendar), { calendar, reopen }, end);
        expect(seen.map(({ said }) => said)).toEqual(seen.map(({ counted }) => counted));
      }),
      { numRuns: 60 },
    );
  });

  it('is due when so many minutes have counted as its target has', () => {
    fc.assert(
      fc.property(calendarArbitrary, events, reopens, ({ calendar }, happening, reopen) => {
        const counts = countsBy(calendar);
        const { clock, naive } = play(happening, counts, { calendar, reopen }, end);
        if (clock.state !== 'running' || clock.due === undefined || naive.minutes >= naive.target) return;
        const expected = deadline(naive, start + end * minute + minute, counts);
        expect(new Date(clock.due).toISOString()).toBe(new Date(expected).toISOString());
      }),
      { numRuns: 60 },
    );
  });

  it('counts all time without a calendar', () => {
    fc.assert(
      fc.property(events, reopens, (happening, reopen) => {
        const { seen } = play(happening, () => true, { calendar: undefined, reopen }, end);
        expect(seen.map(({ said }) => said)).toEqual(seen.map(({ counted }) => counted));
      }),
      { numRuns: 60 },
    );
  });

  const office = (exceptions: WorkCalendar['exceptions']) =>
    new WorkCalendar({ timeZone: 'UTC', week: Array.from({ length: 7 }, () => [{ from: '09:00', to: '17:00' }]), exceptions });
  const facts = { start: true, pause: false, stop: false, targetFrom: () => 1e15, follows: true };

  it('is due by the calendar of by now', () => {
    const days = { ...facts, targetFrom: () => 16 * 60 * minute, follows: false };
    const begun = advance({ calendar: office({}), reopen: 'ignore' }, neverRan, days, start);
    expect(begun.due).toBe(Date.parse('2026-03-03T17:00:00Z'));
    const later = advance({ calendar: office({ '2026-03-03': [] }), reopen: 'ignore' }, begun, days, start + minute);
    expect(later).toEqual({ ...begun, due: Date.parse('2026-03-04T17:00:00Z') });
  });

  it('is never due where its target is longer than all years', () => {
    for (const calendar of [undefined, office({})])
      expect(advance({ calendar, reopen: 'ignore' }, neverRan, facts, start)).toMatchObject({ state: 'running', due: undefined });
  });
});
