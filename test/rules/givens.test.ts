// Given values: what is compiled of a rule with one value serves others, or says that it does not.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bind, Given, isGivable, toStatement, type GivenValue } from '@tessera/kernel';
import { checkRule, GivenSlot, toJs, toSql, walk, type Expression } from '@tessera/rules';
import fc from 'fast-check';
import { random, type Random } from '../support/random.ts';
import { Rules } from './world/arbitraries.ts';
import { dealScope } from './world/catalog.ts';
import { databaseValues } from './world/differential.ts';
import { kinds } from './world/names.ts';
import { versions, type Database } from './world/postgres.ts';
import { awkward, awkwardWorld } from './world/records.ts';
import { environment, tableStatements } from './world/tables.ts';

const given = (value: GivenValue, name = 'v'): Given => new Given(name, value);
const path = { var: 'name' };

function checked(rule: unknown): Expression {
  const { expression, problems } = checkRule(rule, dealScope);
  if (expression === undefined) throw new Error(JSON.stringify([rule, problems]));
  return expression;
}

const problemOf = (rule: unknown): string => checkRule(rule, dealScope).problems[0]?.message ?? '';

/** How given values are read in an expression, and in the statement that is made of it. */
function readingsOf(...parts: readonly unknown[]): readonly GivenSlot[] {
  const found = new Map<string, GivenSlot>();
  const collect = (part: unknown): void => {
    if (part instanceof GivenSlot) found.set(part.slot, part);
    else if (typeof part === 'object' && part !== null) Object.values(part).forEach(collect);
  };
  parts.forEach(collect);
  return [...found.values()];
}

const statementOf = (expression: Expression): ReturnType<typeof toStatement> => toStatement(toSql(expression, environment));

describe('a given value', () => {
  it('leaves its type and a slot in an expression, and nothing of itself', () => {
    const expression = checked({ '==': [{ var: 'stage' }, given('won')] });
    expect(JSON.stringify(expression)).not.toContain('"value"');
    expect(statementOf(expression).values).toEqual([expect.any(GivenSlot)]);
  });

  it('is bound as the literal would be, or not at all', () => {
    const boundTo = (rule: unknown, value: GivenValue): unknown => readingsOf(checked(rule))[0]?.bound(value);
    expect(boundTo({ '>': [{ var: 'amount' }, given(1)] }, '2.50')).toBe('2.5');
    expect(boundTo({ '>': [{ var: 'amount' }, given(1)] }, 'many')).toBeUndefined();
    expect(boundTo({ '==': [{ var: 'stage' }, given('won')] }, 'lost')).toBe('lost');
    expect(boundTo({ '==': [{ var: 'stage' }, given('won')] }, 'gone')).toBeUndefined();
    expect(boundTo({ in: [{ var: 'stage' }, given(['won'])] }, ['lost', 'won'])).toEqual(['lost', 'won']);
    expect(boundTo({ in: [{ var: 'stage' }, given(['won'])] }, 'won')).toBeUndefined();
    expect(boundTo({ '<': [{ var: 'closeDate' }, given('2026-01-01')] }, '2026-02-30')).toBeUndefined();
    expect(boundTo({ '==': [path, given('a')] }, 'nul \0')).toBeUndefined();
  });

  it('is a pattern where a text is sought in another', () => {
    const [slot] = statementOf(checked({ contains: [path, given('a')] })).values;
    expect(slot instanceof GivenSlot && slot.bound('50%_')).toBe('%50\\%\\_%');
  });

  it('shares a parameter where it is read and bound alike, and nowhere else', () => {
    const both = { and: [{ '>=': [{ var: 'amount' }, given(1)] }, { '<=': [{ var: 'amount' }, given(1)] }] };
    expect(statementOf(checked(both)).values).toHaveLength(1);
    const unlike = { or: [{ '==': [{ var: 'stage' }, given('won')] }, { '==': [path, given('won')] }, { contains: [path, given('won')] }] };
    expect(statementOf(checked(unlike)).values).toHaveLength(3);
  });

  it('is told by its class: JSON that looks like one is an operator', () => {
    expect(problemOf({ '==': [path, { given: 'v' }] })).toContain('There is no operator given');
    expect(problemOf({ '==': [path, { name: 'v', value: 'x' }] })).toContain('exactly one key');
  });

  it.each([
    ['a scale', { round: [{ var: 'amount' }, given(2)] }],
    ['a mode', { round: [{ var: 'amount' }, 2, given('up')] }],
    ['a role', { hasRole: given('salesDirector') }],
    ['a zone', { today: given('Europe/Berlin') }],
    ['a duration', { dateAdd: [{ var: 'closeDate' }, given('P1M')] }],
    ['a unit', { dateDiff: [{ var: 'closeDate' }, '2026-08-29', given('days')] }],
    ['a span', { startOf: [{ var: 'closeDate' }, given('month')] }],
    ['a macro', { within: [{ var: 'closeDate' }, given('today')] }],
    ['a path', { var: given('amount') }],
    ['a part of a list', { in: [path, ['a', given('b')]] }],
    ['a part of JSON', { literal: { a: given('b') } }],
  ])('is refused as %s, which the compiled text depends on', (_, rule) => {
    expect(checkRule(rule, dealScope).expression).toBeUndefined();
  });

  it('has no JavaScript', () => {
    expect(() => toJs(checked({ '==': [path, given('a')] }))).toThrow('when a statement runs');
  });
});

type Values = ReadonlyMap<string, GivenValue>;

/** Names of a rule that are no values. */
const structural: ReadonlySet<string> = new Set(['var', 'rule', 'param', 'changed', 'of', 'function', 'first', 'descending']);

/** The rule with chosen values put in by what `put` makes of them. */
function replaced(rule: unknown, put: (name: string, value: GivenValue) => unknown, at = ''): unknown {
  if (at !== '' && isGivable(rule)) return put(at, rule);
  if (Array.isArray(rule)) return rule.map((part: unknown, i) => replaced(part, put, `${at}/${String(i)}`));
  if (typeof rule !== 'object' || rule === null) return rule;
  return Object.fromEntries(
    Object.entries(rule).map(([key, part]) => [key, structural.has(key) ? part : replaced(part, put, `${at}/${key}`)]),
  );
}

interface Drawn {
  readonly rule: unknown;
  readonly first: Values;
  readonly second: Values;
}

const pools: readonly (readonly GivenValue[])[] = [...Object.values(awkward), [0, 1, 7, -3], ['won', 'lost'], ['vip', 'old', 'new']];
const anything = pools.flat();

const ordered = ['<', '<=', '>', '>='];
const sought = ['contains', 'startsWith', 'endsWith'];

/** What filters are made of, each operator with each kind of value. */
const filters: readonly unknown[] = [
  ...['==', '!=', ...ordered].flatMap((operator) => [
    ...awkward.number.slice(0, 5).map((value) => ({ [operator]: [{ var: 'amount' }, value] })),
    ...awkward.text.slice(0, 5).map((value) => ({ [operator]: [value, path] })),
    ...awkward.date.slice(0, 3).map((value) => ({ [operator]: [{ var: 'closeDate' }, value] })),
    ...awkward.datetime.slice(0, 3).map((value) => ({ [operator]: [{ var: 'dueAt' }, value] })),
  ]),
  ...sought.flatMap((operator) => awkward.text.map((value) => ({ [operator]: [path, value] }))),
  ...['hasAny', 'hasAll'].flatMap((operator) => [[], ['vip'], ['old', 'new']].map((value) => ({ [operator]: [{ var: 'tags' }, value] }))),
  ...[[], ['won'], ['won', 'lost']].map((value) => ({ in: [{ var: 'stage' }, value] })),
  { in: ['vip', { var: 'tags' }] },
  { in: ['a', path] },
  { '<=': [0, { var: 'amount' }, 100] },
];

function drawn(rule: unknown, chance: Random, percent: number): Drawn {
  const first = new Map<string, GivenValue>();
  replaced(rule, (name, value) => {
    if (chance.below(100) < percent) first.set(name, value);
  });
  const second = [...first].map(([name, value]) => {
    if (chance.below(100) < 8) return [name, chance.pick(anything)] as const;
    if (!Array.isArray(value)) return [name, chance.pick(pools.find((pool) => pool.includes(value)) ?? anything)] as const;
    return [name, (value as readonly (string | number)[]).slice(chance.below(2)).reverse()] as const;
  });
  return { rule, first, second: new Map(second) };
}

const withGivens = ({ rule }: Drawn, values: Values): unknown =>
  replaced(rule, (name, value) => (values.has(name) ? new Given(name, values.get(name) ?? value) : value));

/** Compiled with the first values and bound to the second; undefined where either is refused. */
function served(one: Drawn): { readonly expression: Expression; readonly slots: Readonly<Record<string, unknown>> } | undefined {
  const { expression } = checkRule(withGivens(one, one.first), dealScope);
  if (expression === undefined) return undefined;
  const slots: Record<string, unknown> = {};
  for (const reading of readingsOf(expression, statementOf(expression).values)) {
    const bound = reading.bound(one.second.get(reading.given) ?? '');
    if (bound === undefined) return undefined;
    slots[reading.slot] = bound;
  }
  return { expression, slots };
}

const plainly = (one: Drawn): unknown => replaced(one.rule, (name, value) => one.second.get(name) ?? value);

describe.each(versions)('a statement compiled with one value and bound to another, on $title', ({ open }) => {
  const when = open === undefined ? it.skip : it;
  const chance = random();
  const rules = new Rules();
  let database: Database | undefined;

  beforeAll(async () => {
    database = await open?.();
  });
  afterAll(() => database?.end());

  when(
    `is the one that the other would have been compiled to, and answers what its literal does (seed ${String(chance.seed)})`,
    async () => {
      if (database === undefined) throw new Error('There is no database.');
      const world = awkwardWorld(chance.seed, 'Europe/Berlin');
      for (const statement of tableStatements(world)) await database.rows(statement);
      const arbitraries = [...kinds.map((kind) => rules.of(kind, 2)), ...rules.each(1)];
      const all = [
        ...filters.map((rule) => drawn(rule, chance, 100)),
        ...arbitraries.flatMap((arbitrary, i) =>
          fc.sample(arbitrary, { seed: chance.seed + i, numRuns: 12 }).map((rule) => drawn(rule, chance, 60)),
        ),
      ];
      const met = new Set<string>();
      let refused = 0;
      for (const one of all.filter(({ first }) => first.size > 0)) {
        const serving = served(one);
        if (serving === undefined) {
          refused += 1;
          continue;
        }
        const { expression, slots } = serving;
        // What the plan takes, the rule takes.
        const plain = checked(plainly(one));
        const afresh = statementOf(checked(withGivens(one, one.second)));
        const open_ = Object.fromEntries(
          readingsOf(afresh.values).map((slot) => [slot.slot, slot.bound(one.second.get(slot.given) ?? '')]),
        );
        const rest = { now: 'now', zone: 'zone', user: 'user', roles: 'roles' };
        expect(bind(statementOf(expression), { ...rest, ...slots })).toEqual(bind(afresh, { ...rest, ...open_ }));
        const bound: Database = {
          ...database,
          rows: (statement, more) => database?.rows(statement, { ...more, ...slots }) ?? Promise.resolve([]),
        };
        const [found, expected] = await databaseValues([expression, plain], world, bound);
        expect({ rule: one, found }).toEqual({ rule: one, found: expected });
        walk(expression, (part) => {
          if (part.node === 'call' && part.arguments.some(({ node }) => node === 'given')) met.add(part.operator);
        });
      }
      expect(refused).toBeLessThan(all.length / 2);
      const compared = ['==', '!=', ...ordered, 'in', ...sought, 'hasAny', 'hasAll'];
      expect(compared.filter((operator) => !met.has(operator))).toEqual([]);
    },
  );
});
