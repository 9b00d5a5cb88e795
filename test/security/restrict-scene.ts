// Reads to be restricted: a Model, somebody who may read all of it, and queries in few words.
import type { AggregateExpression, PathExpression } from '@tessera/rules';
import type { AggregateQuery, ListQuery, RootQuery, Selection } from '@tessera/storage';
import { call, childrenAggregate, literal, pathOf } from '../support/model-fixture.ts';
import { policyOf, reading, sceneModel } from './access-scene.ts';

export const model = sceneModel();
export const all = policyOf({ '*': reading() });
export const text = { kind: 'text' } as const;
export const path = (object: string, name: string, root: PathExpression['root'] = 0): PathExpression => pathOf(model, object, name, root);
export const field = (name: string): Selection => ({ kind: 'field', as: name, field: name });
export const list = (object: string, rest: Partial<ListQuery> = {}): ListQuery => ({
  object,
  orderBy: [],
  page: { direction: 'forward', size: 10 },
  ...rest,
});
export const children = (relation: string, object: string, selections: readonly Selection[], rest: Partial<ListQuery> = {}): Selection => ({
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
export const aggregate = (object: string, rest: Partial<AggregateQuery> = {}): AggregateQuery => ({
  object,
  groupBy: [],
  measures: [{ name: 'n', function: 'count' }],
  orderBy: [],
  first: 10,
  output: [],
  ...rest,
});
export const rows = (object: string, selections: readonly Selection[], rest: Partial<ListQuery> = {}): RootQuery => ({
  kind: 'list',
  as: 'rows',
  list: list(object, rest),
  parts: [{ kind: 'nodes', as: 'nodes', selections }],
});
export const sumOfDeals = (rest: object = {}): AggregateExpression =>
  childrenAggregate(model, 'account', 'deals', { function: 'sum', value: path('deal', 'amount', 1), ...rest });
export const ancestors: AggregateExpression = {
  node: 'aggregate',
  type: { kind: 'number' },
  source: { kind: 'ancestors', root: 0, steps: [], object: 'account', by: 'parent' },
  frame: 1,
  function: 'count',
};
export const anywhere: AggregateExpression = {
  ...ancestors,
  source: { kind: 'object', object: 'deal' },
  where: call('==', path('deal', 'stage', 1), literal(text, 'won')),
};
