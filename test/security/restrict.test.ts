// What a policy makes of a read: conditions wherever records come from, computed fields as the reader may see them, masks.
import { describe, expect, it } from '@jest/globals';
import type { AccessExpression, AggregateExpression, Expression, PathExpression } from '@tessera/rules';
import { administratorPolicy, compilePolicy, restrict } from '@tessera/security';
import type { RootQuery, Selection } from '@tessera/storage';
import { call, literal } from '../support/model-fixture.ts';
import { grant, grantSet, idOf, person, policyOf, reading, sceneModel } from './access-scene.ts';
import { aggregate, all, ancestors, anywhere, children, field, model, path, rows, sumOfDeals, text } from './restrict-scene.ts';

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
});
