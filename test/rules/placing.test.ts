// Conditions joined, moved to another frame and taken out again; and what the compilers make of what security places.
import { describe, expect, it } from '@jest/globals';
import { ident, toStatement } from '@tessera/kernel';
import {
  allOf,
  always,
  anyOf,
  conditionSql,
  dependencies,
  reframed,
  toJs,
  toSql,
  walk,
  withoutPlaced,
  type AccessExpression,
  type AccessTest,
  type AggregateExpression,
  type Expression,
  type PathExpression,
} from '@tessera/rules';
import { expressionOf } from './world/differential.ts';
import { environment } from './world/tables.ts';

const boolean = { kind: 'boolean' } as const;
const path = (field: string, root: PathExpression['root'] = 0): PathExpression => ({
  node: 'path',
  type: boolean,
  root,
  steps: [{ object: 'deal', field }],
});
const access = (test: AccessTest, root = 0): AccessExpression => ({ node: 'access', type: boolean, root, object: 'deal', test });
const owner = access({ kind: 'owner', slot: 'mine' });
const share = access({ kind: 'share', access: 'read' });
const [a, b, c] = [path('active'), path('hold'), owner] as const;
const call = (operator: string, ...args: readonly Expression[]): Expression => ({ node: 'call', type: boolean, operator, arguments: args });

describe('allOf and anyOf', () => {
  it('join typed conditions and flatten their own kind only', () => {
    expect(allOf([a, allOf([b, c])])).toEqual(call('and', a, b, c));
    expect(anyOf([anyOf([a, b]), c])).toEqual(call('or', a, b, c));
    expect(allOf([anyOf([a, b]), c])).toEqual(call('and', call('or', a, b), c));
  });

  it('drop what changes nothing, and keep a single condition as it is', () => {
    expect(allOf([always(true), a])).toBe(a);
    expect(anyOf([a, always(false)])).toBe(a);
    expect(allOf([])).toEqual(always(true));
    expect(anyOf([])).toEqual(always(false));
  });

  it('are decided by the one condition that decides', () => {
    expect(allOf([a, always(false), b])).toEqual(always(false));
    expect(anyOf([a, always(true), b])).toEqual(always(true));
    expect(allOf([a, anyOf([])])).toEqual(always(false));
  });

  it('take null for no constant', () => {
    const unknown: Expression = { node: 'literal', type: boolean, value: null };
    expect(allOf([unknown, a])).toEqual(call('and', unknown, a));
  });
});

describe('reframed', () => {
  const aggregate = expressionOf({
    some: [{ var: 'lines' }, { and: [{ '>': [{ var: 'total' }, { var: '$record.amount' }] }, { '==': [{ var: '$user.id' }, null] }] }],
  }) as AggregateExpression;

  it('moves every frame of paths, aggregates, their sources and access, and no other root', () => {
    const moved = reframed(allOf([aggregate, owner]), 2);
    const { paths, aggregates } = dependencies(moved);
    expect(paths.map(({ root, steps }) => [root, steps[0]?.field])).toEqual([
      [3, 'total'],
      [2, 'amount'],
      ['$user', 'id'],
    ]);
    expect(aggregates).toEqual([expect.objectContaining({ frame: 3, source: expect.objectContaining({ root: 2 }) })]);
    const roots: number[] = [];
    walk(moved, (found) => (found.node === 'access' ? roots.push(found.root) : undefined));
    expect(roots).toEqual([2]);
  });

  it('moves sort keys, values and conditions, and comes back by the way it went', () => {
    const full: AggregateExpression = {
      ...aggregate,
      function: 'first',
      value: path('active', 1),
      where: path('hold', 1),
      sort: [{ by: path('rate', 1), descending: true }],
      source: { kind: 'ancestors', root: 0, steps: [], object: 'deal', by: 'parent' },
    };
    const moved = reframed(full, 1) as AggregateExpression;
    expect([moved.value, moved.where, moved.sort?.[0]?.by]).toEqual([path('active', 2), path('hold', 2), path('rate', 2)]);
    expect(reframed(moved, -1)).toEqual(full);
  });

  it('leaves what security placed in its own frames', () => {
    const placed: PathExpression = {
      ...path('account'),
      steps: [{ object: 'deal', field: 'account', where: owner, computed: path('hold') }],
      computed: path('active'),
    };
    const moved = reframed(placed, 4) as PathExpression;
    expect(moved).toEqual({ ...placed, root: 4 });
    const parent = access({ kind: 'parent', by: 'account', parent: 'account', where: owner });
    expect(reframed(parent, 1)).toEqual({ ...parent, root: 1 });
  });
});

describe('withoutPlaced', () => {
  it('gives the rule as it was asked for', () => {
    const asked = expressionOf({ and: [{ '>': [{ var: 'account.budget' }, 1] }, { some: [{ var: 'account.deals' }, { var: 'active' }] }] });
    const place = (expression: Expression): Expression => {
      if (expression.node === 'call') return { ...expression, arguments: expression.arguments.map(place) };
      if (expression.node === 'path') {
        return { ...expression, computed: always(false), steps: expression.steps.map((step) => ({ ...step, where: owner, computed: b })) };
      }
      if (expression.node !== 'aggregate' || expression.source.kind === 'object') return expression;
      return {
        ...expression,
        value: place(expression.value ?? always(true)),
        source: { ...expression.source, steps: expression.source.steps.map((step) => ({ ...step, where: owner })) },
      };
    };
    const placed = place(asked);
    expect(placed).not.toEqual(asked);
    expect(withoutPlaced(placed)).toEqual(asked);
    expect(withoutPlaced(asked)).toEqual(asked);
  });
});

describe('an access condition', () => {
  const text = (expression: Expression, make = conditionSql): string =>
    toStatement(make(expression, { ...environment, access: ({ test }) => ident(`is ${test.kind}`) })).text;

  it('stands bare as a condition, so that an index serves', () => {
    expect(text(allOf([owner, share]))).toBe('("is owner" and "is share")');
  });

  it('is never null as a value, nor under not', () => {
    expect(text(owner, toSql)).toBe('coalesce("is owner", false)');
    expect(text(call('not', owner))).toBe('(not coalesce("is owner", false))');
    expect(text(call('not', share))).toBe('(not "is share")');
  });

  it('has no JavaScript', () => {
    expect(() => toJs(allOf([a, owner]))).toThrow(TypeError);
  });

  it('has no SQL where nobody asks', () => {
    expect(() => conditionSql(owner, environment)).toThrow(TypeError);
  });

  it('is no part of what a rule reads, nor are the conditions in it', () => {
    const placed: PathExpression = { ...path('account'), steps: [{ object: 'deal', field: 'account', where: a }], computed: b };
    const { paths, usesUser } = dependencies(allOf([placed, access({ kind: 'parent', by: 'account', parent: 'account', where: b })]));
    expect(paths).toEqual([placed]);
    expect(usesUser).toBe(false);
  });
});
