// What a read is refused for: names that do not exist for the person, in the words for names that were never there.
import { describe, expect, it } from '@jest/globals';
import type { Expression } from '@tessera/rules';
import { restrict, type Policy } from '@tessera/security';
import type { RootQuery } from '@tessera/storage';
import { call, childrenAggregate, literal } from '../support/model-fixture.ts';
import { grant, idOf, policyOf, reading } from './access-scene.ts';
import { aggregate, all, anywhere, children, field, list, model, path, rows, sumOfDeals, text } from './restrict-scene.ts';

describe('what does not exist for the person', () => {
  const levels = { '*': 'read', industry: 'none', phone: 'masked' } as const;
  const policy = policyOf({ account: reading(levels), deal: reading({ '*': 'read', amount: 'none' }), user: reading() });
  const equals = (side: Expression): Expression => call('==', side, literal(text, 'x'));
  const rule = (expression: Expression): RootQuery => rows('account', [{ kind: 'expression', as: 'x', expression }]);
  const hidden = path('account', 'industry');

  it.each<[string, RootQuery]>([
    ['a selection', rows('account', [field('industry')])],
    ['a filter', rows('account', [], { where: equals(hidden) })],
    ['a sort', rows('account', [], { orderBy: [{ by: hidden, descending: false }] })],
    ['a key', { kind: 'record', as: 'x', object: 'account', by: { key: { industry: 'saas' } }, selections: [] }],
    ['a group', { kind: 'aggregate', as: 'x', aggregate: aggregate('account', { groupBy: [{ name: 'g', by: hidden }] }) }],
    [
      'a measure',
      { kind: 'aggregate', as: 'x', aggregate: aggregate('account', { measures: [{ name: 'm', function: 'min', value: hidden }] }) },
    ],
    [
      'a measure’s filter',
      {
        kind: 'aggregate',
        as: 'x',
        aggregate: aggregate('account', { measures: [{ name: 'm', function: 'count', where: equals(hidden) }] }),
      },
    ],
    ['an aggregate’s filter', { kind: 'aggregate', as: 'x', aggregate: aggregate('account', { where: equals(hidden) }) }],
    ['the end of a path', rows('deal', [], { where: equals(path('deal', 'account.industry')) })],
    ['a path of a nested list', rows('account', [children('deals', 'deal', [], { where: equals(path('deal', 'account.industry')) })])],
    [
      'a record behind a lookup',
      rows('deal', [{ kind: 'lookup', as: 'a', field: 'account', cases: [{ object: 'account', selections: [field('industry')] }] }]),
    ],
    [
      'the filter of an aggregate in a rule',
      rule(childrenAggregate(model, 'account', 'subsidiaries', { function: 'count', where: equals(path('account', 'industry', 1)) })),
    ],
    [
      'the sort of an aggregate in a rule',
      rule(
        childrenAggregate(model, 'account', 'subsidiaries', {
          function: 'first',
          value: path('account', 'name', 1),
          sort: [{ by: path('account', 'industry', 1), descending: false }],
        }),
      ),
    ],
    [
      'a node of an edge',
      {
        kind: 'list',
        as: 'x',
        list: list('account'),
        parts: [{ kind: 'edges', as: 'e', parts: [{ kind: 'node', as: 'n', selections: [field('industry')] }] }],
      },
    ],
  ])('is refused in %s', (_, root) => {
    expect(() => restrict({ model, policy }, [root])).toThrow(/account has no field industry\.$/);
  });

  it.each<[string, RootQuery]>([
    ['a filter', rows('account', [], { where: equals(path('account', 'phone')) })],
    ['a sort', rows('account', [], { orderBy: [{ by: path('account', 'phone'), descending: false }] })],
    ['a rule', rule(path('account', 'phone'))],
    ['a key', { kind: 'record', as: 'x', object: 'account', by: { key: { phone: '1' } }, selections: [] }],
    ['a path', rows('deal', [], { where: equals(path('deal', 'account.phone')) })],
  ])('is what is masked, in %s', (_, root) => {
    expect(() => restrict({ model, policy }, [root])).toThrow(/account has no field phone\.$/);
  });

  it('is what is worked out from it', () => {
    expect(() => restrict({ model, policy }, [rule(sumOfDeals())])).toThrow(/deal has no field amount\.$/);
    expect(() => restrict({ model, policy }, [rows('account', [field('dealTotal')])])).toThrow(/account has no field dealTotal\.$/);
  });

  it('is a secret in a rule, whoever asks', () => {
    const setting = policyOf({ account: grant({ read: true, fields: { '*': 'edit' } }) });
    expect(() => restrict({ model, policy: setting }, [rule(path('account', 'token'))])).toThrow(/account has no field token\.$/);
  });

  it.each<[string, RootQuery]>([
    ['a root', rows('product', [])],
    ['an aggregate', { kind: 'aggregate', as: 'x', aggregate: aggregate('product') }],
    ['records', { kind: 'records', as: 'x', object: 'product', ids: [], selections: [] }],
    ['a case of a lookup', rows('deal', [{ kind: 'lookup', as: 'a', field: 'about', cases: [{ object: 'product', selections: [] }] }])],
    ['a path', rows('deal', [], { where: equals(path('deal', 'about:product.name')) })],
    ['an aggregate of a rule', rule({ ...anywhere, source: { kind: 'object', object: 'product' } })],
  ])('is an object, in %s', (_, root) => {
    expect(() => restrict({ model, policy }, [root])).toThrow('There is no object product.');
  });

  const untied: Policy = policyOf({ account: reading(), deal: reading({ '*': 'read', account: 'none' }) });
  it.each<[string, Policy, RootQuery]>([
    ['by its lookup', untied, rows('account', [children('deals', 'deal', [])])],
    ['by its object', policyOf({ account: reading() }), rows('account', [children('deals', 'deal', [])])],
    ['in an aggregate', untied, rows('account', [{ kind: 'childAggregate', as: 'x', relation: 'deals', aggregate: aggregate('deal') }])],
    ['in a rule', untied, rule(sumOfDeals())],
    ['with another object', all, rows('account', [children('deals', 'tag', [])])],
  ])('is a relation, %s', (_, who, root) => {
    expect(() => restrict({ model, policy: who }, [root])).toThrow(/account has no child relation deals\.$/);
  });

  it('is the bin, without seeDeleted', () => {
    const seeing = policyOf({ account: grant({ read: true, seeDeleted: true, fields: { '*': 'read' } }), deal: reading() });
    const bin = (object: string): readonly RootQuery[] => [
      rows(object, [], { deleted: 'with' }),
      { kind: 'record', as: 'x', object, by: { id: idOf(1) }, deleted: 'only', selections: [] },
      { kind: 'aggregate', as: 'x', aggregate: aggregate(object, { deleted: 'with' }) },
    ];
    for (const root of bin('deal'))
      expect(() => restrict({ model, policy: seeing }, [root])).toThrow('You may not see deleted records of deal.');
    for (const root of bin('account')) expect(() => restrict({ model, policy: seeing }, [root])).not.toThrow();
    const nested = rows('account', [children('deals', 'deal', [], { deleted: 'with' })]);
    expect(() => restrict({ model, policy: seeing }, [nested])).toThrow('You may not see deleted records of deal.');
  });
});
