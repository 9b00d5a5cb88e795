// Working time means the same in JavaScript and in SQL: every form by every calendar, over moments of every kind.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toStatement } from '@tessera/kernel';
import { toSql, type Value } from '@tessera/rules';
import fc from 'fast-check';
import { testSeed } from '../support/random.ts';
import { calendars } from './world/calendars.ts';
import { databaseValues, differences, expressionOf } from './world/differential.ts';
import type { Row, World } from './world/memory.ts';
import { versions, type Database } from './world/postgres.ts';
import { ids, plainWorld } from './world/records.ts';
import { environment, tableStatements } from './world/tables.ts';

const seed = testSeed();
const quarter = 900_000;

const between = (first: string, last: string, unit: number): fc.Arbitrary<number> =>
  fc.integer({ min: Date.parse(first) / unit, max: Date.parse(last) / unit }).map((n) => n * unit);

/** Full quarters around changes of clocks and holidays; any moment; the edges of what calendars know. */
const instant = fc.oneof(
  between('2026-02-01', '2026-04-12', quarter),
  between('2026-09-20', '2026-11-30', quarter),
  between('2018-02-10', '2018-11-20', quarter),
  between('2010-01-01', '2040-01-01', 1),
  between('1969-12-30', '1970-01-05', 60_000),
  between('2099-12-25', '2100-01-03', 60_000),
  fc.constantFrom(Date.parse('0001-01-01'), Date.parse('9999-12-31T23:59:59.999Z')),
);
const moment = fc.option(
  instant.map((at): Value => new Date(at).toISOString()),
  { freq: 30 },
);
const date = fc.option(
  instant.map((at): Value => new Date(at).toISOString().slice(0, 10)),
  { freq: 30 },
);
const count = fc.option(
  fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -300, max: 300 }), fc.constantFrom(1.9, 400_000)).map(String),
  { freq: 30 },
);
const deal = fc.record({ dueAt: moment, seenAt: moment, closeDate: date, openedOn: date, quantity: count });

const rows = fc.sample(deal, { seed, numRuns: 400 }).map((values, i): Row => ({ ...values, id: ids.deal(i + 1) }));
const world: World = { ...plainWorld, rows: { ...plainWorld.rows, deal: rows }, old: new Map() };

const [due, seen, close, opened, quantity] = ['dueAt', 'seenAt', 'closeDate', 'openedOn', 'quantity'].map((name) => ({ var: name }));
const durations = [
  'P0D',
  'P1D',
  '-P1D',
  'P7D',
  '-P30D',
  'PT1H',
  '-PT1H',
  'PT0.001S',
  '-PT0.001S',
  'PT40H',
  '-PT300H',
  'P1DT4H',
  '-P3DT2H30M',
];

const rulesBy = (name: string): unknown[] => [
  ...durations.map((duration) => ({ dateAdd: [due, duration, name] })),
  { dateAdd: [due, quantity, name] },
  { dateAdd: [close, quantity, name] },
  ...['P0D', 'P1D', '-P1D', 'P20D'].map((duration) => ({ dateAdd: [close, duration, name] })),
  ...['days', 'hours', 'minutes'].map((unit) => ({ dateDiff: [due, seen, unit, name] })),
  { dateDiff: [close, opened, 'days', name] },
  { isWorkingTime: [due, name] },
  { isWorkingTime: [close, name] },
  { dateAdd: [{ dateAdd: [due, 'P1M'] }, 'P0D', name] },
  { dateAdd: [null, 1, name] },
];

describe('the SQL of working time', () => {
  it('is of a size that does not depend on the calendar', () => {
    const sizeBy = (name: string): number => toStatement(toSql(expressionOf({ dateAdd: [due, 'P1DT4H', name] }), environment)).text.length;
    expect(sizeBy('nights')).toBeLessThan(sizeBy('never') + 300);
    expect(sizeBy('nights')).toBeLessThan(8_000);
  });
});

describe.each(versions.filter((version) => version.open !== undefined))('working time on $title', ({ open }) => {
  let database: Database;
  beforeAll(async () => {
    if (open !== undefined) database = await open();
    for (const statement of tableStatements(world)) await database.rows(statement);
  });
  afterAll(() => database.end());

  it.each(Object.keys(calendars))('is that of JavaScript by the calendar %s', async (name) => {
    const rules = rulesBy(name);
    const expressions = rules.map((rule) => expressionOf(rule));
    const found = await databaseValues(expressions, world, database);
    expect({ seed, differing: differences(rules, expressions, found, world) }).toEqual({ seed, differing: [] });
    const known = found.flat().filter((value) => value !== null && value !== false).length;
    expect(known).toBeGreaterThan(name === 'never' || name === 'fair' ? 100 : found.flat().length / 2);
  });
});
