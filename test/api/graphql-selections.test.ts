// What is selected of records, lists and aggregates: the roots of the read that a document becomes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { modelOf } from '../support/packs.ts';
import { ReadsScene } from './reads-scene.ts';

const model = modelOf('crm-base');
const id = '01900000-0000-7000-8000-00000000000a';

let at: ReadsScene;

beforeAll(async () => {
  at = await ReadsScene.open(model);
});
afterAll(() => at.here.close());
beforeEach(() => {
  at.forget();
});

describe('selections', () => {
  it('merge fields of one response name, spread fragments, and obey @skip and @include', async () => {
    const query = `
      query ($no: Boolean!) {
        opportunity(id: "${id}") { ...a account { name } account @skip(if: $no) { industry } amount @include(if: $no) __typename }
      }
      fragment a on Opportunity { total: amount account { name called: name } ... on Node { nodeId } ... on Node @include(if: $no) { version } }`;
    const [root] = await at.rootsOf(query, { no: true });
    expect(root).toEqual({
      kind: 'record',
      as: 'opportunity',
      object: 'opportunity',
      by: { id },
      at: '/opportunity',
      selections: [
        { kind: 'field', as: 'total', field: 'amount' },
        {
          kind: 'lookup',
          as: 'account',
          field: 'account',
          cases: [
            {
              object: 'account',
              selections: [
                { kind: 'field', as: 'name', field: 'name' },
                { kind: 'field', as: 'called', field: 'name' },
              ],
            },
          ],
        },
        { kind: 'nodeId', as: 'nodeId' },
        { kind: 'field', as: 'version', field: 'version' },
        { kind: 'field', as: 'amount', field: 'amount' },
        { kind: 'constant', as: '__typename', value: 'Opportunity' },
      ],
    });
  });

  it('take a record behind a lookup of several objects as each of them', async () => {
    const [root] = await at.rootsOf(
      `{ activity(id: "${id}") { aboutRef ownerId about { __typename ... on Account { industry } ... on Node { name } } } }`,
    );
    const named = { kind: 'field', as: 'name', field: 'name' };
    const typed = (value: string): unknown => ({ kind: 'constant', as: '__typename', value });
    expect(root?.kind === 'record' ? root.selections : []).toEqual([
      { kind: 'field', as: 'aboutRef', field: 'about' },
      { kind: 'field', as: 'ownerId', field: 'owner' },
      {
        kind: 'lookup',
        as: 'about',
        field: 'about',
        cases: [
          { object: 'account', selections: [typed('Account'), { kind: 'field', as: 'industry', field: 'industry' }, named] },
          { object: 'contact', selections: [typed('Contact'), named] },
          { object: 'lead', selections: [typed('Lead'), named] },
          { object: 'opportunity', selections: [typed('Opportunity'), named] },
        ],
      },
    ]);
  });

  it('nest connections with arguments of their own', async () => {
    const [root] = await at.rootsOf(`{
      accounts(first: 5, after: "c", orderBy: [{ industry: DESC_NULLS_LAST }, { owner: { name: ASC } }], deleted: ONLY) {
        totalCount
        edges { cursor node { opportunities(last: 3, where: { stage: { in: [won, lost] } }) { nodes { id } big: nodes { name } } } __typename }
        pageInfo { hasNextPage endCursor }
      } }`);
    expect(root).toEqual({
      kind: 'list',
      as: 'accounts',
      object: 'account',
      list: {
        page: { first: 5, after: 'c' },
        orderBy: [
          { path: 'industry', descending: true, nulls: 'last' },
          { path: 'owner.name', descending: false },
        ],
        deleted: 'only',
        at: '/accounts',
      },
      parts: [
        { kind: 'totalCount', as: 'totalCount' },
        {
          kind: 'edges',
          as: 'edges',
          parts: [
            { kind: 'cursor', as: 'cursor' },
            {
              kind: 'node',
              as: 'node',
              selections: [
                {
                  kind: 'children',
                  as: 'opportunities',
                  relation: 'opportunities',
                  list: {
                    filter: { in: [{ var: 'stage' }, ['won', 'lost']] },
                    page: { last: 3 },
                    at: '/accounts/edges/node/opportunities',
                  },
                  parts: [
                    { kind: 'nodes', as: 'nodes', selections: [{ kind: 'field', as: 'id', field: 'id' }] },
                    { kind: 'nodes', as: 'big', selections: [{ kind: 'field', as: 'name', field: 'name' }] },
                  ],
                },
              ],
            },
            { kind: 'constant', as: '__typename', value: 'AccountEdge' },
          ],
        },
        {
          kind: 'pageInfo',
          as: 'pageInfo',
          parts: [
            { kind: 'hasNextPage', as: 'hasNextPage' },
            { kind: 'endCursor', as: 'endCursor' },
          ],
        },
      ],
    });
  });

  it('find the record of a global id', async () => {
    const [root] = await at.rootsOf(`{ node(id: "contact:${id}") { id ... on Contact { email } ... on Lead { company } } }`);
    expect(root).toMatchObject({
      kind: 'record',
      object: 'contact',
      by: { id },
      selections: [
        { kind: 'field', as: 'id', field: 'id' },
        { kind: 'field', as: 'email', field: 'email' },
      ],
    });
  });
});

describe('aggregates', () => {
  it('name groups and measures once, however often they are asked for', async () => {
    const [root] = await at.rootsOf(`{
      opportunitiesAggregate(
        where: { stage: { ne: lost } }
        groupBy: [{ account: { industry: VALUE } }, { closeDate: MONTH }, { closeDate: YEAR }, { ownerId: VALUE }]
        having: { sum: { amount: { gt: "1000.50" } }, or: [{ count: { gte: 5 } }, { not: { max: { amount: { lt: 3 } } } }] }
        orderBy: [{ sum: { amount: DESC } }, { group: { account: { industry: ASC } } }, { count: ASC }]
        first: 10
      ) {
        group { account { industry } closeDate year: closeDate(bucket: YEAR) ownerId }
        count
        sum { amount }
        won: sum(where: { stage: { eq: won } }) { amount }
        countDistinct { account }
        __typename
      } }`);
    expect(root).toEqual({
      kind: 'aggregate',
      as: 'opportunitiesAggregate',
      object: 'opportunity',
      aggregate: {
        filter: { '!=': [{ var: 'stage' }, 'lost'] },
        groupBy: [
          { name: 'g0', path: 'account.industry' },
          { name: 'g1', path: 'closeDate', bucket: 'month' },
          { name: 'g2', path: 'closeDate', bucket: 'year' },
          { name: 'g3', path: 'owner' },
        ],
        measures: [
          { name: 'm0', function: 'count' },
          { name: 'm1', function: 'sum', path: 'amount' },
          { name: 'm2', function: 'sum', path: 'amount', filter: { '==': [{ var: 'stage' }, 'won'] } },
          { name: 'm3', function: 'countDistinct', path: 'account' },
          { name: 'm4', function: 'max', path: 'amount' },
        ],
        having: {
          kind: 'and',
          conditions: [
            {
              kind: 'or',
              conditions: [
                { kind: 'compare', measure: 'm0', operator: '>=', value: '5' },
                { kind: 'not', condition: { kind: 'compare', measure: 'm4', operator: '<', value: '3' } },
              ],
            },
            { kind: 'compare', measure: 'm1', operator: '>', value: '1000.5' },
          ],
        },
        orderBy: [
          { name: 'm1', descending: true },
          { name: 'g0', descending: false },
          { name: 'm0', descending: false },
        ],
        first: 10,
        output: [
          {
            kind: 'object',
            as: 'group',
            selections: [
              { kind: 'object', as: 'account', selections: [{ kind: 'group', as: 'industry', name: 'g0' }] },
              { kind: 'group', as: 'closeDate', name: 'g1' },
              { kind: 'group', as: 'year', name: 'g2' },
              { kind: 'group', as: 'ownerId', name: 'g3' },
            ],
          },
          { kind: 'measure', as: 'count', name: 'm0' },
          { kind: 'object', as: 'sum', selections: [{ kind: 'measure', as: 'amount', name: 'm1' }] },
          { kind: 'object', as: 'won', selections: [{ kind: 'measure', as: 'amount', name: 'm2' }] },
          { kind: 'object', as: 'countDistinct', selections: [{ kind: 'measure', as: 'account', name: 'm3' }] },
          { kind: 'constant', as: '__typename', value: 'OpportunityAggregate' },
        ],
        at: '/opportunitiesAggregate',
      },
    });
  });

  it('stand on children too', async () => {
    const [root] = await at.rootsOf(`{ account(id: "${id}") { opportunitiesAggregate { count avg { probability } } } }`);
    expect(root?.kind === 'record' ? root.selections : []).toMatchObject([{ kind: 'childAggregate', relation: 'opportunities' }]);
  });

  it('refuse a group that is not made', async () => {
    const { body } = await at.here.post('{ opportunitiesAggregate(groupBy: [{ stage: VALUE }]) { group { forecast } count } }');
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'REQUEST_PARAMETER_INVALID', pointer: '/opportunitiesAggregate/groupBy' });
  });
});
