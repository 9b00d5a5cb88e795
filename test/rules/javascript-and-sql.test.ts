// One meaning on both roads: random typed rules on random records give the same in JavaScript and in SQL.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operators, toJs, walk, type Expression, type Value } from '@tessera/rules';
import fc from 'fast-check';
import { testSeed } from '../support/random.ts';
import { Rules } from './world/arbitraries.ts';
import { kinds } from './world/names.ts';
import { databaseValues, differences, differencesOf, expressionOf } from './world/differential.ts';
import type { World } from './world/memory.ts';
import { versions, type Database } from './world/postgres.ts';
import { awkwardWorld } from './world/records.ts';
import { tableStatements } from './world/tables.ts';

const seed = testSeed();
const perZone = Number(process.env['TEST_RULES_PER_ZONE'] ?? 160);
const batch = 40;
const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe'];

const rules = new Rules();
/** Deep rules of every kind, then each way to make a rule by itself. */
const sources: readonly (readonly [rule: fc.Arbitrary<unknown>, runs: number])[] = [
  ...kinds.map((kind) => [rules.of(kind, kind === 'boolean' ? 3 : 2), Math.ceil(perZone / kinds.length)] as const),
  ...rules.each(1).map((rule) => [rule, 6] as const),
];

interface Drawn {
  readonly rule: unknown;
  readonly arbitrary: fc.Arbitrary<unknown>;
  readonly runs: number;
}

interface Ran {
  readonly world: World;
  readonly rules: readonly unknown[];
  readonly expressions: readonly Expression[];
  readonly found: readonly Value[][];
}

function draw(arbitrary: fc.Arbitrary<unknown>, runs: number, drawSeed: number): Drawn[] {
  return fc.sample(arbitrary, { seed: drawSeed, numRuns: runs }).map((rule) => ({ rule, arbitrary, runs }));
}

async function prepare(world: World, database: Database): Promise<void> {
  for (const statement of tableStatements(world)) await database.rows(statement);
}

/** The smallest rule that differs, as fast-check shrinks it: the same draws again, one by one. */
async function shrink({ arbitrary, runs }: Drawn, drawSeed: number, world: World, database: Database): Promise<void> {
  const property = fc.asyncProperty(arbitrary, async (rule) => {
    expect(await differencesOf(rule, world, database)).toEqual([]);
  });
  await fc.assert(property, { seed: drawSeed, numRuns: runs * 5 });
}

/** Compares many rules in one statement; where it fails or differs, throws with the smallest rule that does. */
async function compare(drawn: readonly Drawn[], drawSeed: number, world: World, database: Database): Promise<Ran> {
  const expressions = drawn.map(({ rule }) => expressionOf(rule));
  const sources = drawn.map(({ rule }) => rule);
  let found: Value[][];
  try {
    found = await databaseValues(expressions, world, database);
  } catch (error) {
    for (const one of drawn) if ((await differencesOf(one.rule, world, database)).length > 0) await shrink(one, drawSeed, world, database);
    throw error;
  }
  const differing = differences(sources, expressions, found, world);
  const [first] = differing;
  const culprit = first && drawn.find(({ rule }) => rule === first.rule);
  if (culprit !== undefined) await shrink(culprit, drawSeed, world, database);
  // Where the shrinker did not meet it again: as it is.
  expect({ seed, differing }).toEqual({ seed, differing: [] });
  return { world, rules: sources, expressions, found };
}

/** Operators that no compared rule of a known value contains. */
function unmet(ran: readonly Ran[]): string[] {
  const met = new Set<string>();
  for (const part of ran) {
    part.expressions.forEach((expression, i) => {
      if (part.found[i]?.some((value) => value !== null) === true)
        walk(expression, (at) => met.add(at.node === 'call' ? at.operator : at.node === 'aggregate' ? at.function : at.node));
    });
  }
  const wanted = operators.filter((row) => row.js !== undefined || row.native !== undefined).map((row) => row.name);
  return [...wanted, 'countDistinct', 'sum', 'avg', 'first', 'list', 'some', 'all', 'none'].filter((name) => !met.has(name));
}

describe.each(versions)('a rule in JavaScript and on $title', ({ title, open }) => {
  const when = open === undefined ? it.skip : it;
  const ran: Ran[] = [];
  let database: Database | undefined;

  beforeAll(async () => {
    database = await open?.();
  });
  afterAll(() => database?.end());

  when.each(zones)('gives the same in the zone %s', async (zone) => {
    if (database === undefined) throw new Error('There is no database.');
    const drawSeed = seed + zones.indexOf(zone);
    const world = awkwardWorld(drawSeed, zone);
    await prepare(world, database);
    const drawn = sources.flatMap(([arbitrary, runs]) => draw(arbitrary, runs, drawSeed));
    for (let i = 0; i < drawn.length; i += batch) ran.push(await compare(drawn.slice(i, i + batch), drawSeed, world, database));
  });

  when('has been compared on at least 2,000 pairs of a rule and a record', () => {
    const pairs = ran.reduce((sum, part) => sum + part.found.reduce((n, values) => n + values.length, 0), 0);
    const known = ran.reduce(
      (sum, part) => sum + part.found.reduce((n, values) => n + values.filter((value) => value !== null && value !== false).length, 0),
      0,
    );
    console.info(`${title}: ${pairs} pairs, ${known} of them neither null nor false; seed ${seed} (TEST_SEED=${seed} runs the same again)`);
    expect(pairs).toBeGreaterThanOrEqual(2_000);
    // Most would be null if the generator were careless, and null agrees with null.
    expect(known).toBeGreaterThan(pairs / 3);
  });

  when('meets every operator in a rule whose value is known', async () => {
    if (database === undefined) throw new Error('There is no database.');
    // What chance left out is drawn for, so that a seed cannot fail for bad luck.
    for (let round = 1; unmet(ran).length > 0 && round <= 20; round += 1) {
      const world = awkwardWorld(seed + zones.length + round, zones[0] ?? 'UTC');
      await prepare(world, database);
      const drawn = rules.each(1).flatMap((arbitrary) => draw(arbitrary, 6, seed + zones.length + round));
      for (let i = 0; i < drawn.length; i += batch)
        ran.push(await compare(drawn.slice(i, i + batch), seed + zones.length + round, world, database));
    }
    expect(unmet(ran)).toEqual([]);
  });

  when.each([
    ['<', '<='],
    ['==', '!='],
    ['and', 'or'],
    ['+', '-'],
    ['min', 'max'],
    ['trim', 'lower'],
    ['startOf', 'endOf'],
    ['left', 'right'],
    ['ceil', 'floor'],
  ])('would have shown if JavaScript took %s for %s', (operator, wrong) => {
    const mutated = (expression: Expression): Expression => {
      if (expression.node !== 'call') return expression;
      return {
        ...expression,
        operator: expression.operator === operator ? wrong : expression.operator,
        arguments: expression.arguments.map(mutated),
      };
    };
    const caught = ran.flatMap((part) =>
      differences(part.rules, part.expressions, part.found, part.world, (expression) => toJs(mutated(expression))),
    );
    expect(caught.length).toBeGreaterThan(0);
  });
});
