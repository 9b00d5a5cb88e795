// What a policy makes of a read: conditions wherever records come from, refusals of what does not exist for the person.
import { describe, expect, it } from '@jest/globals';
import type { AccessExpression, AggregateExpression, Expression, PathExpression } from '@tessera/rules';
import { administratorPolicy, compilePolicy, restrict, restrictExpression, type Policy } from '@tessera/security';
import type { AggregateQuery, ListQuery, RootQuery, Selection } from '@tessera/storage';
import { call, childrenAggregate, literal, pathOf } from '../support/model-fixture.ts';
import { grant, grantSet, idOf, person, policyOf, reading, sceneModel } from './access-scene.ts';

const model = sceneModel();
const all = policyOf({ '*': reading() });
const text = { kind: 'text' } as const;
const path = (object: string, name: string, root: PathExpression['root'] = 0): PathExpression => pathOf(model, object, name, root);
const field = (name: string): Selection => ({ kind: 'field', as: name, field: name });
const list = (object: string, rest: Partial<ListQuery> = {}): ListQuery => ({
  object,
  orderBy: [],
  page: { direction: 'forward', size: 10 },
  ...rest,
});
const children = (relation: string, object: string, selections: readonly Selection[], rest: Partial<ListQuery> = {}): Selection => ({
  kind: 'children',
  as: relation,
  relation,
  list: list(object, rest),
  parts: [
    { kind: 'nodes', as: 'nodes', selections },
    {
      kind: 'edges',
      as: 'edges',
      parts: [
        { kind: 'node', as: 'node', selections },
        { kind: 'cursor', as: 'cursor' },
      ],
    },
    { kind: 'totalCount', as: 'n' },
  ],
});
const aggregate = (object: string, rest: Partial<AggregateQuery> = {}): AggregateQuery => ({
  object,
  groupBy: [],
  measures: [{ name: 'n', function: 'count' }],
  orderBy: [],
  first: 10,
  output: [],
  ...rest,
});
const rows = (object: string, selections: readonly Selection[], rest: Partial<ListQuery> = {}): RootQuery => ({
  kind: 'list',
  as: 'rows',
  list: list(object, rest),
  parts: [{ kind: 'nodes', as: 'nodes', selections }],
});
const sumOfDeals = (rest: object = {}): AggregateExpression =>
  childrenAggregate(model, 'account', 'deals', { function: 'sum', value: path('deal', 'amount', 1), ...rest });
const ancestors: AggregateExpression = {
  node: 'aggregate',
  type: { kind: 'number' },
  source: { kind: 'ancestors', root: 0, steps: [], object: 'account', by: 'parent' },
  frame: 1,
  function: 'count',
};
const anywhere: AggregateExpression = {
  ...ancestors,
  source: { kind: 'object', object: 'deal' },
  where: call('==', path('deal', 'stage', 1), literal(text, 'won')),
};

/** Whether a condition holds nothing but what is seen of an object, in this frame. */
function keeps(condition: Expression | undefined, object: string, root = 0): boolean {
  const parts = condition?.node === 'call' && condition.operator === 'and' ? condition.arguments : [condition];
  return parts.some((part) => {
    const tests = part?.node === 'call' && part.operator === 'or' ? part.arguments : [part];
    return (
      tests.every((test): test is AccessExpression => test?.node === 'access') &&
      tests.every((test) => test.object === object && test.root === root)
    );
  });
}

const isPrivate = (object: string): boolean => ['private', 'controlledByParent'].includes(model.objects[object]?.sharing ?? '');

/** Goes through a restricted read, whatever it is made of, and tells of each record that is not kept to what is seen. */
function openings(node: unknown, at = ''): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const found: string[] = [];
  const item = node as Record<string, unknown>;
  if (item['node'] === 'path') {
    const { steps } = node as PathExpression;
    steps.slice(0, -1).forEach((step, i) => {
      const target = steps[i + 1]?.object ?? '';
      if (isPrivate(target) && !keeps(step.where, target)) found.push(`${at}: ${step.object}.${step.field}`);
    });
  }
  if (item['node'] === 'aggregate') {
    const { source, where, frame } = node as AggregateExpression;
    if (isPrivate(source.object) && !keeps(where, source.object, frame)) found.push(`${at}: aggregate of ${source.object}`);
  }
  const holds =
    typeof item['object'] === 'string' && item['node'] === undefined && item['kind'] !== 'children' && item['kind'] !== 'ancestors';
  const query =
    holds &&
    ('orderBy' in item || 'measures' in item || 'ids' in item || 'by' in item || ('selections' in item && item['kind'] === undefined));
  if (query && isPrivate(String(item['object'])) && !keeps(item['where'] as Expression | undefined, String(item['object'])))
    found.push(`${at}: records of ${String(item['object'])}`);
  for (const [name, value] of Object.entries(node)) {
    // What access tests say of masters is theirs to say, and roll-ups count all.
    if (item['node'] === 'access' && name === 'test') continue;
    found.push(...openings(value, `${at}/${name}`));
  }
  return found;
}

/** Every kind of node in every place. */
const deep: readonly Selection[] = [
  field('name'),
  field('accountName'),
  field('fourfold'),
  { kind: 'nodeId', as: 'node' },
  { kind: 'constant', as: 'type', value: 'Deal' },
  {
    kind: 'object',
    as: 'more',
    selections: [field('accountParent'), { kind: 'expression', as: 'rule', expression: path('deal', 'account.parent.name') }],
  },
  {
    kind: 'lookup',
    as: 'about',
    field: 'about',
    cases: [
      { object: 'account', selections: [field('seenTotal'), children('deals', 'deal', [field('ownerMail')])] },
      { object: 'product', selections: [field('list')] },
    ],
  },
  {
    kind: 'lookup',
    as: 'account',
    field: 'account',
    cases: [
      {
        object: 'account',
        where: call('==', path('account', 'parent.industry'), literal(text, 'saas')),
        selections: [
          field('dealTotal'),
          { kind: 'expression', as: 'above', expression: ancestors },
          {
            kind: 'expression',
            as: 'sum',
            expression: sumOfDeals({ where: call('>', path('deal', 'fourfold', 1), literal({ kind: 'number' }, '1')) }),
          },
          { kind: 'expression', as: 'any', expression: anywhere },
          {
            kind: 'childAggregate',
            as: 'byStage',
            relation: 'deals',
            aggregate: aggregate('deal', {
              groupBy: [{ name: 'parent', by: path('deal', 'account.parent.name') }],
              measures: [
                { name: 's', function: 'sum', value: path('deal', 'fourfold') },
                { name: 'c', function: 'count', where: call('==', path('deal', 'accountName'), literal(text, 'x')) },
              ],
            }),
          },
        ],
      },
    ],
  },
  children(
    'lines',
    'line',
    [children('notes', 'note', [{ kind: 'expression', as: 'far', expression: path('note', 'line.deal.account.name') }])],
    {
      orderBy: [{ by: path('line', 'deal.accountName'), descending: false }],
      where: call('==', path('line', 'deal.accountParent.name'), literal(text, 'x')),
    },
  ),
];
const everything: readonly RootQuery[] = [
  { kind: 'record', as: 'a', object: 'deal', by: { id: idOf(1) }, selections: deep },
  { kind: 'records', as: 'b', object: 'deal', ids: [idOf(1)], selections: deep },
  rows('deal', deep, {
    orderBy: [{ by: path('deal', 'account.parent.name'), descending: true }],
    where: call('==', path('deal', 'ownerMail'), literal(text, 'x')),
  }),
  { kind: 'aggregate', as: 'd', aggregate: aggregate('note', { groupBy: [{ name: 'g', by: path('note', 'line.deal.stage') }] }) },
  { kind: 'constant', as: 'e', value: 1 },
];

describe('restrict', () => {
  it('keeps every record of every kind of node to what is seen', () => {
    expect(openings(everything).length).toBeGreaterThan(25);
    expect(openings(restrict({ model, policy: all }, everything))).toEqual([]);
  });

  it('leaves a read of administrators, and of those who see all, as it is', () => {
    expect(restrict({ model, policy: administratorPolicy(null) }, everything)).toBe(everything);
    const seeing = policyOf({ '*': grant({ read: true, viewAll: true, fields: { '*': 'read' } }) });
    expect(restrict({ model, policy: seeing }, everything)).toEqual(everything);
  });

  it('works computed fields out for the reader, through one another, and leaves roll-ups', () => {
    const of = (object: string, ...names: readonly string[]): readonly unknown[] => {
      const [root] = restrict({ model, policy: all }, [rows(object, names.map(field))]);
      const [part] = root?.kind === 'list' ? root.parts : [];
      return part?.kind === 'nodes'
        ? part.selections.map((selection) => (selection.kind === 'field' ? selection.computed : undefined))
        : [];
    };
    const [name, total, fourfold] = of('deal', 'accountName', 'amount', 'fourfold');
    expect(openings(name)).toEqual([]);
    expect(name).toMatchObject({ node: 'path', steps: [{ field: 'account', where: { operator: 'or' } }, { field: 'name' }] });
    // Nothing in them leaves the record.
    expect([total, fourfold]).toEqual([undefined, undefined]);
    const [seen, rolled] = of('account', 'seenTotal', 'dealTotal');
    expect(seen).toMatchObject({ node: 'aggregate', where: { operator: 'or' } });
    expect(rolled).toBeUndefined();
    const [chained] = restrict({ model, policy: all }, [
      rows('line', [{ kind: 'expression', as: 'x', expression: path('line', 'deal.accountName') }]),
    ]);
    expect(chained).toMatchObject({
      parts: [{ selections: [{ expression: { computed: { node: 'path' }, steps: [{ where: {} }, {}] } }] }],
    });
  });

  it('follows a computed lookup as the reader may', () => {
    const [root] = restrict({ model, policy: all }, [
      rows('deal', [], { orderBy: [{ by: path('deal', 'accountParent.name'), descending: false }] }),
    ]);
    const by = root?.kind === 'list' ? root.list.orderBy[0]?.by : undefined;
    expect(by).toMatchObject({
      steps: [{ field: 'accountParent', where: {}, computed: { steps: [{ where: {} }, {}] } }, { field: 'name' }],
    });
  });

  it('shows nothing behind a computed lookup', () => {
    const behind: Selection = {
      kind: 'lookup',
      as: 'p',
      field: 'accountParent',
      cases: [{ object: 'account', selections: [field('name')] }],
    };
    expect(restrict({ model, policy: all }, [rows('deal', [behind])])).toMatchObject([{ parts: [{ selections: [{ cases: [] }] }] }]);
  });

  it('sees the acting person’s own record, and restricts what lies behind it', () => {
    const own = policyOf({ '*': reading(), user: reading() });
    const privateUsers = {
      ...model,
      objects: { ...model.objects, user: { ...sceneModel().objects['user'], sharing: 'private' as const } },
    } as typeof model;
    const policy = compilePolicy({ ...privateUsers, roles: grantSet('seller', { '*': reading() }) }, person());
    const boss = rows('deal', [{ kind: 'expression', as: 'x', expression: path('user', 'manager.email', '$user') }]);
    expect(restrict({ model: privateUsers, policy }, [boss])).toMatchObject([
      { parts: [{ selections: [{ expression: { steps: [{ where: { operator: 'or' } }, {}] } }] }] },
    ]);
    expect(restrict({ model, policy: own }, [boss])).toMatchObject([
      { parts: [{ selections: [{ expression: { steps: [{ field: 'manager' }, { field: 'email' }] } }] }] },
    ]);
    const hidden = policyOf({ deal: reading() });
    expect(() => restrict({ model, policy: hidden }, [boss])).toThrow('There is no object user.');
    const me = rows('deal', [], { where: call('==', path('deal', 'owner'), path('user', 'id', '$user')) });
    expect(() => restrict({ model, policy: hidden }, [me])).not.toThrow();
  });

  it('masks, and shows secrets masked to those who may set them', () => {
    const policy = policyOf({ account: grant({ read: true, fields: { '*': 'edit', phone: 'masked' } }) });
    const [root] = restrict({ model, policy }, [rows('account', [field('phone'), field('token'), field('name')])]);
    expect(root).toMatchObject({
      parts: [{ selections: [{ field: 'phone', masked: true }, { field: 'token', masked: true }, { field: 'name' }] }],
    });
    expect(JSON.stringify(root)).not.toMatch(/"field":"name","masked"/);
  });

  it('takes a restricted condition for reads that are no query', () => {
    const condition = call('==', path('deal', 'account.name'), literal(text, 'x'));
    expect(openings(restrictExpression({ model, policy: all }, 'deal', condition))).toEqual([]);
    expect(keeps(restrictExpression({ model, policy: all }, 'deal', condition), 'deal')).toBe(true);
    expect(restrictExpression({ model, policy: administratorPolicy(null) }, 'deal', condition)).toBe(condition);
    expect(restrictExpression({ model, policy: all }, 'tag')).toBeUndefined();
  });
});

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
    expect(() => restrict({ model, policy }, [root])).toThrow('account has no field industry. ');
  });

  it.each<[string, RootQuery]>([
    ['a filter', rows('account', [], { where: equals(path('account', 'phone')) })],
    ['a sort', rows('account', [], { orderBy: [{ by: path('account', 'phone'), descending: false }] })],
    ['a rule', rule(path('account', 'phone'))],
    ['a key', { kind: 'record', as: 'x', object: 'account', by: { key: { phone: '1' } }, selections: [] }],
    ['a path', rows('deal', [], { where: equals(path('deal', 'account.phone')) })],
  ])('is what is masked, in %s', (_, root) => {
    expect(() => restrict({ model, policy }, [root])).toThrow('account has no field phone. ');
  });

  it('is what is worked out from it', () => {
    expect(() => restrict({ model, policy }, [rule(sumOfDeals())])).toThrow('deal has no field amount. ');
    expect(() => restrict({ model, policy }, [rows('account', [field('dealTotal')])])).toThrow('account has no field dealTotal. ');
  });

  it('is a secret in a rule, whoever asks', () => {
    const setting = policyOf({ account: grant({ read: true, fields: { '*': 'edit' } }) });
    expect(() => restrict({ model, policy: setting }, [rule(path('account', 'token'))])).toThrow('account has no field token. ');
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
    expect(() => restrict({ model, policy: who }, [root])).toThrow('account has no child relation deals. ');
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
