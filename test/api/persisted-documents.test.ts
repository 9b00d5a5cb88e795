// Documents that are named instead of sent: by every road of GraphQL over HTTP, with every limit, and where nothing else is taken.
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createListener } from '@tessera/api';
import { silentLogger, uuidv7Source } from '@tessera/kernel';
import { accessScene, type AccessScene, type Person } from '../flows/access-scene.ts';
import type { Json } from '../support/http-client.ts';
import { listen } from './rest-scene.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const known = {
  list: 'query List($s: String, $n: Int = 2) { accounts(where: { status: { eq: $s } }, first: $n) { totalCount nodes { name } } }',
  two: 'query A { accounts { totalCount } } query B { tags { totalCount } }',
  add: 'mutation { createTag(input: { name: "x" }) { name } }',
  heard: 'subscription { accountChanged { id } }',
  wrong: '{ accounts { nodes { nothing } } }',
  broken: '{',
  many: `{ ${Array.from({ length: 31 }, (_, n) => `a${String(n)}: tags { totalCount }`).join(' ')} }`,
};
type Name = keyof typeof known;
const idOf = (name: Name): string => `sha256:${hashOf(known[name])}`;
const nobodys = `sha256:${'0'.repeat(64)}`;

let scene: AccessScene;
let bob: Person;
const servers: Server[] = [];
let free: string;
let strict: string;

async function serve(only: boolean): Promise<string> {
  const texts = new Map(Object.values(known).map((text) => [hashOf(text), text]));
  const options = { engine: scene.engine, log: silentLogger, newId: uuidv7Source(Date.now), persisted: { texts, only } };
  const server = createServer(createListener(options));
  servers.push(server);
  return listen(server);
}

beforeAll(async () => {
  scene = await accessScene();
  bob = await scene.person('bob');
  await bob.create('account', { name: 'Bob’s', status: 'closed' });
  [free, strict] = [await serve(false), await serve(true)];
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await scene.close();
});

interface Told {
  readonly status: number;
  readonly json: Json;
  readonly code: unknown;
}

/** How a request goes: the short road takes a plain POST, yoga the rest. */
type Road = 'short' | 'unusual' | 'get';
const roads: readonly Road[] = ['short', 'unusual', 'get'];
const graphqlJson = 'application/graphql-response+json';

async function ask(url: string, road: Road, body: Json, { person = bob, accept = graphqlJson } = {}): Promise<Told> {
  const headers = {
    Authorization: `Bearer ${person.http.token}`,
    'X-Request-Id': 'one',
    Accept: road === 'short' ? accept : `${accept}; charset=utf-8`,
  };
  const parameters = Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  const response =
    road === 'get'
      ? await fetch(`${url}/graphql?${new URLSearchParams(parameters).toString()}`, { headers })
      : await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });
  const json = (await response.json()) as Json;
  const [error] = (json['errors'] ?? []) as readonly { readonly extensions: Json }[];
  return { status: response.status, json, code: error?.extensions['code'] };
}

describe.each(roads)('by the road %s', (road) => {
  const named = (name: Name, more: Json = {}): Promise<Told> => ask(free, road, { documentId: idOf(name), ...more });

  it('a document is answered as its text is, with its variables and operations', async () => {
    const variables = { s: 'closed' };
    const told = await named('list', { variables });
    expect(told).toMatchObject({ status: 200, json: { data: { accounts: { totalCount: 1, nodes: [{ name: 'Bob’s' }] } } } });
    expect(told).toEqual(await ask(free, road, { query: known.list, variables }));
    expect(await named('list', { variables: { s: 'open' } })).toMatchObject({ json: { data: { accounts: { totalCount: 0 } } } });
    expect(await named('two', { operationName: 'B' })).toMatchObject({ json: { data: { tags: {} } } });
    if (road !== 'get') expect(await named('two', { operationName: 'A', query: null })).toMatchObject({ json: { data: { accounts: {} } } });
    expect(await ask(free, road, { documentId: hashOf(known.list) })).toMatchObject({ status: 200, json: { data: { accounts: {} } } });
  });

  it.each(['two', 'add', 'wrong', 'broken', 'many', 'heard'] as const)('%s is refused, or not, as its text is', async (name) => {
    const told = await named(name);
    expect(told).toEqual(await ask(free, road, { query: known[name] }));
    const codes = { two: 'GRAPHQL_OPERATION', wrong: 'GRAPHQL_INVALID', broken: 'GRAPHQL_SYNTAX', many: 'GRAPHQL_TOO_LARGE' };
    const mine = { ...codes, add: road === 'get' ? 'METHOD_NOT_ALLOWED' : undefined, heard: 'NOT_ACCEPTABLE' };
    expect(told.code).toBe(mine[name]);
  });

  it('one that nobody knows is told as a single error', async () => {
    for (const documentId of [nobodys, 'sha256:', 'md5:x', 'x'.repeat(5000), idOf('list').toUpperCase(), 'constructor']) {
      const told = await ask(free, road, { documentId });
      expect(told).toMatchObject({
        status: 404,
        code: 'GRAPHQL_DOCUMENT_UNKNOWN',
        json: { errors: [{ extensions: { requestId: 'one' } }] },
      });
      expect(told.json['errors']).toHaveLength(1);
      expect(JSON.stringify(told.json).length).toBeLessThan(500);
    }
    expect(await ask(free, road, { documentId: nobodys }, { accept: 'application/json' })).toMatchObject({
      status: 200,
      code: 'GRAPHQL_DOCUMENT_UNKNOWN',
    });
  });

  it('a request has a text or a name of one', async () => {
    const both = await ask(free, road, { documentId: idOf('list'), query: known.list });
    expect(both).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    expect(await ask(free, road, {})).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    if (road !== 'get')
      for (const documentId of [7, {}, ['x']])
        expect(await ask(free, road, { documentId })).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  it('nothing else is taken where only known ones are, but from administrators', async () => {
    const texts = [known.list, '{ __schema { queryType { name } } }', '{ __typename }', '{'];
    for (const query of texts) {
      expect(await ask(strict, road, { query })).toMatchObject({ status: 403, code: 'GRAPHQL_DOCUMENTS_ONLY' });
    }
    expect(await ask(strict, road, { query: known.list, documentId: idOf('list') })).toMatchObject({ code: 'REQUEST_INVALID' });
    // In an address nothing is null.
    if (road !== 'get')
      expect(await ask(strict, road, { query: known.list, documentId: null })).toMatchObject({ code: 'GRAPHQL_DOCUMENTS_ONLY' });
    expect(await ask(strict, road, { documentId: idOf('list') })).toMatchObject({ status: 200, json: { data: {} } });
    expect(await ask(strict, road, { query: texts[1] }, { person: scene.admin })).toMatchObject({ status: 200, json: { data: {} } });
  });
});

it('who is no administrator any more has documents only from the next request on', async () => {
  const eve = await scene.person('eve', { roles: ['administrator'] });
  const query = '{ tags { totalCount } }';
  expect(await ask(strict, 'short', { query }, { person: eve })).toMatchObject({ status: 200 });
  await scene.acme.update('user', eve.id, { roles: ['rep'] });
  expect(await ask(strict, 'short', { query }, { person: eve })).toMatchObject({ status: 403, code: 'GRAPHQL_DOCUMENTS_ONLY' });
});

it('a document is explained by its name too', async () => {
  const explain = async (graphql: Json): Promise<Json> => (await scene.admin.http.at(free).post('/api/v1/explain', { graphql })).json;
  const [byName, byText] = [await explain({ documentId: idOf('list') }), await explain({ query: known.list })];
  expect(byName).toMatchObject({ operation: 'records.read', sql: byText['sql'], planKey: byText['planKey'] });
});
