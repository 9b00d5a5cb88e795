// GraphQL end to end: over HTTP, through the engine, to PostgreSQL and back.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { openTenant, type Reply, type Tenant } from './graphql-tenant.ts';

let tenant: Tenant;
let account: string;
let product: string;

async function ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<NonNullable<Reply['data']>> {
  const reply = await tenant.ask(query, variables);
  expect(reply.errors).toBeUndefined();
  return reply.data ?? {};
}

const idOf = (data: Readonly<Record<string, unknown>>, name: string): string => (data[name] as { readonly id: string }).id;

beforeAll(async () => {
  tenant = await openTenant();
  const data = await ask(`mutation {
    a: createAccount(input: { name: "Acme" }) { id }
    p: createProduct(input: { name: "Widget", code: "W1", listPrice: 10 }) { id }
  }`);
  account = idOf(data, 'a');
  product = idOf(data, 'p');
});
afterAll(() => tenant.close());

describe('GraphQL of a tenant', () => {
  it('creates a record with its children and reads it back nested, in one request', async () => {
    const created = await ask(
      `mutation ($account: ID, $product: ID!) {
        createOpportunity(input: { name: "Big", amount: 1000.5, account: $account, lines: [{ product: $product, quantity: 2, unitPrice: 10 }, { product: $product, quantity: 1, unitPrice: 5.25 }] }) {
          id nodeId version stage amount lineTotal lineCount
          account { name }
          lines(orderBy: [{ total: DESC }]) { totalCount nodes { __typename total product { name } } }
        } }`,
      { account, product },
    );
    const id = idOf(created, 'createOpportunity');
    expect(created['createOpportunity']).toMatchObject({
      nodeId: `opportunity:${id}`,
      version: 1,
      stage: 'prospecting',
      amount: 1000.5,
      lineCount: 2,
      account: { name: 'Acme' },
      lines: {
        totalCount: 2,
        nodes: [
          { __typename: 'OpportunityLine', total: 20, product: { name: 'Widget' } },
          { total: 5.25, product: { name: 'Widget' } },
        ],
      },
    });
    const read = await ask(
      `query ($n: ID!) {
      node(id: $n) { name ... on Opportunity { amount } }
      opportunities(where: { account: { name: { eq: "Acme" } }, lines: { some: { quantity: { gte: 2 } } } }) { edges { cursor node { name } } pageInfo { hasNextPage } }
      none: opportunities(where: { lines: { none: {} } }) { totalCount }
    }`,
      { n: `opportunity:${id}` },
    );
    expect(read).toMatchObject({
      node: { name: 'Big', amount: 1000.5 },
      opportunities: { edges: [{ node: { name: 'Big' } }], pageInfo: { hasNextPage: false } },
      none: { totalCount: 0 },
    });
  });

  it('updates by version, and refuses an older one', async () => {
    const created = await ask('mutation { createAccount(input: { name: "V" }) { id version } }');
    const id = idOf(created, 'createAccount');
    const updated = await ask('mutation ($id: ID!) { updateAccount(id: $id, input: { name: "W" }, version: 1) { name version } }', { id });
    expect(updated).toEqual({ updateAccount: { name: 'W', version: 2 } });
    const stale = await tenant.ask('mutation ($id: ID!) { updateAccount(id: $id, input: { name: "X" }, version: 1) { name } }', { id });
    expect(stale.data).toEqual({ updateAccount: null });
    expect(stale.errors).toMatchObject([{ path: ['updateAccount'], extensions: { code: 'RECORD_CHANGED' } }]);
  });

  it('upserts by a key', async () => {
    const upsert =
      'mutation ($name: String!) { upsertOpportunity(by: byExternalNumber, input: { externalNumber: "E1", name: $name }) { id name version } }';
    const first = await ask(upsert, { name: 'one' });
    const second = await ask(upsert, { name: 'two' });
    expect(second).toEqual({ upsertOpportunity: { id: idOf(first, 'upsertOpportunity'), name: 'two', version: 2 } });
  });

  it('points at the argument that is wrong', async () => {
    const reply = await tenant.ask('mutation { createOpportunity(input: { name: "X", amount: -1 }) { id } }');
    expect(reply.data).toEqual({ createOpportunity: null });
    const [error] = reply.errors ?? [];
    expect([error?.extensions.pointer, ...(error?.extensions.problems ?? []).map(({ pointer }) => pointer)]).toContain('/input/amount');
    const unit = await tenant.ask('{ opportunities(where: { closeDate: { within: "someday" } }) { totalCount } }');
    expect([unit.status, unit.errors?.[0]?.extensions.pointer ?? unit.errors?.[0]?.extensions.problems?.[0]?.pointer]).toEqual([
      422,
      '/opportunities/where',
    ]);
  });

  it('writes in bulk, with the problems of each record that is not written', async () => {
    const data = await ask(`mutation {
      createAccounts(inputs: [{ name: "B1" }, { name: "B2", revenue: -5 }, { name: "" }], allOrNone: false) { results { ok record { name } problems { code pointer } } }
    }`);
    const { results } = data['createAccounts'] as { readonly results: readonly { readonly ok: boolean; readonly record: unknown }[] };
    expect(results).toHaveLength(3);
    expect(results[0]).toEqual({ ok: true, record: { name: 'B1' }, problems: [] });
    expect(results.some(({ ok, record }) => !ok && record === null)).toBe(true);
  });

  it('deletes, shows the bin, and restores', async () => {
    const id = idOf(await ask('mutation { createAccount(input: { name: "Gone" }) { id } }'), 'createAccount');
    expect(await ask('mutation ($id: ID!) { deleteAccount(id: $id) { object id } }', { id })).toEqual({
      deleteAccount: { object: 'account', id },
    });
    const bin = await ask('query ($id: ID!) { account(id: $id) { id } deleted: account(id: $id, deleted: ONLY) { name } }', { id });
    expect(bin).toEqual({ account: null, deleted: { name: 'Gone' } });
    expect(await ask('mutation ($id: ID!) { restoreAccount(id: $id) { name } }', { id })).toEqual({ restoreAccount: { name: 'Gone' } });
  });

  it('aggregates by groups, date buckets and filtered measures', async () => {
    await ask(
      `mutation ($account: ID) { createOpportunities(inputs: [
      { name: "1", account: $account, amount: 10.10, stage: won, closeDate: "2026-01-05", engageDate: "2026-01-01" }
      { name: "2", account: $account, amount: 20.20, stage: won, closeDate: "2026-01-20", engageDate: "2026-01-01" }
      { name: "3", account: $account, amount: 5, stage: lost, closeDate: "2026-02-01", engageDate: "2026-01-01" }
    ]) { results { ok } } }`,
      { account },
    );
    const data = await ask(`{
      opportunitiesAggregate(where: { closeDate: { gte: "2026-01-01" } }, groupBy: [{ closeDate: MONTH }], orderBy: [{ sum: { amount: DESC } }], having: { count: { gte: 1 } }) {
        group { closeDate } count sum { amount } won: count(where: { stage: { eq: won } }) countDistinct { account }
      } }`);
    expect(data['opportunitiesAggregate']).toEqual([
      { group: { closeDate: '2026-01-01' }, count: 2, sum: { amount: '30.3' }, won: 2, countDistinct: { account: 1 } },
      { group: { closeDate: '2026-02-01' }, count: 1, sum: { amount: '5' }, won: 0, countDistinct: { account: 1 } },
    ]);
    const children = await ask('query ($id: ID!) { account(id: $id) { opportunitiesAggregate { count max { amount } } } }', {
      id: account,
    });
    expect(children).toEqual({ account: { opportunitiesAggregate: [{ count: 4, max: { amount: 1000.5 } }] } });
  });

  it('pages both ways through lookups', async () => {
    const page = `query ($first: Int, $after: String, $last: Int, $before: String) {
      accounts(first: $first, after: $after, last: $last, before: $before, orderBy: [{ owner: { name: ASC } }, { name: DESC }]) {
        nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    interface Page {
      readonly nodes: readonly { readonly name: string }[];
      readonly pageInfo: { readonly endCursor: string; readonly startCursor: string; readonly hasNextPage: boolean };
    }
    const first = (await ask(page, { first: 2 }))['accounts'] as Page;
    const next = (await ask(page, { first: 2, after: first.pageInfo.endCursor }))['accounts'] as Page;
    const back = (await ask(page, { last: 2, before: next.pageInfo.startCursor }))['accounts'] as Page;
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect(back.nodes).toEqual(first.nodes);
    expect(new Set([...first.nodes, ...next.nodes].map(({ name }) => name)).size).toBe(4);
  });

  it('shows the record behind a lookup of several objects', async () => {
    const data = await ask(
      `mutation ($about: RecordReference) { createActivity(input: { name: "Call", recordType: call, about: $about }) {
        aboutRef about { __typename ... on Account { name } } } }`,
      { about: { object: 'account', id: account } },
    );
    expect(data['createActivity']).toEqual({
      aboutRef: { object: 'account', id: account },
      about: { __typename: 'Account', name: 'Acme' },
    });
    const found = await ask(
      'query ($id: ID!) { activities(where: { about: { account: { name: { eq: "Acme" } } }, aboutId: { eq: $id } }) { totalCount } }',
      { id: account },
    );
    expect(found).toEqual({ activities: { totalCount: 1 } });
  });

  it('refuses what costs too much', async () => {
    const reply = await tenant.ask(
      '{ accounts(first: 1000) { nodes { opportunities(first: 1000) { nodes { lines(first: 1000) { nodes { id } } } } } } }',
    );
    expect(reply.errors?.[0]?.extensions.code).toBe('QUERY_TOO_COSTLY');
    expect(reply.data).toBeUndefined();
  });

  it('tells subscribers of changes as they may read them', async () => {
    const stands = Promise.withResolvers<unknown>();
    const on = { connected: stands.resolve };
    const client = createClient({ url: tenant.url, headers: { authorization: `Bearer ${tenant.token}` }, retryAttempts: 0, on });
    const events = client.iterate({
      query: 'subscription { accountChanged(where: { name: { startsWith: "Heard" } }) { change record { name } } }',
    });
    const next = events.next();
    await stands.promise;
    await ask('mutation { a: createAccount(input: { name: "Not heard" }) { id } b: createAccount(input: { name: "Heard of" }) { id } }');
    expect((await next).value).toEqual({ data: { accountChanged: { change: 'created', record: { name: 'Heard of' } } } });
    await events.return?.();
    client.dispose();
  });
});
