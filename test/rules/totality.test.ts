// Nothing that is handed to the checker makes it fail: the source of a filter is anybody's JSON.
import { describe, expect, it } from '@jest/globals';
import { checkRule, operators, toJs, toSql, type Checked } from '@tessera/rules';
import { toStatement } from '@tessera/kernel';
import fc from 'fast-check';
import { dealScope } from './world/catalog.ts';
import { valueFor, type Row } from './world/memory.ts';
import { plainWorld } from './world/records.ts';
import { environment } from './world/tables.ts';

const [deal] = plainWorld.rows['deal'] as [Row];

/** Checks, and where the rule is well typed, works it out. */
function throughAll(rule: unknown): Checked {
  const checked = checkRule(rule, dealScope);
  if (checked.expression === undefined) expect(checked.problems.length).toBeGreaterThan(0);
  else {
    toStatement(toSql(checked.expression, environment));
    valueFor(checked.expression, plainWorld, deal, toJs);
  }
  return checked;
}

const names = [
  'amount',
  'stage',
  'lines',
  'account.name',
  '$record',
  '$old.x',
  '$user.id',
  '$now',
  '__proto__',
  'constructor',
  'about:account',
  ':',
  '.',
  '',
];

const hostile = fc.letrec<{ rule: unknown }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue(),
    fc.constantFrom(...names).map((name) => ({ var: name })),
    fc
      .tuple(fc.constantFrom(...operators.flatMap(({ name, aliases = [] }) => [name, ...aliases])), fc.array(tie('rule'), { maxLength: 4 }))
      .map(([name, args]) => ({ [name]: args })),
    fc
      .record({
        of: fc.constantFrom(...names, { object: 'line' }, { ancestors: 'account.parent' }),
        function: fc.constantFrom('sum', 'first', 'all', 'toString'),
        value: tie('rule'),
        where: tie('rule'),
      })
      .map((aggregate) => ({ aggregate })),
  ),
})).rule;

describe('checkRule', () => {
  it('never throws, whatever JSON it is given', () => {
    fc.assert(
      fc.property(hostile, (rule) => {
        throughAll(rule);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])('takes %s for no name of anything', (name) => {
    const own = JSON.parse(`{"${name}": 1}`) as unknown;
    for (const rule of [
      own,
      { var: name },
      { var: `account.${name}` },
      { var: `$tenant.${name}` },
      { param: name },
      { rule: name },
      { some: [{ var: name }, true] },
      { aggregate: { of: { object: name }, function: 'count' } },
      { aggregate: { of: 'lines', function: name } },
    ]) {
      expect(checkRule(rule, dealScope).problems).toHaveLength(1);
    }
  });

  it.each([49, 51, 1_000, 100_000])('answers for a rule %i operations deep', (depth) => {
    let rule: unknown = { var: 'active' };
    for (let i = 1; i < depth; i += 1) rule = { not: [rule] };
    const { problems } = throughAll(rule);
    if (depth <= 50) expect(problems).toEqual([]);
    else
      expect(problems).toEqual([expect.objectContaining({ code: 'RULE_SYNTAX', message: expect.stringContaining('50 operations deep') })]);
  });

  it('answers for a rule of too many parts, once', () => {
    const { problems } = throughAll({ or: Array.from({ length: 5_000 }, () => ({ var: 'active' })) });
    expect(problems).toEqual([expect.objectContaining({ code: 'RULE_SYNTAX', message: expect.stringContaining('2000 parts') })]);
  });

  it('answers for long lists, deep JSON and many problems', () => {
    expect(throughAll({ in: [{ var: 'name' }, Array.from({ length: 10_001 }, () => 'x')] }).problems).toHaveLength(1);
    let json: unknown = 1;
    for (let i = 0; i < 50_000; i += 1) json = [json];
    expect(throughAll({ isBlank: { literal: json } }).problems.length).toBeGreaterThan(0);
    expect(throughAll({ and: Array.from({ length: 1_500 }, () => ({ nope: 1 })) }).problems).toHaveLength(100);
  });

  it('makes no text that grows without end', () => {
    let rule: unknown = { var: 'name' };
    for (let i = 0; i < 45; i += 1) rule = { replace: [rule, 'A', 'AAAAAAAAAA'] };
    const { expression } = throughAll(rule);
    expect(expression && valueFor(expression, plainWorld, deal)).toBeNull();
  });

  it('makes SQL that grows with the rule, not with its depth', () => {
    const sizeAt = (depth: number): number => {
      let rule: unknown = { var: 'account.budget' };
      for (let i = 0; i < depth; i += 1) rule = { round: [{ '/': [{ abs: rule }, 3] }, 1, 'halfEven'] };
      const { expression } = checkRule(rule, dealScope);
      return expression ? toStatement(toSql(expression, environment)).text.length : 0;
    };
    expect(sizeAt(16)).toBeLessThan(sizeAt(8) * 2.2);
  });
});
