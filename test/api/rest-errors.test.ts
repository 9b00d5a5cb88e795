// Whatever goes wrong is a problem document with a code of the registry, and tells nothing of the inside.
import { request as httpRequest } from 'node:http';
import { Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { fail } from '@tessera/kernel';
import { modelOf } from '../support/packs.ts';
import { openScene, send as sendTo, token, type Scene } from './rest-scene.ts';

const model = modelOf('crm-base');
const open: Scene[] = [];

async function scene(...[answers, options]: [Parameters<typeof openScene>[1]?, Parameters<typeof openScene>[2]?]): Promise<Scene> {
  const opened = await openScene(model, answers, options);
  open.push(opened);
  return opened;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const records = '/api/v1/records/opportunity';

describe('a problem document', () => {
  it('follows RFC 9457, with code, requestId and problems', async () => {
    const { send } = await scene();
    const answer = await send('/api/v1/objects/nothing', { headers: { 'X-Request-Id': 'client-7' } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['x-request-id']).toBe('client-7');
    expect(answer.json).toEqual({
      type: 'urn:tessera:problem:object-unknown',
      title: 'Object unknown',
      status: 404,
      detail: 'There is no object nothing.',
      code: 'OBJECT_UNKNOWN',
      requestId: 'client-7',
      problems: [{ code: 'OBJECT_UNKNOWN', message: 'There is no object nothing.' }],
    });
  });

  it('makes an id of its own where the client’s could forge a log', async () => {
    const { send } = await scene();
    const answer = await send('/api/v1/objects/nothing', { headers: { 'X-Request-Id': 'a b{"level":"error"}' } });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('tells nothing of what broke inside, and logs it', async () => {
    const opened = await scene({
      'metadata.versions': () => {
        throw new Error('password=hunter2 at /srv/secret.ts');
      },
    });
    const answer = await opened.send('/api/v1/metadata/versions');
    expect(answer).toMatchObject({ status: 500, json: { code: 'INTERNAL' } });
    expect(answer.text).not.toMatch(/hunter2|secret/);
    expect(opened.logged).toMatchObject([{ level: 'error', fields: { requestId: answer.headers['x-request-id'] } }]);
    expect(String(opened.logged[0]?.fields['err'])).toContain('hunter2');
  });

  it('asks to come back after 503', async () => {
    const { send } = await scene({
      'metadata.versions': () => {
        throw fail('POOL_EXHAUSTED', { limit: 5 });
      },
    });
    expect(await send('/api/v1/metadata/versions')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });
});

describe('paths and methods', () => {
  it.each(['/', '/api', '/api/v1', '/api/v2/objects', '/api/v1/nothing', '/favicon.ico', '/API/v1/objects', '/docs/swagger-ui.js'])(
    'there is nothing at %s',
    async (path) => {
      const { send } = await scene();
      expect(await send(path)).toMatchObject({ status: 404, json: { code: 'ROUTE_NOT_FOUND' } });
    },
  );

  it.each([
    ['PUT', records, 'GET, POST, HEAD, OPTIONS'],
    ['GET', `${records}/bulk`, 'POST, OPTIONS'],
    ['POST', `${records}/export`, 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/v1/metadata/plan', 'POST, OPTIONS'],
    ['POST', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ['TRACE', '/api/v1/objects', 'GET, HEAD, OPTIONS'],
  ])('%s %s is refused, and told what is taken', async (method, path, allow) => {
    const { send } = await scene();
    expect(await send(path, { method })).toMatchObject({ status: 405, headers: { allow }, json: { code: 'METHOD_NOT_ALLOWED' } });
  });

  it('answers OPTIONS and HEAD', async () => {
    const { send } = await scene();
    expect(await send('/api/v1/objects', { method: 'OPTIONS' })).toMatchObject({ status: 204, headers: { allow: 'GET, HEAD, OPTIONS' } });
    expect(await send('/api/v1/objects', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it.each(['/api/v1/objects/%', '/api/v1/objects/%ff', '/api/v1/records/%E0%A4%A'])('%s is no proper path', async (path) => {
    const { send } = await scene();
    expect(await send(path)).toMatchObject({ status: 400, json: { code: 'REQUEST_INVALID' } });
  });

  it.each(['constructor', '__proto__', 'toString', '%00'])('an object called %s is not there', async (name) => {
    const { send } = await scene();
    expect(await send(`/api/v1/objects/${name}`)).toMatchObject({ status: 404, json: { code: 'OBJECT_UNKNOWN' } });
  });
});

describe('signing in', () => {
  it.each([undefined, 'Basic YTpi', 'Bearer', 'Bearer a b', token])('comes before all else: Authorization: %s', async (authorization) => {
    const { send } = await scene();
    const answer = await send(`${records}?nonsense=1`, {
      anonymous: true,
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    });
    expect(answer).toMatchObject({ status: 401, json: { code: 'AUTHENTICATION_REQUIRED' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('says of a bad token that it is bad', async () => {
    const { send } = await scene();
    const answer = await send(records, { anonymous: true, headers: { authorization: 'Bearer stolen' } });
    expect(answer).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });
});

describe('bodies', () => {
  const json = { 'Content-Type': 'application/json' };

  it.each([
    ['{', json, 400, 'REQUEST_BODY_NOT_JSON'],
    ['', json, 400, 'REQUEST_BODY_NOT_JSON'],
    ['{"name": "\ud800', json, 400, 'REQUEST_BODY_NOT_JSON'],
    [new Uint8Array([0x22, 0xff, 0x22]), json, 400, 'REQUEST_BODY_NOT_JSON'],
    ['['.repeat(100_000), json, 400, 'REQUEST_BODY_NOT_JSON'],
    [`${'['.repeat(90_000)}1234567890123456789${']'.repeat(90_000)}`, json, 400, 'REQUEST_BODY_NOT_JSON'],
    [`{"a":${'['.repeat(80)}${']'.repeat(80)}}`, json, 400, 'REQUEST_BODY_NOT_JSON'],
    ['[]', json, 400, 'REQUEST_INVALID'],
    ['null', json, 400, 'REQUEST_INVALID'],
    ['{"__proto__": {"admin": true}}', json, 400, 'REQUEST_INVALID'],
    ['{"amount": 12345678901234567}', json, 422, 'VALUE_TOO_MANY_DIGITS'],
    ['{"amount": 1e999}', json, 422, 'VALUE_TOO_MANY_DIGITS'],
    ['name=x', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, 'REQUEST_MEDIA_TYPE'],
    ['{}', {}, 415, 'REQUEST_MEDIA_TYPE'],
    ['{}', { ...json, 'Content-Encoding': 'gzip' }, 400, 'REQUEST_INVALID'],
    ['{}', { ...json, 'Content-Encoding': 'compress' }, 415, 'REQUEST_MEDIA_TYPE'],
    ['{}', { ...json, 'Idempotency-Key': 'a b' }, 400, 'REQUEST_PARAMETER_INVALID'],
    ['x'.repeat(300_000), json, 413, 'REQUEST_BODY_TOO_LARGE'],
  ])('%.40s with %j is refused: %d %s', async (body, headers, status, code) => {
    const { send } = await scene({}, { limits: { body: 200_000 } });
    expect(await send(records, { body, headers })).toMatchObject({ status, json: { code } });
  });

  it('points to every number that lost digits', async () => {
    const { send } = await scene();
    const body =
      '{"a/b": [1, 0.12345678901234567], "c": {"d": -9007199254740993}, "fine": [123456789012345, 1e20, 0.10000000000000000000]}';
    const answer = await send(records, { body, headers: json });
    const { problems } = answer.json as { readonly problems: readonly { readonly pointer: string }[] };
    expect(problems.map(({ pointer }) => pointer)).toEqual(['/a~1b/1', '/c/d']);
  });

  it('takes gzip, but unpacks no more than the limit', async () => {
    const { send } = await scene(
      { 'metadata.plan': () => ({ hash: '', modelBefore: '', modelAfter: '', changes: [], steps: [], findings: [] }) },
      { limits: { body: 1000 } },
    );
    const headers = { ...json, 'Content-Encoding': 'gzip' };
    expect((await send('/api/v1/metadata/plan', { body: gzipSync('{"files":{}}'), headers })).status).toBe(200);
    const bomb = gzipSync(`{"files":{"x":"${'x'.repeat(100_000)}"}}`);
    expect(await send('/api/v1/metadata/plan', { body: bomb, headers })).toMatchObject({ status: 413 });
  });
});

describe('the app', () => {
  it('sends headers that browsers are to obey, without unsafe-eval', async () => {
    const { send } = await scene();
    const { headers } = await send('/docs');
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['content-security-policy']).not.toContain('unsafe-eval');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  it('answers only the configured origins', async () => {
    const { send } = await scene({}, { corsOrigins: ['https://app.example'] });
    const preflight = { method: 'OPTIONS', headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'PATCH' } };
    expect((await send('/api/v1/objects', preflight)).headers['access-control-allow-origin']).toBe('https://app.example');
    const other = await send('/api/v1/objects', { headers: { Origin: 'https://evil.example' } });
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
    expect((await (await scene()).send('/api/v1/objects', preflight)).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('aborts the signal when the caller goes away', async () => {
    let aborted: (value: string) => void = () => undefined;
    const gone = new Promise<string>((resolve) => (aborted = resolve));
    const opened = await scene({
      'metadata.versions': (_input, { signal }) =>
        new Promise((_resolve, reject) => {
          client.destroy();
          signal?.addEventListener('abort', () => {
            aborted('aborted');
            reject(fail('REQUEST_CANCELLED'));
          });
        }),
    });
    const client = httpRequest(`${opened.url}/api/v1/metadata/versions`, { headers: { Authorization: `Bearer ${token}` }, agent: false });
    client.on('error', () => undefined);
    client.end();
    expect(await gone).toBe('aborted');
    expect(opened.logged).toEqual([]);
  });

  it('serves the documentation from itself', async () => {
    const { url } = await scene();
    const page = await sendTo(`${url}/docs`, {});
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
    expect(sources).toHaveLength(3);
    for (const source of sources) expect((await sendTo(url + source, {})).status).toBe(200);
    expect(page.text).not.toMatch(/https?:\/\/|<script>/);
  });

  it('serves GraphiQL from itself, with no script in the page', async () => {
    const { url } = await scene();
    const page = await sendTo(`${url}/graphql`, { headers: { Accept: 'text/html' } });
    const scripts = [...page.text.matchAll(/<script[^>]*>/g)].map(([script]) => script);
    expect([page.status, scripts]).toEqual([200, ['<script src="/graphql/graphiql.js">']]);
    const script = await sendTo(`${url}/graphql/graphiql.js`, {});
    expect(script.headers['content-type']).toMatch('text/javascript');
    expect(() => new Script(script.text)).not.toThrow();
    expect(await sendTo(`${url}/graphql`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })).toMatchObject({
      status: 401,
      json: { code: 'AUTHENTICATION_REQUIRED' },
    });
  });
});
