// What was worked out before a rule runs: `$steps`, `$inputs`, `$series`.
import { describe, expect, it } from '@jest/globals';
import { checkRule, pathText, type Expression, type RuleScope, type RuleType } from '@tessera/rules';
import { catalog } from './world/catalog.ts';

const text: RuleType = { kind: 'text' };
const scope: RuleScope = {
  catalog,
  object: 'deal',
  frames: ['line'],
  steps: {
    found: { key: 'each/found', record: 'deal' },
    vars: {
      key: 'vars',
      values: { word: text, who: { kind: 'reference', to: ['user'] }, either: { kind: 'reference', to: ['account', 'user'] } },
    },
    gone: { key: 'gone' },
  },
  stepHints: { later: 'It stands later.' },
  values: { $inputs: { reason: text, boss: { kind: 'reference', to: ['user'] } } },
};

const path = (name: string, from: RuleScope = scope): Expression | undefined => checkRule({ var: name }, from).expression;
const why = (name: string, from: RuleScope = scope): string =>
  checkRule({ var: name }, from)
    .problems.map(({ message }) => message)
    .join(' ');

describe('a path under $steps', () => {
  it('begins with the key of the outcome, a record as such being its id', () => {
    expect(path('$steps.found')).toMatchObject({
      type: { kind: 'reference' },
      root: '$steps',
      steps: [
        { object: '', field: 'each/found' },
        { object: 'deal', field: 'id' },
      ],
    });
  });

  it('goes on through lookups, of the record or of a value', () => {
    expect(path('$steps.found.account.name')).toMatchObject({
      type: text,
      steps: [{}, { object: 'deal', field: 'account' }, { object: 'account', field: 'name' }],
    });
    expect(path('$steps.vars.who.name')).toMatchObject({
      steps: [{ field: 'vars' }, { object: '', field: 'who' }, { object: 'user', field: 'name' }],
    });
    expect(path('$steps.vars.either:account.name')).toMatchObject({
      steps: [{}, { field: 'either', target: 'account' }, { object: 'account' }],
    });
  });

  it('gives values by name, with their types', () => {
    const found = path('$steps.vars.word');
    expect(found).toMatchObject({ type: text, steps: [{ field: 'vars' }, { object: '', field: 'word' }] });
    expect(found?.node === 'path' && pathText(found)).toBe('$steps.vars.word');
  });

  it('is where an aggregate runs over children', () => {
    const { expression } = checkRule({ aggregate: { of: '$steps.found.lines', function: 'count' } }, scope);
    expect(expression).toMatchObject({ source: { kind: 'children', root: '$steps', steps: [{ field: 'each/found' }], object: 'line' } });
    expect(checkRule({ aggregate: { of: '$steps.vars.word', function: 'count' } }, scope).problems[0]?.message).toContain('is a value');
  });

  it.each([
    ['$steps', 'Say which step'],
    ['$steps.nothing', 'There is no step nothing to look back to. Known: found, vars, gone.'],
    ['$steps.foud', 'Did you mean "found"?'],
    ['$steps.later.x', 'It stands later.'],
    ['$steps.gone.x', 'gives nothing'],
    ['$steps.vars', 'say which, as in $steps.vars.word'],
    ['$steps.vars.nothing', '$steps.vars has no nothing. Known: word, who, either.'],
    ['$steps.vars.word.length', '$steps.vars.word is no record'],
    ['$steps.vars.either.name', 'say which, as in either:account'],
    ['$steps.vars.who:account.name', 'say which, as in who:user'],
    ['$steps.found.nothing', 'deal has no field nothing'],
    ['$steps.constructor', 'There is no step constructor'],
    ['$steps.vars.constructor', 'has no constructor'],
  ])('says what is wrong with %s', (name, reason) => {
    expect(why(name)).toContain(reason);
  });
});

describe('$inputs and $series', () => {
  it('are values by name', () => {
    const found = path('$inputs.reason');
    expect(found).toMatchObject({
      type: text,
      root: '$steps',
      steps: [
        { object: '', field: '$inputs' },
        { object: '', field: 'reason' },
      ],
    });
    expect(found?.node === 'path' && pathText(found)).toBe('$inputs.reason');
    expect(path('$inputs.boss.name')).toMatchObject({ steps: [{}, {}, { object: 'user', field: 'name' }] });
    expect(why('$inputs')).toContain('as in $inputs.reason');
    expect(why('$inputs.nothing')).toContain('$inputs has no nothing');
  });

  it('are known only where they are', () => {
    expect(why('$series.date')).toContain('There is no $series here.');
    const bare: RuleScope = { catalog, object: 'deal' };
    for (const name of ['$steps.found', '$inputs.reason']) expect(why(name, bare)).toContain('There is no $');
    expect(path('$series.date', { ...bare, values: { $series: { date: { kind: 'date' } } } })).toMatchObject({ type: { kind: 'date' } });
  });
});

describe('the frames around', () => {
  it('are unchanged by what was worked out', () => {
    expect(path('total')).toMatchObject({ root: 1 });
    expect(path('$record.amount')).toMatchObject({ root: 0 });
    expect(path('$item.total')).toMatchObject({ root: 1 });
  });
});
