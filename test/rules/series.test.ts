// Series of dates: each reckoned from the first, both ends included.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration, readsFrame, seriesDates, type Expression } from '@tessera/rules';

const dates = (start: string, end: string, every: string, after?: string): readonly string[] => {
  const duration = parseDuration(every) ?? { months: 0, days: 1 };
  return [...seriesDates({ start, end, every: duration }, after)].map(({ date }) => date);
};

describe('seriesDates', () => {
  it('keeps the day of the first wherever a month has it', () => {
    expect(dates('2026-01-31', '2026-05-31', 'P1M')).toEqual(['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']);
    expect(dates('2024-02-29', '2028-03-01', 'P1Y')).toEqual(['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']);
  });

  it('goes by weeks, days, and months with days', () => {
    expect(dates('2026-01-01', '2026-01-21', 'P1W')).toEqual(['2026-01-01', '2026-01-08', '2026-01-15']);
    expect(dates('2026-01-30', '2026-04-05', 'P1M1D')).toEqual(['2026-01-30', '2026-03-01', '2026-04-01']);
  });

  it('has both ends, the date itself where they are one, and nothing the wrong way round', () => {
    expect(dates('2026-01-01', '2026-01-01', 'P1D')).toEqual(['2026-01-01']);
    expect(dates('2026-01-02', '2026-01-01', 'P1D')).toEqual([]);
  });

  it('tells each date its place and the one after it', () => {
    expect([...seriesDates({ start: '2026-01-31', end: '2026-02-28', every: { months: 1, days: 0 } })]).toEqual([
      { index: 1, date: '2026-01-31', next: '2026-02-28' },
      { index: 2, date: '2026-02-28', next: '2026-03-31' },
    ]);
  });

  it('ends with the calendar', () => {
    expect([...seriesDates({ start: '9999-11-30', end: '9999-12-31', every: { months: 1, days: 0 } })]).toEqual([
      { index: 1, date: '9999-11-30', next: '9999-12-30' },
      { index: 2, date: '9999-12-30', next: null },
    ]);
  });

  it('goes on behind any of its dates with what comes next', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 9 }), fc.nat(11), (months, days, cut) => {
        const every = `P${String(months)}M${String(months + days === 0 ? 1 : days)}D`;
        const all = dates('2026-01-31', '2027-12-31', every);
        const at = all[cut % all.length] ?? '';
        expect(dates('2026-01-31', '2027-12-31', every, at)).toEqual(all.filter((date) => date > at));
      }),
    );
  });
});

describe('readsFrame', () => {
  const path = (root: number): Expression => ({
    node: 'path',
    type: { kind: 'number' },
    root,
    steps: [{ object: 'deal', field: 'amount' }],
  });
  const aggregate: Expression = {
    node: 'aggregate',
    type: { kind: 'number' },
    source: { kind: 'children', root: 1, steps: [], relation: 'lines', parent: 'deal', object: 'line', by: 'deal' },
    frame: 2,
    function: 'count',
  };

  it('finds the frame in paths, in what they are joined to, and where aggregates begin', () => {
    const sum: Expression = { node: 'call', type: { kind: 'number' }, operator: '+', arguments: [path(0), path(1)] };
    expect([path(1), sum, aggregate].map((rule) => readsFrame(rule, 1))).toEqual([true, true, true]);
    expect([path(0), aggregate].map((rule) => readsFrame(rule, 0))).toEqual([true, false]);
  });
});
