// Two roads to one answer: through Express, and past it for what is asked most. Real engine, real PostgreSQL, both at once.
import { createServer, ServerResponse, type RequestListener, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApp, createListener, type AppOptions } from '@tessera/api';
import { silentLogger, uuidv7Source, type Logger } from '@tessera/kernel';
import { notesPack } from '../identity/identity-scene.ts';
import { password, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { listen, send, type Answer } from './rest-scene.ts';

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Without a token. */
  readonly anonymous?: true;
}

interface Road {
  readonly server: Server;
  readonly url: string;
  /** For each request, whether Express has made it one of its own kind. */
  readonly throughExpress: boolean[];
}

const bodyLimit = 2_000;
const records = '/api/v1/records/note';
const json = { 'Content-Type': 'application/json' };
const gql = (query: string, more: object = {}): string => JSON.stringify({ query, ...more });

const logged: unknown[] = [];
const log: Logger = { ...silentLogger, error: (fields) => void logged.push(fields), child: () => log };

let lab: TestEngine;
let acme: TestTenant;
let token: string;
let note: string;
let express: Road;
let short: Road;

async function road(listener: RequestListener): Promise<Road> {
  const throughExpress: boolean[] = [];
  const server = createServer((request, response) => {
    listener(request, response);
    throughExpress.push(Object.getPrototypeOf(response) !== ServerResponse.prototype);
  });
  return { server, url: await listen(server), throughExpress };
}

beforeAll(async () => {
  lab = await testEngine({ log });
  acme = await lab.tenant('acme', [notesPack()]);
  note = await acme.create('note', { name: 'One' });
  const options: AppOptions = {
    engine: lab.engine,
    log,
    newId: uuidv7Source(() => 0),
    limits: { body: bodyLimit },
    graphql: { body: bodyLimit },
    corsOrigins: ['https://crm.example'],
    publicUrl: 'https://api.example',
  };
  express = await road(createApp(options));
  short = await road(createListener(options));
  const input = { tenant: 'acme', email: 'admin@acme.example', password };
  token = (await lab.engine.login(input, { requestId: 'test', languages: [] })).accessToken;
});

afterAll(async () => {
  for (const { server } of [express, short]) {
    server.closeAllConnections();
    server.close();
  }
  await lab.close();
});

/** All that the caller sees, but for what differs between any two requests. */
function seen({ status, headers, text }: Answer): unknown {
  const told = Object.entries(headers).filter(([name]) => name !== 'date');
  const shown = JSON.stringify({ status, headers: told.sort(), text });
  return shown.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID');
}

function ask({ url }: Road, { method = 'GET', path, headers = {}, body, anonymous }: Sent): Promise<Answer> {
  const authorization = anonymous === true ? {} : { Authorization: `Bearer ${token}` };
  const sent = { 'X-Request-Id': 'request-1', ...authorization, ...headers };
  return send(url + path.replace('NOTE', note), { method, headers: sent, ...(body === undefined ? {} : { body }) });
}

/** By what they should be answered with: a case that is answered otherwise does not test what it says. */
const cases: Readonly<Record<string, readonly [status: number, sent: Sent]>> = {
  'a record': [200, { path: `${records}/NOTE` }],
  'a record, with a slash at the end': [200, { path: `${records}/NOTE/?fields=name` }],
  'the head of a record': [200, { method: 'HEAD', path: `${records}/NOTE` }],
  'a record that has not changed': [304, { path: `${records}/NOTE?fields=name`, headers: { 'If-None-Match': '"1"' } }],
  'a list': [200, { path: `${records}?fields=name&count=true` }],
  'an export': [200, { path: `${records}/export?fields=name` }],
  'a record that is not there': [404, { path: `${records}/01920000-0000-7000-8000-00000000000a` }],
  'an id that is none': [404, { path: `${records}/nobody` }],
  'an object that is not there': [404, { path: '/api/v1/records/nothing/NOTE' }],
  'a parameter that is not there': [400, { path: `${records}/NOTE?colour=red` }],
  'a path that is not properly encoded': [400, { path: '/api/v1/records/%ZZ' }],
  'a path that leads nowhere': [404, { path: `${records}/NOTE/a/b/c` }],
  'a path of empty words': [404, { path: '/api/v1/records//NOTE' }],
  'another spelling': [404, { path: '/api/v1/Records/note' }],
  'no token': [401, { path: `${records}/NOTE`, anonymous: true }],
  'a bad token': [401, { path: `${records}/NOTE`, headers: { Authorization: 'Bearer a.b.c' } }],
  'no kind of token': [401, { path: `${records}/NOTE`, headers: { Authorization: 'Basic YTpi' } }],
  'a method that is not there': [405, { method: 'PUT', path: records }],
  'what a path takes': [204, { method: 'OPTIONS', path: records, anonymous: true, headers: {} }],
  'leave to ask from elsewhere': [
    204,
    { method: 'OPTIONS', path: records, headers: { Origin: 'https://crm.example', 'Access-Control-Request-Method': 'POST' } },
  ],
  'a page of a known origin': [200, { path: `${records}/NOTE`, headers: { Origin: 'https://crm.example' } }],
  'a page of another origin': [200, { path: `${records}/NOTE`, headers: { Origin: 'https://evil.example' } }],
  'a failure for a known origin': [401, { path: `${records}/NOTE`, anonymous: true, headers: { Origin: 'https://crm.example' } }],
  'a new record': [201, { method: 'POST', path: `${records}?fields=name`, headers: json, body: '{"name":"Two"}' }],
  'a new record that nobody wants back': [
    201,
    { method: 'POST', path: records, headers: { ...json, Prefer: 'return=minimal' }, body: '{"name":"Three"}' },
  ],
  'a new record in gzip': [
    201,
    { method: 'POST', path: `${records}?fields=name`, headers: { ...json, 'Content-Encoding': 'gzip' }, body: gzipSync('{"name":"Four"}') },
  ],
  'a new record in pieces': [
    201,
    { method: 'POST', path: `${records}?fields=name`, headers: { ...json, 'Transfer-Encoding': 'chunked' }, body: '{"name":"Five"}' },
  ],
  'a change of what has changed': [
    412,
    { method: 'PATCH', path: `${records}/NOTE`, headers: { ...json, 'If-Match': '"7"' }, body: '{"name":"Six"}' },
  ],
  'a key that is none': [400, { method: 'POST', path: records, headers: { ...json, 'Idempotency-Key': 'a b' }, body: '{"name":"Seven"}' }],
  'a field that is not there': [422, { method: 'POST', path: records, headers: json, body: '{"colour":"red"}' }],
  'what is no JSON': [400, { method: 'POST', path: records, headers: json, body: '{"name":' }],
  'what is no UTF-8': [400, { method: 'POST', path: records, headers: json, body: Buffer.from([0x22, 0xff, 0x22]) }],
  'an empty body': [400, { method: 'POST', path: records, headers: json, body: '' }],
  'another media type': [415, { method: 'POST', path: records, headers: { 'Content-Type': 'text/plain' }, body: '{}' }],
  'another packing': [415, { method: 'POST', path: records, headers: { ...json, 'Content-Encoding': 'br' }, body: '{}' }],
  'too much': [413, { method: 'POST', path: records, headers: json, body: `{"name":"${'x'.repeat(bodyLimit)}"}` }],
  'too much in pieces': [
    413,
    { method: 'POST', path: records, headers: { ...json, 'Transfer-Encoding': 'chunked' }, body: `{"name":"${'x'.repeat(bodyLimit)}"}` },
  ],
  'a document': [200, { method: 'POST', path: '/graphql', headers: json, body: gql('{ notes { nodes { name } } }') }],
  'a document over GET': [200, { path: `/graphql?query=${encodeURIComponent('{ __typename }')}` }],
  'a document for yoga': [
    200,
    { method: 'POST', path: '/graphql', headers: { ...json, Accept: 'application/json; charset=utf-8' }, body: gql('{ __typename }') },
  ],
  'a document with a mistake': [200, { method: 'POST', path: '/graphql', headers: json, body: gql('{ nothing }') }],
  'a document that is none': [400, { method: 'POST', path: '/graphql', headers: json, body: '[]' }],
  'a document that is no JSON': [400, { method: 'POST', path: '/graphql', headers: json, body: '{"query":' }],
  'a document of another media type': [415, { method: 'POST', path: '/graphql', headers: { 'Content-Type': 'text/plain' }, body: '{}' }],
  'a document that is too large': [413, { method: 'POST', path: '/graphql', headers: json, body: gql(`{ a } #${'x'.repeat(bodyLimit)}`) }],
  'a document of a stranger': [401, { method: 'POST', path: '/graphql', headers: json, body: gql('{ __typename }'), anonymous: true }],
  'a mutation': [
    200,
    { method: 'POST', path: '/graphql', headers: json, body: gql('mutation { createNote(input: { name: "Eight" }) { name } }') },
  ],
  'a subscription without a stream': [
    406,
    { method: 'POST', path: '/graphql', headers: json, body: gql('subscription { recordChanged(object: "note") { id } }') },
  ],
  'a method that GraphQL does not take': [405, { method: 'DELETE', path: '/graphql' }],
  'the page for browsers': [200, { path: '/graphql', headers: { Accept: 'text/html' }, anonymous: true }],
  'a path of Express': [200, { path: '/docs' }],
  'nothing at all': [404, { path: '/nothing' }],
};

describe('both roads', () => {
  it.each(Object.entries(cases))('answer %s alike', async (_name, [status, sent]) => {
    const [one, other] = [await ask(express, sent), await ask(short, sent)];
    expect(seen(other)).toEqual(seen(one));
    expect([one.status, one.headers['x-request-id']]).toEqual([status, 'request-1']);
    expect(one.headers['x-content-type-options']).toBe('nosniff');
  });

  it('are two', async () => {
    for (const each of [express, short]) each.throughExpress.length = 0;
    const hot: readonly Sent[] = [
      { path: `${records}/NOTE` },
      { path: records },
      { method: 'POST', path: '/graphql', headers: json, body: gql('{ __typename }') },
    ];
    for (const each of [express, short]) for (const sent of [...hot, { path: '/api/v1/objects' }]) await ask(each, sent);
    expect(express.throughExpress).toEqual([true, true, true, true]);
    expect(short.throughExpress).toEqual([false, false, false, true]);
  });
});

describe('a body that breaks off', () => {
  it.each([records, '/graphql'])('at %s is nobody’s mistake, and leaves nobody waiting', async (path) => {
    const running: Promise<void>[] = [];
    const watch = (_request: unknown, response: ServerResponse): void => {
      running.push(new Promise((resolve) => response.on('close', resolve)));
    };
    short.server.on('request', watch);
    const socket = connect(Number(new URL(short.url).port), '127.0.0.1');
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      'Content-Length: 100',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n{"name"`);
    while (running.length === 0) await sleep(5);
    await sleep(50);
    socket.destroy();
    await Promise.all(running);
    short.server.off('request', watch);
    await sleep(20);
    expect(logged).toEqual([]);
    expect((await ask(short, { path: `${records}/NOTE` })).status).toBe(200);
  });
});
