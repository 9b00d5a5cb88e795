// What the checker refuses, where, and with which remedy.
import { describe, expect, it } from '@jest/globals';
import { checkAggregate, checkCondition, checkRule, type Expression, type RuleScope, type RuleType } from '@tessera/rules';
import { catalog, dealScope } from './world/catalog.ts';

function problemsOf(rule: unknown, scope: RuleScope = dealScope, expected?: RuleType): string[] {
  return checkRule(rule, scope, expected).problems.map(({ code, pointer = '', message }) => `${code} ${pointer}: ${message}`);
}

function typed(rule: unknown, scope: RuleScope = dealScope, expected?: RuleType): Expression {
  const { expression, problems } = checkRule(rule, scope, expected);
  if (expression === undefined) throw new Error(JSON.stringify(problems));
  return expression;
}

const refusals: readonly (readonly [title: string, rule: unknown, problem: string | RegExp])[] = [
  ['a text beside a number', { '>': [{ var: 'amount' }, 'abc'] }, 'RULE_TYPE />/1: A number is needed here. "abc" is not a number.'],
  ['it deep inside', { and: [{ var: 'active' }, { '>': [{ var: 'amount' }, 'abc'] }] }, /^RULE_TYPE \/and\/1\/>\/1: /],
  [
    'a number as a condition',
    { and: [{ var: 'amount' }] },
    /^RULE_TYPE \/and\/0: True or false is needed here, but amount is a number\. A condition is a comparison/,
  ],
  [
    'an unknown option',
    { '==': [{ var: 'stage' }, 'wonn'] },
    'RULE_TYPE /==/1: "wonn" is not one of the options: qualify, propose, won, lost. Did you mean "won"?',
  ],
  ['an unknown option in a list', { in: [{ var: 'stage' }, ['won', 'lots']] }, /^RULE_TYPE \/in\/1: "lots" is not one of the options/],
  ['an unknown operator', { roundd: 1 }, 'RULE_OPERATOR_UNKNOWN /roundd: There is no operator roundd. Did you mean "round"?'],
  ['an operator of JSON-Logic that is not typed', { '!!': 1 }, /^RULE_OPERATOR_UNKNOWN .*compare, or use isBlank/],
  ['an unknown field', { '>': [{ var: 'amout' }, 1] }, 'RULE_NAME_UNKNOWN />/0/var: deal has no field amout. Did you mean "amount"?'],
  ['an unknown field through a lookup', { var: 'account.nmae' }, 'RULE_NAME_UNKNOWN /var: account has no field nmae. Did you mean "name"?'],
  ['a path through what is no lookup', { var: 'amount.name' }, 'RULE_NAME_UNKNOWN /var: deal.amount is no lookup, so nothing follows it.'],
  ['a path through a lookup with several targets', { var: 'about.name' }, /say which, as in about:account\.$/],
  ['$item without an aggregate', { var: '$item.total' }, /\$item is the record of an aggregate, and there is none/],
  ['an unknown root', { var: '$recrod.amount' }, /There is no \$recrod here\. Did you mean "\$record"\?/],
  ['a sum with a date', { '+': [{ var: 'closeDate' }, 3] }, /^RULE_TYPE \/\+\/0: \+ cannot take this: closeDate is a date\. Use dateAdd/],
  [
    'two currencies in one sum',
    { '+': [{ var: 'euros' }, { var: 'yen' }] },
    /An amount in EUR and an amount in JPY cannot be put together/,
  ],
  [
    'two currencies in one comparison',
    { '<': [{ var: 'euros' }, { var: 'yen' }] },
    /An amount in EUR and an amount in JPY cannot be put together/,
  ],
  ['amounts of two records', { '+': [{ var: 'localAmount' }, { var: 'account.localBudget' }] }, /currencies of different records/],
  [
    'a sum over many currencies',
    { aggregate: { of: 'lines', function: 'sum', value: { var: 'localTotal' } } },
    /^RULE_TYPE \/aggregate\/value: .*do not add up/,
  ],
  [
    'an unknown relation',
    { some: [{ var: 'linez' }, true] },
    'RULE_NAME_UNKNOWN /some/0: deal has no child relation linez. Did you mean "lines"?',
  ],
  ['a wrong condition on a relation', { some: [{ var: 'lines' }, { '>': [{ var: 'total' }, 'x'] }] }, /^RULE_TYPE \/some\/1\/>\/1: /],
  ['an aggregate without its value', { aggregate: { of: 'lines', function: 'sum' } }, 'RULE_SYNTAX /aggregate: sum needs a `value`.'],
  [
    'an aggregate property that is none',
    { aggregate: { of: 'lines', function: 'count', wher: true } },
    /RULE_SYNTAX \/aggregate\/wher: .*Did you mean "where"\?/,
  ],
  ['first without sort', { aggregate: { of: 'lines', function: 'sum', value: { var: 'total' }, first: 2 } }, /`first` needs `sort`/],
  ['ancestors by another lookup', { aggregate: { of: { ancestors: 'account' }, function: 'count' } }, /needs a lookup from deal to itself/],
  ['a rule that uses itself', { rule: 'loop' }, /The rule loop uses itself: loop → pool → loop\.$/],
  ['what is wrong inside a named rule', { not: { rule: 'broken' } }, /^RULE_TYPE \/not\/rule: In rule broken at \/and\/0\/>\/1: /],
  ['a rule about another object', { rule: 'isWork' }, /is about line, but the record here is of deal/],
  ['an unknown parameter', { param: 'bigDeel' }, 'RULE_NAME_UNKNOWN /param: There is no parameter bigDeel.'],
  ['a date beside an instant', { '==': [{ var: 'closeDate' }, { var: 'dueAt' }] }, /Make it a date with \{ "date": … \}\.$/],
  ['a date literal beside an instant', { '>': [{ var: 'dueAt' }, '2026-01-01'] }, /write it with its offset/],
  ['a day that does not exist', { '>': [{ var: 'closeDate' }, '2026-02-30'] }, /"2026-02-30" is not a date/],
  ['a number that a double cannot carry', { '>': [{ var: 'amount' }, 1234567890.1234567] }, /must be written as a string/],
  ['two keys in one operation', { '>': [1, 2], '<': [1, 2] }, /exactly one key, its operator; this has >, </],
  ['too few arguments', { '/': [1] }, 'RULE_SYNTAX /~1: / takes 2 arguments, not 1: /(number, number).'],
  ['hours on a date', { dateAdd: [{ var: 'closeDate' }, 'PT1H'] }, /A date has no hours/],
  ['hours by number on a date', { dateAdd: [{ var: 'closeDate' }, 2, 'hours'] }, /A date has no hours/],
  ['an unknown calendar', { dateAdd: [{ var: 'closeDate' }, 'P1D', 'nope'] }, 'RULE_NAME_UNKNOWN /dateAdd/2: There is no calendar nope.'],
  [
    'a calendar from a record',
    { isWorkingTime: [{ var: 'dueAt' }, { var: 'name' }] },
    /^RULE_TYPE \/isWorkingTime\/1: A calendar is named/,
  ],
  [
    'a month of working time',
    { dateAdd: [{ var: 'closeDate' }, 'P1M', 'office'] },
    /^RULE_TYPE \/dateAdd\/1: A calendar counts working days/,
  ],
  ['a week of working time', { dateAdd: [{ var: 'dueAt' }, '-P1WT1H', 'office'] }, /write "P5D" for a week of five working days/],
  ['working hours on a date', { dateAdd: [{ var: 'closeDate' }, 'PT1H', 'office'] }, /A date has no hours/],
  [
    'weeks between by a calendar',
    { dateDiff: [{ today: [] }, { var: 'closeDate' }, 'weeks', 'office'] },
    /one of "days", "hours", "minutes"/,
  ],
  ['a duration of no known form', { dateAdd: [{ var: 'closeDate' }, '1 day'] }, /ISO 8601/],
  ['an unknown macro', { within: [{ var: 'closeDate' }, 'thisMonht'] }, /written literally\. Did you mean "thisMonth"\?/],
  ['a zone from a record', { date: [{ var: 'dueAt' }, { var: 'name' }] }, /A time zone is named literally/],
  ['branches of two types', { if: [true, 1, { var: 'name' }] }, /A text stands on the other side|a number/i],
  ['what is no id beside a lookup', { '==': [{ var: 'account' }, 'acme'] }, /"acme" is not the id of a record/],
  ['lookups that can never meet', { '==': [{ var: 'account' }, { var: 'owner' }] }, /reference to account stands on the other side/],
  ['a literal text with a NUL', { '==': [{ var: 'name' }, 'a\0b'] }, /no NUL/],
  ['half a surrogate pair', { '==': [{ var: 'name' }, '\ud83d'] }, /surrogate/],
];

describe('checkRule refuses', () => {
  it.each(refusals)('%s', (_, rule, expected) => {
    const [first, ...more] = problemsOf(rule);
    if (typeof expected === 'string') expect(first).toBe(expected);
    else expect(first).toMatch(expected);
    expect(more).toEqual([]);
  });

  it('all that is wrong at once, each at its pointer', () => {
    const found = checkRule({ and: [{ '>': [{ var: 'amount' }, 'x'] }, { '==': [{ var: 'nope' }, 1] }, { bad: 1 }] }, dealScope).problems;
    expect(found.map(({ pointer }) => pointer)).toEqual(['/and/0/>/1', '/and/1/==/0/var', '/and/2/bad']);
  });

  it('$old and changed where nothing was before', () => {
    const scope: RuleScope = { catalog, object: 'deal' };
    expect(problemsOf({ var: '$old.amount' }, scope)[0]).toMatch(/\$old is not known here/);
    expect(problemsOf({ changed: 'amount' }, scope)[0]).toMatch(/no value from before/);
  });

  it('a record where there is none', () => {
    expect(problemsOf({ var: 'amount' }, { catalog })[0]).toMatch(/There is no record here/);
    expect(problemsOf({ '+': [1, 2] }, { catalog })).toEqual([]);
  });
});

describe('checkRule', () => {
  it('reads literals as the type that stands beside them', () => {
    const literal = (rule: unknown): unknown => {
      const found = typed(rule);
      return found.node === 'call' ? found.arguments.find(({ node }) => node === 'literal') : undefined;
    };
    expect(literal({ '<': ['2026-01-01', { var: 'closeDate' }] })).toEqual({
      node: 'literal',
      type: { kind: 'date' },
      value: '2026-01-01',
    });
    expect(literal({ '<': [{ var: 'dueAt' }, '2026-01-01T01:00:00+08:00'] })).toMatchObject({ value: '2025-12-31T17:00:00.000Z' });
    expect(literal({ '<': [{ var: 'at' }, '08:30'] })).toMatchObject({ type: { kind: 'time' }, value: '08:30:00' });
    expect(literal({ '<': [{ var: 'amount' }, 1e21] })).toMatchObject({ value: '1000000000000000000000' });
    expect(literal({ '<': [{ var: 'amount' }, 1.5e-7] })).toMatchObject({ value: '0.00000015' });
    expect(literal({ '<': [{ var: 'amount' }, '12345678901234567.890'] })).toMatchObject({ value: '12345678901234567.89' });
    expect(literal({ '==': [{ var: 'amount' }, null] })).toMatchObject({ type: { kind: 'number' }, value: null });
    expect(literal({ '==': [{ var: '$user.id' }, '0190000A-0000-7000-8000-00000000000A'] })).toMatchObject({
      value: '0190000a-0000-7000-8000-00000000000a',
    });
  });

  it('reads literals and branches as the type that is wanted of the whole', () => {
    expect(typed('2026-01-01', dealScope, { kind: 'date' }).type).toEqual({ kind: 'date' });
    expect(problemsOf({ if: [{ var: 'active' }, 'won', 'wone'] }, dealScope, { kind: 'text', options: ['won'] })[0]).toMatch(
      /^RULE_TYPE \/if\/2: "wone"/,
    );
    expect(problemsOf({ var: 'stage' }, dealScope, { kind: 'text', options: ['qualify', 'won'] })).toEqual([
      'RULE_TYPE : stage may be propose, lost, which is no option here: add it here too.',
    ]);
    expect(problemsOf({ var: 'name' }, dealScope, { kind: 'number' })[0]).toMatch(
      /^RULE_TYPE : A number is needed here, but name is a text\. Make it a number/,
    );
  });

  it('keeps the currency of amounts, and makes a ratio of two', () => {
    expect(typed({ '*': [{ var: 'euros' }, 2] }).type).toEqual({ kind: 'number', currency: 'EUR' });
    expect(typed({ '+': [{ var: 'euros' }, 1] }).type).toEqual({ kind: 'number', currency: 'EUR' });
    expect(typed({ '/': [{ var: 'euros' }, { var: 'yen' }] }).type).toEqual({ kind: 'number' });
    expect(typed({ '+': [{ var: 'localAmount' }, { var: '$record.localAmount' }] }).type).toMatchObject({ currency: 'varies' });
  });

  it('sums amounts of many records where `where` chooses their currency', () => {
    const where = { and: [{ var: 'cancelled' }, { '==': [{ var: 'currency' }, 'EUR'] }] };
    expect(typed({ aggregate: { of: 'lines', function: 'sum', value: { var: 'localTotal' }, where } }).type).toEqual({
      kind: 'number',
      currency: 'EUR',
    });
    expect(
      problemsOf({ aggregate: { of: 'lines', function: 'sum', value: { var: 'localTotal' }, where: { or: where.and } } }),
    ).toHaveLength(1);
  });

  it('stands a named rule on the innermost record', () => {
    const found = typed({ some: [{ var: 'lines' }, { rule: 'isWork' }] });
    expect(found).toMatchObject({
      node: 'aggregate',
      frame: 1,
      value: { arguments: [{ root: 1, steps: [{ object: 'line', field: 'kind' }] }, { value: 'work' }] },
    });
  });

  it('resolves $record, $outer and $item in nested aggregates', () => {
    const inner = {
      aggregate: {
        of: 'account.deals',
        function: 'count',
        where: { '>': [{ var: '$item.amount' }, { '+': [{ var: '$outer.total' }, { var: '$record.amount' }] }] },
      },
    };
    const nested = { aggregate: { of: 'lines', function: 'sum', value: { aggregate: { ...inner.aggregate, of: 'deal.account.deals' } } } };
    expect(typed(nested)).toMatchObject({
      frame: 1,
      value: {
        frame: 2,
        source: { root: 1, steps: [{ field: 'deal' }, { field: 'account' }] },
        where: { arguments: [{ root: 2 }, { arguments: [{ root: 1 }, { root: 0 }] }] },
      },
    });
  });

  it('takes a record as such for its id', () => {
    expect(typed({ '==': [{ var: 'owner.manager' }, { var: '$user' }] })).toMatchObject({
      arguments: [{}, { root: '$user', steps: [{ object: 'user', field: 'id' }] }],
    });
  });
});

describe('checkCondition', () => {
  it('takes nothing but conditions', () => {
    expect(checkCondition({ var: 'active' }, dealScope).problems).toEqual([]);
    expect(checkCondition({ var: 'name' }, dealScope).problems).toHaveLength(1);
    expect(checkCondition('true', dealScope).problems).toHaveLength(1);
  });
});

describe('checkAggregate', () => {
  const stored: RuleScope = { catalog, object: 'deal', upkeep: 'transaction' };
  const sum = { of: 'lines', function: 'sum', value: { var: 'total' } };

  it('checks a roll-up with pointers into itself', () => {
    expect(checkAggregate({ ...sum, where: { '==': [{ var: 'cancelled' }, false] } }, stored).expression).toMatchObject({
      function: 'sum',
      type: { kind: 'number' },
    });
    expect(checkAggregate({ ...sum, where: { '==': [{ var: 'cancelled' }, 'no'] } }, stored).problems[0]).toMatchObject({
      pointer: '/where/==/1',
    });
  });

  it.each([
    ['the time', { ...sum, where: { within: [{ var: 'day' }, 'thisMonth', 'UTC'] } }, '/where', /depend on the time/],
    ['who asks', { ...sum, where: { hasRole: 'x' } }, '/where', /who asks/],
    ['the zone', { ...sum, where: { '==': [{ year: { var: 'postedAt' } }, 2026] } }, '/where', /time zone/],
    ['another record', { ...sum, where: { '>': [{ var: 'deal.amount' }, 1] } }, '/where', /deal\.amount is none/],
    ['what is worked out', { ...sum, value: { var: 'weighted' } }, '/value', /weighted is none/],
    ['a relation further away', { of: 'account.deals', function: 'count' }, '/of', /of the record itself/],
  ])('refuses in a stored roll-up what depends on %s', (_, source, pointer, message) => {
    const { problems } = checkAggregate(source, stored);
    expect(problems).toEqual([expect.objectContaining({ pointer, message: expect.stringMatching(message) })]);
    expect(checkAggregate(source, { ...dealScope, upkeep: 'live' }).problems).toEqual([]);
  });
});
