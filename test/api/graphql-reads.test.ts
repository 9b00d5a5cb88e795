// Queries as reads: what a document asks of the engine, and that its text goes out as it came.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadRequest } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { modelOf } from '../support/packs.ts';
import { scene, type Scene } from './graphql-scene.ts';

const model = modelOf('crm-base');
const id = '01900000-0000-7000-8000-00000000000a';

let here: Scene;
let reads: ReadRequest[];
let answer: (request: ReadRequest) => string;

beforeAll(async () => {
  here = await scene(model, {
    read: (request) => {
      reads.push(request);
      return answer(request);
    },
  });
});
afterAll(() => here.close());
beforeEach(() => {
  reads = [];
  answer = () => '{}';
});

async function rootsOf(query: string, variables?: Readonly<Record<string, unknown>>): Promise<ReadRequest['roots']> {
  const { body } = await here.post(query, variables);
  expect(body.errors).toBeUndefined();
  expect(reads).toHaveLength(1);
  return reads[0]?.roots ?? [];
}

async function filterOf(where: string): Promise<unknown> {
  const [root] = await rootsOf(`{ opportunities(where: ${where}) { totalCount } }`);
  return root?.kind === 'list' ? root.list.filter : undefined;
}

describe('a query', () => {
  it('is one read of all its root fields, of the Model that it was translated for', async () => {
    const roots = await rootsOf(`{ opportunity(id: "${id}") { name } accounts(first: 2) { nodes { id } } kind: __typename }`);
    expect(roots.map((root) => [root.kind, root.as])).toEqual([
      ['record', 'opportunity'],
      ['list', 'accounts'],
      ['constant', 'kind'],
    ]);
    expect(reads[0]?.modelHash).toBe(model.hash);
  });

  it('passes the text on digit for digit', async () => {
    answer = () => '{"opportunity":{"amount":1.10,  "n":12345678901234567890}}';
    const { text } = await here.post(`{ opportunity(id: "${id}") { amount } }`);
    expect(text).toBe('{"data":{"opportunity":{"amount":1.10,  "n":12345678901234567890}}}');
  });

  it('asks the engine nothing where no field is read, and for nothing where an id is none', async () => {
    const { text } = await here.post('{ __typename again: __typename }');
    expect(text).toBe('{"data":{"__typename":"Query","again":"Query"}}');
    expect(reads).toEqual([]);
    const roots = await rootsOf('{ a: node(id: "nonsense") { id } b: account(id: "x") { id } }');
    expect(roots).toEqual(['a', 'b'].map((as) => ({ kind: 'constant', as, value: null })));
  });

  it('puts what the schema answers beside what is read', async () => {
    answer = () => '{"accounts":{"totalCount":3}}';
    const first = await here.post('{ __type(name: "Account") { name } accounts { totalCount } }');
    expect(first.text).toBe('{"data":{"__type":{"name":"Account"},"accounts":{"totalCount":3}}}');
    const last = await here.post('query ($n: String!) { accounts { totalCount } __type(name: $n) { kind } }', { n: 'Lead' });
    expect(last.text).toBe('{"data":{"accounts":{"totalCount":3},"__type":{"kind":"OBJECT"}}}');
  });

  it('is translated again, once, where the Model has changed meanwhile', async () => {
    const newer = { ...model, hash: 'newer' };
    const hashes: (string | undefined)[] = [];
    const there = await scene(model, {
      models: [model, newer],
      read: ({ modelHash }) => {
        hashes.push(modelHash);
        if (modelHash !== 'newer') throw fail('MODEL_CHANGED');
        return '{"accounts":{"totalCount":1}}';
      },
    });
    expect((await there.post('{ accounts { totalCount } }')).text).toBe('{"data":{"accounts":{"totalCount":1}}}');
    expect(hashes).toEqual([model.hash, 'newer']);
    await there.close();
  });

  it('tells of a failure with code, pointer, problems and request id, and without data', async () => {
    answer = () => {
      throw fail('PERMISSION_DENIED', { action: 'read account.revenue' }, { pointer: '/accounts/filter/and/0' });
    };
    const { status, body } = await here.post('{ accounts { totalCount } }');
    expect(status).toBe(403);
    expect(body).toEqual({
      errors: [
        {
          message: 'You may not read account.revenue.',
          extensions: { code: 'PERMISSION_DENIED', pointer: '/accounts/where', requestId: 'request-1' },
        },
      ],
    });
  });

  it('tells nothing of a mistake of ours', async () => {
    answer = () => {
      throw new Error('select * from secret');
    };
    const { status, text, body } = await here.post('{ accounts { totalCount } }');
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([500, 'INTERNAL']);
    expect(text).not.toContain('secret');
  });
});

describe('selections', () => {
  it('merge fields of one response name, spread fragments, and obey @skip and @include', async () => {
    const query = `
      query ($no: Boolean!) {
        opportunity(id: "${id}") { ...a account { name } account @skip(if: $no) { industry } amount @include(if: $no) __typename }
      }
      fragment a on Opportunity { total: amount account { name called: name } ... on Node { nodeId } ... on Node @include(if: $no) { version } }`;
    const [root] = await rootsOf(query, { no: true });
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
    const [root] = await rootsOf(
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
    const [root] = await rootsOf(`{
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
    const [root] = await rootsOf(`{ node(id: "contact:${id}") { id ... on Contact { email } ... on Lead { company } } }`);
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

describe('where', () => {
  it.each([
    ['{ amount: { gte: 100, lt: 1e3 } }', { and: [{ '<': [{ var: 'amount' }, 1000] }, { '>=': [{ var: 'amount' }, 100] }] }],
    ['{ account: { industry: { eq: software } } }', { '==': [{ var: 'account.industry' }, 'software'] }],
    ['{ accountId: { isNull: true } }', { '==': [{ var: 'account' }, null] }],
    ['{ closeDate: { isNull: false } }', { '!=': [{ var: 'closeDate' }, null] }],
    ['{ closeDate: { within: "thisQuarter" } }', { within: [{ var: 'closeDate' }, 'thisQuarter'] }],
    ['{ name: { startsWith: "A" } }', { startsWith: [{ var: 'name' }, 'A'] }],
    ['{ stage: { notIn: [won] } }', { '!': { in: [{ var: 'stage' }, ['won']] } }],
    ['{ stage: { ne: null } }', { '!=': [{ var: 'stage' }, null] }],
    [
      '{ or: [{ stage: { eq: won } }, { not: { amount: { gt: 5 } } }] }',
      { or: [{ '==': [{ var: 'stage' }, 'won'] }, { '!': { '>': [{ var: 'amount' }, 5] } }] },
    ],
    ['{ lines: { some: { quantity: { gt: 1 } } } }', { some: [{ var: 'lines' }, { '>': [{ var: 'quantity' }, 1] }] }],
    ['{ lines: { none: {} } }', { none: [{ var: 'lines' }, true] }],
    [
      '{ account: { contacts: { every: { owner: { active: { eq: true } } } } } }',
      { all: [{ var: 'account.contacts' }, { '==': [{ var: 'owner.active' }, true] }] },
    ],
    [
      '{ activities: { some: { about: { account: { name: { eq: "x" } } } } } }',
      { some: [{ var: 'activities' }, { '==': [{ var: 'about:account.name' }, 'x'] }] },
    ],
    ['{ or: [] }', false],
    ['{ and: [] }', undefined],
    ['{}', undefined],
    ['null', undefined],
  ])('%s', async (where, filter) => {
    expect(await filterOf(where)).toEqual(filter);
  });

  it('takes variables, whole or in part', async () => {
    const [root] = await rootsOf(
      'query ($w: OpportunityFilter!, $d: Date) { opportunities(where: { and: [$w, { closeDate: { lt: $d } }] }) { totalCount } }',
      {
        w: { amount: { eq: 0.1 } },
        d: '2026-01-01',
      },
    );
    expect(root?.kind === 'list' ? root.list.filter : undefined).toEqual({
      and: [{ '==': [{ var: 'amount' }, 0.1] }, { '<': [{ var: 'closeDate' }, '2026-01-01'] }],
    });
  });

  it.each(['{ amount: null }', '{ amount: { gt: null } }', '{ and: null }', '{ lines: { some: null } }', '{ stage: { in: null } }'])(
    'refuses %s, which would silently mean all records',
    async (where) => {
      const { body } = await here.post(`{ opportunities(where: ${where}) { totalCount } }`);
      expect(body.errors?.[0]?.extensions).toMatchObject({
        code: 'REQUEST_PARAMETER_INVALID',
        pointer: expect.stringMatching(/^\/opportunities\/where\//),
      });
      expect(reads).toEqual([]);
    },
  );
});

describe('aggregates', () => {
  it('name groups and measures once, however often they are asked for', async () => {
    const [root] = await rootsOf(`{
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
    const [root] = await rootsOf(`{ account(id: "${id}") { opportunitiesAggregate { count avg { probability } } } }`);
    expect(root?.kind === 'record' ? root.selections : []).toMatchObject([{ kind: 'childAggregate', relation: 'opportunities' }]);
  });

  it('refuse a group that is not made', async () => {
    const { body } = await here.post('{ opportunitiesAggregate(groupBy: [{ stage: VALUE }]) { group { forecast } count } }');
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'REQUEST_PARAMETER_INVALID', pointer: '/opportunitiesAggregate/groupBy' });
  });
});

describe('limits', () => {
  const refusedAs = async (query: string): Promise<string | undefined> => (await here.post(query)).body.errors?.[0]?.message;

  it('hold the depth', async () => {
    const nested = (n: number): string => (n === 0 ? '{ id }' : `{ manager ${nested(n - 1)} }`);
    expect(await refusedAs(`{ user(id: "${id}") ${nested(30)} }`)).toMatch(/too many levels; at most 20/);
  });

  it('hold the root fields, aliases one by one', async () => {
    const roots = Array.from({ length: 31 }, (_, i) => `a${String(i)}: users { totalCount }`);
    expect(await refusedAs(`{ ${roots.join(' ')} }`)).toMatch(/too many root fields; at most 30/);
  });

  it('hold what fragments multiply', async () => {
    const fragments = Array.from({ length: 13 }, (_, i) =>
      i === 12
        ? `fragment f12 on User { id }`
        : `fragment f${String(i)} on User { a: manager { ...f${String(i + 1)} } b: manager { ...f${String(i + 1)} } }`,
    );
    expect(await refusedAs(`{ user(id: "${id}") { ...f0 } } ${fragments.join(' ')}`)).toMatch(/too many fields; at most 5000/);
  });

  it('hold the size of a document before it is validated', async () => {
    expect(await refusedAs(`{ ${'__typename '.repeat(51)} }`)).toMatch(/too many selections of one name/);
    expect(await refusedAs(`{ ${Array.from({ length: 4000 }, (_, i) => `a${String(i)}: x`).join(' ')} }`)).toMatch(
      /too many words and signs/,
    );
    expect(await refusedAs(`{ x } #${'x'.repeat(100_000)}`)).toMatch(/too many characters/);
    expect(reads).toEqual([]);
  });
});
