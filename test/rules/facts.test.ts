// What a rule is known to read.
import { describe, expect, it } from '@jest/globals';
import { dependencies, pathText } from '@tessera/rules';
import { expressionOf } from './world/differential.ts';

describe('dependencies', () => {
  it('lists every path with its frame, those inside aggregates too', () => {
    const rule = {
      and: [{ '>': [{ var: 'account.budget' }, 1] }, { some: [{ var: 'lines' }, { '>': [{ var: 'total' }, { var: '$record.amount' }] }] }],
    };
    const { paths, aggregates } = dependencies(expressionOf(rule));
    expect(paths.map((path) => [path.root, pathText(path)])).toEqual([
      [0, 'account.budget'],
      [1, 'total'],
      [0, 'amount'],
    ]);
    expect(aggregates).toEqual([expect.objectContaining({ function: 'some', frame: 1 })]);
  });

  it.each([
    [{ changed: 'amount' }, 'usesOld'],
    [{ within: [{ var: 'closeDate' }, 'today'] }, 'usesNow'],
    [{ '==': [{ var: 'dueAt' }, { var: '$now' }] }, 'usesNow'],
    [{ '==': [{ var: 'owner' }, { var: '$user' }] }, 'usesUser'],
    [{ hasRole: 'boss' }, 'usesUser'],
    [{ '==': [{ year: { var: 'dueAt' } }, 2026] }, 'usesZone'],
    [{ '==': [{ datetime: { var: 'closeDate' } }, null] }, 'usesZone'],
  ] as const)('%j: %s', (rule, fact) => {
    expect(dependencies(expressionOf(rule))[fact]).toBe(true);
    expect(dependencies(expressionOf({ '==': [{ var: 'amount' }, 1] }))[fact]).toBe(false);
  });

  it('needs no zone of the tenant where one is named', () => {
    expect(dependencies(expressionOf({ year: [{ var: 'dueAt' }, 'UTC'] })).usesZone).toBe(false);
    expect(dependencies(expressionOf({ dateAdd: [{ var: 'dueAt' }, 'P1D'] })).usesZone).toBe(true);
    expect(dependencies(expressionOf({ dateAdd: [{ var: 'dueAt' }, 'P1D', 'office'] })).usesZone).toBe(false);
    expect(dependencies(expressionOf({ dateAdd: [{ var: 'dueAt' }, 2, 'months'] })).usesZone).toBe(true);
  });

  it.each([
    { year: { var: 'closeDate' } },
    { dateAdd: [{ var: 'closeDate' }, 2, 'months'] },
    { dateDiff: [{ var: 'closeDate' }, '2026-01-01', 'months'] },
    { endOf: [{ var: 'closeDate' }, 'month'] },
    { dateAdd: [{ var: 'dueAt' }, { var: 'amount' }, 'hours'] },
    { dateDiff: [{ var: 'dueAt' }, '2026-01-01T00:00:00Z', 'minutes'] },
  ])('needs none for dates alone, nor for hours: %j', (rule) => {
    expect(dependencies(expressionOf(rule)).usesZone).toBe(false);
  });
});
