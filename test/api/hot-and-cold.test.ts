// Kept plans change no answer: each request goes to an engine that keeps them and, over another server, to the same engine asked as if it kept none.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createApp } from '@tessera/api';
import { Administration, createEngine, type Engine } from '@tessera/engine';
import { silentLogger, uuidv7Source } from '@tessera/kernel';
import { openCell, type Cell } from '@tessera/storage';
import { exampleFolder } from '../support/packs.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { askedRead, withReads, type ReadInput } from './asked-read.ts';
import { listen } from './rest-scene.ts';

type Json = Readonly<Record<string, unknown>>;

let database: TestDatabase;
let cell: Cell;
let engine: Engine;
const servers: Server[] = [];
let hot: string;
let cold: string;
let token: string;
let accounts: readonly string[];
/** Documents that may be named instead of sent. */
const texts = new Map<string, string>();

/** How often the hot engine had no plan. */
let written = 0;

function counted(input: ReadInput): ReadInput {
  if (!('key' in input)) return input;
  const roots: typeof input.roots = () => {
    written += 1;
    return input.roots();
  };
  return { ...input, roots };
}

async function serve(of: Engine): Promise<string> {
  const persisted = { texts, only: false };
  const server = createServer(createApp({ engine: of, log: silentLogger, newId: uuidv7Source(Date.now), persisted }));
  servers.push(server);
  return listen(server);
}

const administrator = { email: 'admin@acme.example', name: 'Ada', password: 'correct horse battery staple 7' };

beforeAll(async () => {
  database = await testDatabase();
  cell = await openCell({ url: database.url, log: silentLogger });
  // One moment for both, so that what depends on the clock is alike.
  const started = Date.now();
  const options = { cell, log: silentLogger, secret: 'a secret of at least thirty-two characters', clock: { now: () => started } };
  await new Administration(options).createTenant({ name: 'acme', packs: [exampleFolder('crm-base')], administrator, demo: true });
  engine = await createEngine(options);
  token = (await engine.login({ tenant: 'acme', ...administrator }, { requestId: 'login', languages: ['en'] })).accessToken;
  hot = await serve(withReads(engine, counted));
  cold = await serve(withReads(engine, askedRead));
  const json = await both('GET', '/api/v1/records/account?fields=id&first=5');
  accounts = (json['records'] as readonly { readonly id: string }[]).map(({ id }) => id);
}, 400_000);

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await engine.close();
  await cell.close();
  await database.drop();
});

/** Asks both servers, the hot one twice; their answers must be one. */
async function both(method: string, path: string, body?: unknown, accept = '*/*'): Promise<Json> {
  const type = { 'Content-Type': 'application/json', Accept: accept };
  const headers = { Authorization: `Bearer ${token}`, 'X-Request-Id': 'one-and-the-same', ...type };
  const send = async (url: string): Promise<string> => {
    const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return `${String(answer.status)} ${answer.headers.get('etag') ?? ''} ${await answer.text()}`;
  };
  const expected = await send(cold);
  const first = await send(hot);
  const before = written;
  expect([first, await send(hot)]).toEqual([expected, expected]);
  const [, status = '', text = ''] = /^(\d+) \S* (.*)$/s.exec(expected) ?? [];
  const json = JSON.parse(text) as Json;
  if (status === '200' && json['errors'] === undefined) expect({ path, body, written }).toEqual({ path, body, written: before });
  return json;
}

/** By its text and by its name; by the short road, and by that of unusual requests. */
async function graphql(query: string, variables?: Json): Promise<Json> {
  const hash = createHash('sha256').update(query).digest('hex');
  texts.set(hash, query);
  const json = await both('POST', '/graphql', { query, variables });
  const unusual = 'application/json; charset=utf-8';
  expect(await both('POST', '/graphql', { query, variables }, unusual)).toEqual(json);
  for (const accept of ['*/*', unusual])
    expect(await both('POST', '/graphql', { documentId: `sha256:${hash}`, variables }, accept)).toEqual(json);
  return json;
}

const noId = '01900000-0000-7000-8000-00000000dead';

describe('a GraphQL document', () => {
  const opportunities = '{ totalCount nodes { id name amount stage } pageInfo { hasNextPage endCursor } }';
  const list = `query ($where: OpportunityFilter, $first: Int, $after: String) {
    opportunities(where: $where, first: $first, after: $after, orderBy: [{ closeDate: DESC }]) ${opportunities} }`;

  const filters: readonly unknown[] = [
    null,
    {},
    { stage: { eq: 'WON' } },
    { stage: { eq: 'LOST' } },
    { stage: { eq: 'NOSUCH' } },
    { stage: { eq: null } },
    { stage: { ne: null } },
    { stage: { in: ['WON', 'LOST'] } },
    { stage: { in: [] } },
    { stage: { notIn: ['WON'] } },
    { amount: { gt: 1000 } },
    { amount: { gt: 5000, lte: 9000 } },
    { amount: { gt: 'much' } },
    { amount: { isNull: true } },
    { amount: { isNull: false } },
    { closeDate: { within: 'thisYear' } },
    { closeDate: { within: 'noYear' } },
    { closeDate: { gte: '2017-01-01' } },
    { closeDate: { gte: '2017-02-30' } },
    { name: { contains: 'a' } },
    { name: { contains: '%' } },
    { name: { startsWith: 'A', endsWith: 'e' } },
    { bigDeal: { eq: true } },
    { bigDeal: { eq: false } },
    { account: { name: { eq: 'Acme' } } },
    { accountId: { eq: noId } },
    { accountId: { eq: 'nothing' } },
    { and: [{ amount: { gt: 1 } }, { or: [{ stage: { eq: 'WON' } }, { name: { startsWith: 'B' } }] }, { not: { stage: { eq: 'LOST' } } }] },
    { and: [{ amount: { gt: 2 } }, { or: [{ stage: { eq: 'LOST' } }, { name: { startsWith: 'C' } }] }, { not: { stage: { eq: 'WON' } } }] },
    { lines: { some: { quantity: { gt: 0 } } } },
    { amount: null },
  ];

  it.each(filters.map((where) => [where]))('answers a filter %j alike', async (where) => {
    await graphql(list, { where, first: 3 });
    await graphql(list, { where, first: 4 });
  });

  it('goes through pages alike, and refuses cursors alike', async () => {
    for (let after: unknown = null, page = 0; page < 5 && (page === 0 || after !== null); page += 1) {
      const json = await graphql(list, { first: 7, after });
      after = (json as { readonly data: { readonly opportunities: { readonly pageInfo: Json } } }).data.opportunities.pageInfo['endCursor'];
    }
    for (const after of ['nothing', 'WzFd.x', '']) await graphql(list, { after });
  });

  const comparisons = `query ($stage: OpportunityStage, $stages: [OpportunityStage!], $low: Float, $text: String, $by: FloatFilter, $full: Boolean = false) {
    a: opportunities(where: { stage: { eq: $stage }, amount: { gt: $low } }, first: 2) { totalCount nodes { name } }
    b: opportunities(where: { or: [{ stage: { in: $stages } }, { amount: $by }] }, first: 2) { totalCount nodes { name lines @include(if: $full) { totalCount } } }
    c: accounts(where: { name: { contains: $text } }, first: 2) @skip(if: $full) { totalCount }
  }`;

  it.each([
    { stage: 'WON', stages: ['WON'], low: 1, text: 'a', by: { gt: 10 } },
    { stage: 'LOST', stages: ['LOST', 'WON'], low: 5000.5, text: '_', by: { gt: 99, lt: 1000 } },
    { stage: 'WON', stages: [], low: 0, text: '', by: {}, full: true },
    { stage: null, stages: ['WON'], low: 1, text: 'a', by: { isNull: true } },
    { stages: 'WON', low: 1, text: 'a', by: { eq: null } },
    { stage: 'WON', stages: ['WON', null], low: 1, text: 'a', by: {} },
    { stage: 'WON', stages: null, low: 1, text: 'a', by: {} },
    { stage: 'WON', stages: ['WON'], low: 1e300, text: 'a', by: {} },
    { stage: 'WON', stages: ['WON'], low: 1, text: 'nul \0', by: {} },
    {},
  ])('answers single values alike: %j', async (variables) => {
    await graphql(comparisons, variables);
  });

  const records = `query ($id: ID!, $node: ID!, $first: Int, $word: String) {
    account(id: $id) { ...about } node(id: $node) { id ...about } __typename }
    fragment about on Account { name opportunities(first: $first, where: { name: { contains: $word } }, orderBy: [{ amount: DESC }]) { nodes { name owner { name } } }
      opportunitiesAggregate(where: { name: { contains: $word } }) { count sum { amount } } }`;

  it('gets records alike, whatever is taken for an id', async () => {
    const [one = '', two = ''] = accounts;
    const ids = [one, two.toUpperCase(), noId, 'nothing', ''];
    for (const id of ids)
      for (const node of [`account:${two}`, `account:${id}`, `contact:${id}`, `nosuch:${id}`, id])
        await graphql(records, { id, node, first: 2, word: id === two ? 'a' : 'e' });
    await graphql(records, { id: 7, node: 'x', first: -1 });
  });

  const figures = `query ($where: OpportunityFilter, $won: OpportunityStage, $more: OpportunityHaving, $group: [OpportunityGroupBy!]) {
    opportunitiesAggregate(where: $where, groupBy: $group, having: $more) {
      group { stage } count(where: { stage: { eq: $won } }) sum(where: { stage: { ne: $won } }) { amount } } }`;

  it.each([
    { where: { amount: { gt: 10 } }, won: 'WON', group: [{ stage: 'VALUE' }] },
    { where: { amount: { gt: 4000 } }, won: 'LOST', group: [{ stage: 'VALUE' }], more: { count: { gt: 3 } } },
    { where: { amount: { gt: 4000 } }, won: 'LOST', group: [{ stage: 'VALUE' }], more: { count: { gt: 300 } } },
    { where: { closeDate: { gte: '2017-01-01', lt: '2017-04-01' } }, won: 'LOST', group: [{ stage: 'VALUE' }] },
    { where: { closeDate: { gte: '2017-04-01', lt: '2017-07-01' } }, won: null, group: [{ stage: 'VALUE' }] },
    { won: 'WON' },
  ])('sums alike: %j', async (variables) => {
    await graphql(figures, variables);
  });

  it('is refused alike', async () => {
    await graphql('query ($first: Int) { accounts(first: $first) { nodes { name } } }', { first: 100_000 });
    await graphql('query ($a: Int) { accounts(first: $a, last: $a) { nodes { name } } }', { a: 2 });
    await graphql('query ($x: AccountFilter!) { filter: accounts(where: { and: [$x, { name: { eq: null } }] }) { totalCount } }', {
      x: { name: null },
    });
    await graphql('query A { accounts { totalCount } } query B { contacts { totalCount } }');
    await graphql('{ __schema { queryType { name } } accounts { totalCount } }');
    await graphql('{ accounts(where: { name: { eq: "inline" } }) { totalCount } }');
  });
});

describe('a REST request', () => {
  const path = (object: string, parameters: Readonly<Record<string, unknown>>): string =>
    `/api/v1/records/${object}?${Object.entries(parameters)
      .map(([name, value]) => `${name}=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`)
      .join('&')}`;
  const stage = { var: 'stage' };
  const amount = { var: 'amount' };

  it.each([
    { '==': [stage, 'won'] },
    { '==': [stage, 'lost'] },
    { '==': ['won', stage] },
    { '==': [stage, 'nosuch'] },
    { '==': [stage, null] },
    { '==': [stage, { given: 'filter/==/1' }] },
    { '==': [stage, ['won']] },
    { in: [stage, ['won', 'lost']] },
    { in: [stage, ['lost']] },
    { in: [stage, 'won and lost'] },
    { in: ['a', { var: 'name' }] },
    { in: [stage, ['won', stage]] },
    { '>': [amount, 5000] },
    { '>': [amount, '5000.5'] },
    { '>': [amount, 'many'] },
    { '<': [1, amount, 3000] },
    { '<': [100, amount, 2000] },
    { '>': [amount, { '+': [1000, 1] }] },
    { contains: [{ var: 'name' }, 'a'] },
    { contains: [{ var: 'account.name' }, '%'] },
    { contains: [{ var: 'name' }, 7] },
    { and: [{ '>': [amount, 100] }, { or: [{ '==': [stage, 'won'] }, { '!': { '==': [stage, 'lost'] } }] }] },
    { and: [{ '>': [amount, 900] }, { or: [{ '==': [stage, 'lost'] }, { '!': { '==': [stage, 'won'] } }] }] },
    { some: [{ var: 'lines' }, { '>': [{ var: 'quantity' }, 0] }] },
    { within: [{ var: 'closeDate' }, 'thisYear'] },
    { '==': [{ round: [amount, 0] }, 100] },
    { '>=': [{ var: 'closeDate' }, '2017-01-01'] },
    { '>=': [{ var: 'closeDate' }, '2017-13-01'] },
    { '==': [{ var: 'account' }, noId] },
    { '==': [{ var: 'nosuch' }, 'x'] },
    { nosuch: [amount, 1] },
    true,
    7,
    [],
  ])('filters alike: %j', async (filter) => {
    await both('GET', path('opportunity', { filter, fields: 'id,name,stage', first: '3', count: 'true', sort: '-closeDate' }));
    await both('POST', '/api/v1/records/opportunity/aggregate', {
      filter,
      groupBy: [{ path: 'stage' }],
      measures: [{ function: 'count' }, { function: 'sum', path: 'amount', name: 'sum', filter: { '>': [amount, 10] } }],
    });
  });

  it('goes through pages alike', async () => {
    for (let after = '', page = 0; page < 4; page += 1) {
      const json = await both('GET', path('opportunity', { first: '6', sort: 'lossReason,-amount', ...(after === '' ? {} : { after }) }));
      after = String((json['page'] as Json)['endCursor']);
    }
    await both('GET', path('opportunity', { after: 'nothing' }));
  });

  it('gets records alike', async () => {
    for (const id of [...accounts, noId, 'nothing']) {
      await both('GET', `/api/v1/records/account/${id}`);
      await both('GET', `/api/v1/records/account/${id}?fields=name,owner.name`);
      await both('GET', `/api/v1/records/account/${id}?fields=nosuch`);
    }
    for (const number of ['1C1I7A6R', 'none', 'nul%00']) await both('GET', `/api/v1/records/opportunity/by/externalNumber/${number}`);
    for (const value of ['won', '7']) await both('GET', `/api/v1/records/opportunity/by/stage/${value}`);
  });

  it('sums alike, and is refused alike', async () => {
    const aggregate = (body: unknown): Promise<Json> => both('POST', '/api/v1/records/opportunity/aggregate', body);
    for (const more of [1, 5, '7', null, 'x'])
      await aggregate({ groupBy: [{ path: 'stage' }], measures: [{ function: 'count' }], having: { '>': [{ var: 'count' }, more] } });
    for (const body of [{}, [], 'x', { measures: 7 }, { measures: [{ function: 'sum' }] }]) await aggregate(body);
  });
});
