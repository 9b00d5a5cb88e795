// Reads of records: pages stay right while others write, and each read is one statement.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../api/rest-scene.ts';
import { flowDatabase, type Client, type FlowDatabase, type FlowServer } from './server-scene.ts';

let db: FlowDatabase;
let server: FlowServer;
let client: Client;

const groups = ['finance', 'retail', null] as const;
const atStart = 60;

async function add(records: readonly unknown[]): Promise<readonly string[]> {
  const answer = await client.call('POST', '/api/v1/records/account/bulk', { action: 'create', records });
  if (answer.status !== 200) throw new Error(answer.text);
  return (answer.json as { readonly results: readonly { readonly id: string }[] }).results.map(({ id }) => id);
}

const account = (n: number): unknown => ({
  name: `Account ${n % 7}`,
  industry: groups[n % groups.length],
  employees: n % 5 === 0 ? null : n % 4,
});

/** What others do between two pages: rows before, among and behind those that are seen already; changes and deletions of new ones. */
async function disturb(round: number): Promise<void> {
  const [first] = await add([
    account(round),
    { name: 'AAA first', employees: 0 },
    { name: 'ZZZ last', industry: 'services', employees: 99 },
    account(round + 1),
  ]);
  await client.call('PATCH', `/api/v1/records/account/${first ?? ''}`, { name: 'Account 3', employees: null });
  if (round % 2 === 0) await client.call('DELETE', `/api/v1/records/account/${first ?? ''}`);
}

beforeAll(async () => {
  db = await flowDatabase();
  await db.tenant('north', ['crm-base']);
  server = await db.open();
  client = await server.signIn('north');
});

afterAll(async () => {
  await server.close();
  await db.close();
});

describe('pages of a list into which others write', () => {
  let starters: readonly string[];

  beforeAll(async () => {
    starters = await add(Array.from({ length: atStart }, (_, n) => account(n)));
  });

  function judge(seen: readonly string[]): void {
    expect(seen.length).toBe(new Set(seen).size);
    const found = new Set(seen);
    expect(starters.filter((id) => !found.has(id))).toEqual([]);
  }

  it.each(['', 'name', '-name', 'industry,-employees', '-employees,name', 'owner.name,industry', '-createdAt', 'id'])(
    'over REST miss nothing and show nothing twice (sort=%s)',
    async (sort) => {
      const seen: string[] = [];
      let after = '';
      for (let round = 0; round < 100; round += 1) {
        const answer = await client.call('GET', `/api/v1/records/account?fields=id&first=13${sort === '' ? '' : `&sort=${sort}`}${after}`);
        expect(answer.status).toBe(200);
        const { records, page } = answer.json as {
          readonly records: readonly { readonly id: string }[];
          readonly page: { readonly hasNextPage: boolean; readonly endCursor: string };
        };
        seen.push(...records.map(({ id }) => id));
        if (!page.hasNextPage) break;
        after = `&after=${page.endCursor}`;
        if (round < 4) await disturb(round);
      }
      judge(seen);
    },
  );

  interface Connection {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly endCursor: string;
      readonly startCursor: string;
    };
  }
  const page = async (args: string): Promise<Connection> => {
    const answer = await client.ask(
      `{ accounts(${args}) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }`,
    );
    const { data } = answer.json as { readonly data: { readonly accounts: Connection } | null };
    if (data === null) throw new Error(answer.text);
    return data.accounts;
  };

  it.each(['[{ name: ASC }]', '[{ employees: DESC }, { name: ASC }]', '[{ industry: ASC }, { createdAt: DESC }]'])(
    'over GraphQL miss nothing and show nothing twice, forward and backward (orderBy: %s)',
    async (orderBy) => {
      for (const [size, cursor] of [
        ['first', 'after'],
        ['last', 'before'],
      ] as const) {
        const seen: string[] = [];
        let at = '';
        for (let round = 0; round < 100; round += 1) {
          const { edges, pageInfo } = await page(`${size}: 17, orderBy: ${orderBy}${at}`);
          seen.push(...edges.map(({ node }) => node.id));
          const [more, next] =
            size === 'first' ? [pageInfo.hasNextPage, pageInfo.endCursor] : [pageInfo.hasPreviousPage, pageInfo.startCursor];
          expect(next).toBe(size === 'first' ? edges.at(-1)?.cursor : edges[0]?.cursor);
          if (!more) break;
          at = `, ${cursor}: "${next}"`;
          if (round < 3) await disturb(round);
        }
        judge(seen);
      }
    },
  );

  it('refuse a cursor of another order, another filter or another list', async () => {
    const { json } = await client.call('GET', '/api/v1/records/account?first=1&sort=name');
    const { endCursor } = (json as { readonly page: { readonly endCursor: string } }).page;
    const refused = [
      `account?first=1&sort=-name&after=${endCursor}`,
      `account?first=1&after=${endCursor}`,
      `contact?first=1&sort=name&after=${endCursor}`,
      `account?first=1&sort=name&after=${endCursor.slice(0, -1)}${endCursor.endsWith('A') ? 'B' : 'A'}`,
    ];
    for (const path of refused)
      expect([path, await client.call('GET', `/api/v1/records/${path}`)]).toMatchObject([
        path,
        { status: 400, json: { code: 'CURSOR_INVALID' } },
      ]);
    const answer = await client.ask(`{ accounts(first: 1, orderBy: [{ name: DESC }], after: "${endCursor}") { nodes { id } } }`);
    expect(answer.text).toContain('CURSOR_INVALID');
  });
});

describe('a read of records', () => {
  let id: string;
  beforeAll(async () => {
    id = await client.create('account', { name: 'Read', phone: '030 1' });
    const opportunity = await client.create('opportunity', { name: 'Deal', account: id, amount: 10 });
    await client.create('activity', { name: 'Call', recordType: 'call', about: { object: 'opportunity', id: opportunity } });
    await client.create('product', { name: 'Thing', code: 'T-1' });
  });

  /** Statements of the second of two equal requests: the first may have filled caches. */
  async function statementsOf(ask: () => Promise<Answer>): Promise<readonly string[]> {
    expect((await ask()).status).toBe(200);
    server.statements.length = 0;
    const answer = await ask();
    expect(answer.json === undefined ? answer.status : (answer.json as { readonly errors?: unknown }).errors).toEqual(
      answer.json === undefined ? 200 : undefined,
    );
    return [...server.statements];
  }

  const filter = encodeURIComponent('{">":[{"var":"account.employees"},-1]}');
  it.each([
    '/opportunity',
    '/opportunity?fields=id,name',
    '/opportunity?fields=name,account.name,account.owner.name&sort=-account.name,amount&first=5&count=true',
    `/opportunity?filter=${filter}&count=true`,
    '/activity?fields=name,about.name',
    '/account/{id}',
    '/account/{id}?fields=name,wonAmount,owner.email',
    '/account/{id}?deleted=with',
    '/product/by/code/T-1',
    '/account?deleted=only',
  ])('over REST is one statement (GET %s)', async (path) => {
    const found = await statementsOf(() => client.call('GET', `/api/v1/records${path.replace('{id}', id)}`));
    expect(found).toEqual([expect.stringMatching(/^\s*(select|with)\b/i)]);
  });

  it('of grouped figures is one statement', async () => {
    const body = {
      groupBy: [{ path: 'account.industry' }, { path: 'closeDate', bucket: 'month' }],
      measures: [{ function: 'count' }, { function: 'sum', path: 'amount' }],
      having: { '>': [{ var: 'count' }, 0] },
    };
    expect(await statementsOf(() => client.call('POST', '/api/v1/records/opportunity/aggregate', body))).toHaveLength(1);
  });

  it('over all objects by words is one statement', async () => {
    expect(await statementsOf(() => client.call('GET', '/api/v1/search?q=Read'))).toHaveLength(1);
  });

  it.each([
    '{ accounts(first: 5) { totalCount nodes { id name owner { name } } pageInfo { hasNextPage } } }',
    '{ a: accounts(first: 2) { nodes { id } } b: contacts { nodes { id } } opportunitiesAggregate { count } }',
    '{ accounts(where: { opportunities: { some: { amount: { gt: 1 } } } }, orderBy: [{ name: ASC }]) { nodes { name opportunities(first: 3) { totalCount nodes { name activities { nodes { name } } } } } } }',
    '{ activities { nodes { name about { ... on Opportunity { amount account { name } } ... on Account { name } } } } }',
    '{ node(id: "account:{id}") { id ... on Account { name opportunitiesAggregate { count } } } }',
    '{ account(id: "{id}") { name wonAmount createdBy { name } } user(id: "{id}") { name } }',
  ])('over GraphQL is one statement, however many roots and levels it has (%s)', async (query) => {
    const found = await statementsOf(() => client.ask(query.replaceAll('{id}', id)));
    expect(found).toHaveLength(1);
  });

  it('by a resolver-free plan or by GraphQL’s own executor is one statement alike', async () => {
    const query = 'query ($first: Int) { accounts(first: $first) { __typename nodes { id } } __typename }';
    const accept = { Accept: 'application/graphql-response+json' };
    expect(await statementsOf(() => client.call('POST', '/graphql', { query, variables: { first: 3 } }, accept))).toHaveLength(1);
    expect(
      await statementsOf(() =>
        client.call('GET', `/graphql?query=${encodeURIComponent('{ accounts { nodes { id } } }')}`, undefined, accept),
      ),
    ).toHaveLength(1);
  });

  it('of a history is two: whether the record may be read, and its past', async () => {
    expect((await statementsOf(() => client.call('GET', `/api/v1/records/account/${id}/history`))).length).toBeLessThanOrEqual(2);
  });
});
