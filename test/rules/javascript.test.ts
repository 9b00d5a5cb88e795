// What rules give in JavaScript where json-logic-js alone would give something else, and what is exact.
import { describe, expect, it } from '@jest/globals';
import { compareMembers, toJs, type Value } from '@tessera/rules';
import fc from 'fast-check';
import { expressionOf } from './world/differential.ts';
import { environmentOf, valueFor, type Row } from './world/memory.ts';
import { plainWorld } from './world/records.ts';

const [deal] = plainWorld.rows['deal'] as [Row];

const worked = (rule: unknown, values: Readonly<Record<string, Value>> = {}, timeZone = plainWorld.timeZone): Value =>
  valueFor(expressionOf(rule), { ...plainWorld, timeZone }, { ...deal, ...values });

describe('toJs', () => {
  it.each<[string, unknown, Value]>([
    ['adds decimals exactly', { '==': [{ '+': [0.1, 0.2] }, 0.3] }, true],
    ['finds null in no place of an order', { '>': [{ var: 'missing' }, -1] }, false],
    [
      'holds all of nothing for true',
      {
        aggregate: {
          of: 'lines',
          function: 'all',
          value: { '>': [{ var: 'total' }, 99] },
          where: { '==': [{ var: 'kind' }, null] },
        },
      },
      true,
    ],
    ['negates unknown to true', { not: { '<': [{ var: 'missing' }, 1] } }, true],
    ['tells null from false where a boolean is a value', { '==': [{ var: 'hold' }, false] }, false],
    ['takes null for false where a boolean is a condition', { not: { var: 'hold' } }, true],
    ['gives and/or as true or false alone', { '==': [{ and: [true, { var: 'hold' }] }, false] }, true],
    ['divides by zero to null', { '/': [1, 0] }, null],
    ['rounds halves away from zero', { round: [-2.5] }, '-3'],
    ['rounds a third half-up at ten decimals', { '/': [2, 3] }, '0.6666666667'],
    ['overflows to null', { pow: ['10', 32] }, '100000000000000000000000000000000'],
    ['overflows to null beyond 10^40', { '*': [{ pow: [10, 32] }, { pow: [10, 8] }] }, null],
    ['orders text by code points, not UTF-16 units', { '<': ['～', '😀'] }, true],
    ['counts code points', { length: '😀é' }, '2'],
  ])('%s', (_, rule, expected) => {
    expect(worked(rule)).toBe(expected);
  });

  it('sums decimals of any size without an error', () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.integer({ min: 0, max: 20 }));
    const shown = ([digits, scale]: [bigint, number]): string => {
      const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
      return `${digits < 0n ? '-' : ''}${text.slice(0, text.length - scale)}${scale === 0 ? '' : `.${text.slice(-scale)}`}`;
    };
    const scaled = ([digits, scale]: [bigint, number]): bigint => digits * 10n ** BigInt(20 - scale);
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const sum = worked({ '+': [{ var: 'amount' }, { var: 'rate' }] }, { amount: shown(a), rate: shown(b) });
        const back = worked({ '-': [{ var: 'amount' }, { var: 'rate' }] }, { amount: sum, rate: shown(b) });
        expect(worked({ '==': [{ var: 'amount' }, { var: 'rate' }] }, { amount: back, rate: shown(a) })).toBe(true);
        expect(worked({ '<': [{ var: 'amount' }, { var: 'rate' }] }, { amount: shown(a), rate: shown(b) })).toBe(scaled(a) < scaled(b));
      }),
    );
  });

  it('keeps what a rule means apart from what json-logic-js would read in a value', () => {
    expect(worked({ isBlank: { literal: { var: 'amount' } } })).toBe(false);
    expect(worked({ '==': [{ var: 'name' }, '{"var":"amount"}'] })).toBe(false);
    const environment = { ...environmentOf(plainWorld, [deal]), path: () => ({ 'tessera:constant': [0] }) };
    expect(toJs(expressionOf({ isBlank: { var: 'extra' } }))(environment)).toBe(false);
  });

  it('gives one function that serves many environments', () => {
    const run = toJs(expressionOf({ '+': [{ var: 'amount' }, 1] }));
    const amounts = ['1', '2', null].map((amount) => run(environmentOf(plainWorld, [{ ...deal, amount }])));
    expect(amounts).toEqual(['2', '3', null]);
  });
});

describe('dates around daylight saving', () => {
  const dueAt = (instant: string): Readonly<Record<string, Value>> => ({ dueAt: instant });

  it.each<[string, unknown, Readonly<Record<string, Value>>, string, Value]>([
    [
      'a day over the gap is 23 hours',
      { dateAdd: [{ var: 'dueAt' }, 'P1D'] },
      dueAt('2026-03-28T12:00:00.000Z'),
      'Europe/Berlin',
      '2026-03-29T11:00:00.000Z',
    ],
    [
      '24 hours over the gap are 24 hours',
      { dateAdd: [{ var: 'dueAt' }, 'PT24H'] },
      dueAt('2026-03-28T12:00:00.000Z'),
      'Europe/Berlin',
      '2026-03-29T12:00:00.000Z',
    ],
    [
      'a time in the gap has the offset before it',
      { datetime: ['2026-03-29', '02:30', 'Europe/Berlin'] },
      {},
      'UTC',
      '2026-03-29T01:30:00.000Z',
    ],
    ['a time in the overlap is the second', { datetime: ['2026-10-25', '02:30', 'Europe/Berlin'] }, {}, 'UTC', '2026-10-25T01:30:00.000Z'],
    [
      'half an hour is the gap of Lord Howe',
      { datetime: ['2026-10-04', '02:15', 'Australia/Lord_Howe'] },
      {},
      'UTC',
      '2026-10-03T15:45:00.000Z',
    ],
    [
      'a day of 25 hours ends where the next begins',
      { endOf: [{ var: 'dueAt' }, 'day'] },
      dueAt('2026-11-01T12:00:00.000Z'),
      'America/New_York',
      '2026-11-02T04:59:59.999Z',
    ],
    [
      'adding nothing changes nothing',
      { dateAdd: [{ var: 'dueAt' }, 0] },
      dueAt('2026-10-25T00:30:00.000Z'),
      'Europe/Berlin',
      '2026-10-25T00:30:00.000Z',
    ],
    ['a month after 31 January is 28 February', { dateAdd: [{ var: 'openedOn' }, 'P1M'] }, {}, 'UTC', '2026-02-28'],
    ['months may be worked out', { dateAdd: [{ var: 'openedOn' }, { '-': [3, 2] }, 'months'] }, {}, 'UTC', '2026-02-28'],
    [
      'years may be worked out',
      { dateAdd: [{ var: 'closeDate' }, { '-': [1] }, 'years'] },
      { closeDate: '2024-02-29' },
      'UTC',
      '2023-02-28',
    ],
    ['no more than a thousand years are added', { dateAdd: [{ var: 'closeDate' }, 1001, 'years'] }, {}, 'UTC', null],
    ['no date is beyond 9999', { dateAdd: [{ var: 'closeDate' }, 'P1000Y'] }, { closeDate: '9000-01-01' }, 'UTC', null],
  ])('%s', (_, rule, values, zone, expected) => {
    expect(worked(rule, values, zone)).toBe(expected);
  });
});

describe('compareMembers', () => {
  const keys = [{ by: expressionOf({ var: 'amount' }), descending: true }];

  it('puts nulls last even where it descends', () => {
    expect(compareMembers(keys, ['1'], [null])).toBe(-1);
    expect(compareMembers(keys, [null], ['1'])).toBe(1);
    expect(compareMembers(keys, ['2'], ['10'])).toBe(1);
    expect(compareMembers(keys, ['2'], ['2.0'])).toBe(0);
  });
});
