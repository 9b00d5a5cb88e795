// GraphQL over HTTP: the audit of graphql-http, sign-in, media types, the page for browsers, streams.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { createClient } from 'graphql-sse';
import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Engine } from '@tessera/engine';
import { fail, silentLogger } from '@tessera/kernel';
import { graphqlHandler } from '../../packages/api/src/graphql/index.ts';
import { modelOf } from '../support/packs.ts';
import { scene, type Scene } from './graphql-scene.ts';

const model = modelOf('crm-base');

describe('GraphQL over HTTP', () => {
  let here: Scene;
  beforeAll(async () => {
    here = await scene(model);
  });
  afterAll(() => here.close());

  const audits = serverAudits({
    url: () => here.url,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string> | undefined), authorization: 'Bearer ok' } }),
  });
  it.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))('passes the audit %s: %s', async (_id, _name, fn) => {
    expect(await fn()).toMatchObject({ status: 'ok' });
  });

  it('answers strangers with a problem document', async () => {
    const response = await fetch(here.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __schema { types { name } } }' }),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ code: 'AUTHENTICATION_REQUIRED', status: 401 });
  });

  it('shows GraphiQL to a browser before it has signed in', async () => {
    const response = await fetch(here.url, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<html');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'refuses a body of %s, which a page of another origin could send',
    async (type) => {
      const answer = await here.post('{ __typename }', undefined, { 'content-type': type });
      expect([answer.status, answer.type]).toEqual([415, 'application/problem+json']);
    },
  );

  it.each([
    ['{ __typename }', 200],
    ['{ nothing }', 400],
    ['mutation { __typename }', 200],
    ['{', 400],
  ])('answers %s the same on the short way and through yoga', async (query, status) => {
    const short = await here.post(query);
    // yoga takes what states a character set.
    const long = await here.post(query, undefined, { accept: 'application/graphql-response+json; charset=utf-8' });
    expect([short.status, short.type, short.text]).toEqual([long.status, long.type, long.text]);
    expect(short.status).toBe(status);
  });

  it.each(['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'])(
    'refuses a body that is too large (%s)',
    async (accept) => {
      const small = await scene(model, {}, { limits: { body: 100 } });
      const { status, body } = await small.post(`{ __typename } #${'x'.repeat(200)}`, undefined, { accept });
      expect([status, body.errors?.[0]?.extensions.code]).toEqual([413, 'REQUEST_BODY_TOO_LARGE']);
      await small.close();
    },
  );

  it('refuses batches', async () => {
    const response = await fetch(here.url, {
      method: 'POST',
      headers: { authorization: 'Bearer ok', 'content-type': 'application/json' },
      body: JSON.stringify([{ query: '{ __typename }' }]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_INVALID', requestId: 'request-1' } }] });
  });

  it('refuses numbers that it could not keep exactly', async () => {
    const response = await fetch(here.url, {
      method: 'POST',
      headers: { authorization: 'Bearer ok', 'content-type': 'application/json' },
      body: '{"query":"query Q($n: Float) { opportunities(where: { amount: { eq: $n } }) { totalCount } }","variables":{"n":12345678901234567890}}',
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'VALUE_TOO_MANY_DIGITS' } }] });
  });

  it('works mounted in Express, and answers failures before GraphQL as problem documents', async () => {
    const app = express();
    const handler = graphqlHandler({
      engine: {} as Engine,
      log: silentLogger,
      contextOf: () => Promise.reject(fail('TOKEN_INVALID')),
    });
    app.use('/graphql', handler);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/graphql`;
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect([page.status, (await page.text()).includes('GraphiQL')]).toEqual([200, true]);
    const refused = await fetch(`${url}?query={__typename}`);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    expect(await refused.json()).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('does not mutate on GET', async () => {
    const url = `${here.url}?query=${encodeURIComponent('mutation { deleteAccount(id: "x") { id } }')}`;
    const response = await fetch(url, { headers: { authorization: 'Bearer ok' } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(here.calls).toEqual([]);
  });
});

describe('GraphQL subscriptions', () => {
  it('stream events as SSE, each with the text that was read for it, until the reader goes', async () => {
    const ended = Promise.withResolvers<string>();
    const here = await scene(model, {
      async *events(_input, signal) {
        yield { object: 'opportunity', id: 'a', change: 'created', version: 1, record: '{"amount":1.10}' };
        yield { object: 'opportunity', id: 'a', change: 'deleted', version: 2, record: null };
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            resolve();
          });
        });
        ended.resolve('ended');
      },
    });
    const client = createClient({ url: here.url, headers: { authorization: 'Bearer ok' }, retryAttempts: 0 });
    const query = 'subscription { opportunityChanged(where: { amount: { gt: 5 } }) { change id record { amount } } }';
    const events = client.iterate({ query });
    expect((await events.next()).value).toEqual({ data: { opportunityChanged: { change: 'created', id: 'a', record: { amount: 1.1 } } } });
    expect((await events.next()).value).toEqual({ data: { opportunityChanged: { change: 'deleted', id: 'a', record: null } } });
    await events.return?.();
    expect(await ended.promise).toBe('ended');
    expect(here.calls[0]?.input).toEqual({
      object: 'opportunity',
      filter: { '>': [{ var: 'amount' }, 5] },
      selections: [{ kind: 'field', as: 'amount', field: 'amount' }],
    });
    client.dispose();
    await here.close();
  });

  it('need a caller who takes a stream', async () => {
    const here = await scene(model);
    const { status, body } = await here.post('subscription { recordChanged(object: "account") { id } }');
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([406, 'NOT_ACCEPTABLE']);
    await here.close();
  });

  it('resolve fragments of recordChanged for the object that was named', async () => {
    const here = await scene(model, {
      async *events() {
        await Promise.resolve();
        yield { object: 'account', id: 'a', change: 'updated', version: 7, record: '{"r0":{"name":"Acme"},"r1":{"id":"a"}}' };
      },
    });
    const client = createClient({ url: here.url, headers: { authorization: 'Bearer ok' }, retryAttempts: 0 });
    const query = `subscription { recordChanged(object: "account", filter: {isBlank: {var: "name"}}) {
      __typename version record { ... on Account { name } ... on Lead { email } } again: record { id } } }`;
    const first = await client.iterate({ query }).next();
    expect(first.value).toEqual({
      data: { recordChanged: { __typename: 'RecordEvent', version: 7, record: { name: 'Acme' }, again: { id: 'a' } } },
    });
    client.dispose();
    await here.close();
  });
});
