// Names of tenants and paths that are not quite the right ones: which tenant one is in is said by the token alone, and no path leads out.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, type Answer } from '../api/rest-scene.ts';
import { password } from '../support/engine.ts';
import { codeOf, guessingScene, refusalOf, type GuessingScene } from './guessing-scene.ts';
import type { Client } from './server-scene.ts';

let scene: GuessingScene;
let rep: Client;
let id: string;
beforeAll(async () => {
  scene = await guessingScene();
  rep = scene.acme.rep.client;
  id = await rep.create('account', { name: 'Mine' });
  scene.first.statements.length = 0;
});
afterAll(() => scene.close());

const hour = 3_600_000;

/** Like `acme`, and not `acme`. */
const almost = [
  'ACME',
  'Acme',
  ' acme',
  'acme ',
  'acme\t',
  'acme\n',
  'acme\0',
  'acme\u200b',
  'аcme',
  'ａｃｍｅ',
  'acmé',
  'acme.',
  './acme',
  '../acme',
  'beta/../acme',
  'acme/',
  'acme%00',
  '%61cme',
  'acme;',
  "acme'--",
  'acme" or 1=1 --',
  'acme,beta',
  't_acme',
  'acme_',
  '',
  'x'.repeat(5_000),
  'pg_catalog',
  'information_schema',
  'public',
  'tessera',
  'tenants',
  '__proto__',
  'constructor',
];

describe('a name that is almost a tenant’s', () => {
  it('signs nobody in: AUTHENTICATION_FAILED, or REQUEST_INVALID where it is no text', async () => {
    const logIn = (tenant: unknown): Promise<Answer> =>
      rep.call('POST', '/api/v1/auth/login', { tenant, email: scene.acme.rep.email, password });
    expect((await logIn('acme')).status).toBe(200);
    try {
      for (const tenant of almost) {
        // Who fails too often is made to wait; an hour on nobody remembers.
        scene.here.clock.ahead += hour;
        expect([tenant.slice(0, 30), ...refusalOf(await logIn(tenant))]).toEqual([tenant.slice(0, 30), 401, 'AUTHENTICATION_FAILED']);
      }
      for (const tenant of [null, 1, true, ['acme'], { acme: 1 }]) expect(refusalOf(await logIn(tenant))).toEqual([400, 'REQUEST_INVALID']);
    } finally {
      scene.here.clock.ahead = 0;
    }
  });

  it('carries no session on, opens no file, lists no provider, and asks for no reset that anybody could tell from another', async () => {
    const [, tail = ''] = rep.refreshToken.split('.');
    for (const tenant of almost) {
      expect(refusalOf(await rep.call('POST', '/api/v1/auth/refresh', { refreshToken: `${tenant}.${tail}` }))).toEqual([
        401,
        'TOKEN_INVALID',
      ]);
      const short = encodeURIComponent(tenant.slice(0, 100));
      expect(refusalOf(await rep.call('GET', `/api/v1/files/${id}/content?token=${short}.${id}.9999999999999.x`))).toEqual([
        403,
        'FILE_LINK_INVALID',
      ]);
      expect((await rep.call('GET', `/api/v1/auth/oidc?tenant=${short}`)).json).toEqual({ providers: [] });
      expect((await rep.call('POST', '/api/v1/auth/reset', { tenant, email: scene.acme.rep.email })).status).toBe(202);
    }
    expect((await rep.call('POST', '/api/v1/auth/refresh', { refreshToken: rep.refreshToken })).status).toBe(200);
  });
});

describe('a request that names another tenant beside its token', () => {
  it('is answered for the tenant of the token, whatever headers and cookies say, and REQUEST_PARAMETER_UNKNOWN for a query', async () => {
    const asked = '/api/v1/records/user?fields=email&sort=email';
    const { text } = await rep.call('GET', asked);
    expect(text).toContain('rep@acme.example');
    const tries: readonly Readonly<Record<string, string>>[] = [
      { Host: 'beta.tessera.example' },
      { Host: 'beta' },
      { 'X-Forwarded-Host': 'beta.tessera.example', 'X-Forwarded-For': '10.0.0.1', 'X-Forwarded-Proto': 'https' },
      { Forwarded: 'host=beta.tessera.example;for=10.0.0.1' },
      { 'X-Tenant': 'beta', 'X-Tenant-Id': 'beta', 'X-Tessera-Tenant': 'beta' },
      { 'X-User': scene.beta.admin.id, 'X-Role': 'administrator', 'X-Original-User': 'admin@beta.example' },
      { Cookie: `tenant=beta; token=${scene.beta.admin.client.token}; Authorization=Bearer ${scene.beta.admin.client.token}` },
      { Origin: 'https://beta.tessera.example', Referer: 'https://beta.tessera.example/' },
      { 'X-Original-URL': '/api/v1/metadata/versions', 'X-Rewrite-URL': '/api/v1/metadata/versions' },
      { 'X-HTTP-Method-Override': 'DELETE', 'X-Method-Override': 'DELETE' },
    ];
    for (const headers of tries) expect([headers, (await rep.call('GET', asked, undefined, headers)).text]).toEqual([headers, text]);
    for (const name of ['tenant', 'access_token', 'user', 'schema', 'role', '_method']) {
      expect(codeOf(await rep.call('GET', `${asked}&${name}=beta`))).toBe('REQUEST_PARAMETER_UNKNOWN');
    }
  });

  it('gets links that are made of nothing it has said', async () => {
    const file = await rep.call('POST', '/api/v1/files?name=a.txt', 'a', { 'Content-Type': 'text/plain' });
    const evil = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'javascript' };
    const { id: fileId } = file.json as { readonly id: string };
    const link = await rep.call('POST', `/api/v1/files/${fileId}/link`, undefined, evil);
    expect((link.json as { readonly url: string }).url).toMatch(/^\/api\/v1\/files\//);
    expect((await rep.call('POST', '/api/v1/records/account', { name: 'x' }, evil)).headers.location).toMatch(
      /^\/api\/v1\/records\/account\//,
    );
    expect((await rep.call('GET', '/openapi.json', undefined, evil)).text).not.toContain('evil.example');
  });
});

/** The path as it stands, which no client library leaves alone: status and code. */
function raw(path: string | Buffer, token: string): Promise<readonly [number, string | undefined]> {
  const { hostname, port } = new URL(scene.first.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('error', reject).on('close', () => {
      resolve([Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), /"code":"([A-Z_]+)"/.exec(text)?.[1]]);
    });
    socket.write('GET ');
    socket.write(path);
    socket.write(` HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`);
  });
}

describe('a path that is almost one of ours is 404, or 400 where it is none at all:', () => {
  const paths = (): readonly (string | Buffer)[] => [
    '/api/v1/../v1/objects',
    '/api/v1/%2e%2e/v1/objects',
    '/api/v1/./objects',
    '/api/v1/records/account/../user',
    '/api/v1/records/account%2f..%2fuser',
    '/api/v1/records/account%252f..%252fuser',
    '/api/v1/records/account%5c..%5cuser',
    '/api/v1/records/..',
    '/api/v1/records/%2e%2e%2f%2e%2e%2fobjects',
    '/api/v1//objects',
    '//api/v1/objects',
    '/api//v1/objects',
    '\\api\\v1\\objects',
    '/api/v1\\objects',
    '/API/v1/objects',
    '/api/V1/objects',
    '/api/v1/Objects',
    '/api/v1/objects.',
    '/api/v1/objects%20',
    '/api/v1/objects;x=1',
    '/api/v1/objects%3ffields=id',
    '/api/v1/objects%23',
    '/api/v1/objects%00',
    '/api/v1/objects/account.',
    '/api/v1/objects/Account',
    '/api/v1/objects/ACCOUNT',
    '/api/v1/objects/accounts',
    '/api/v1/objects/account%00',
    '/api/v1/objects/account%20',
    '/api/v1/objects/%61ccount%0a',
    '/api/v1/objects/%EF%BD%81ccount',
    '/api/v1/objects/acco%CC%81unt',
    '/api/v1/objects/t_acme.account',
    '/api/v1/objects/t_beta.account',
    '/api/v1/objects/beta.account',
    '/api/v1/objects/_credential',
    '/api/v1/objects/_session',
    '/api/v1/objects/user_group',
    '/api/v1/objects/userGroup__2',
    '/api/v1/objects/pg_catalog.pg_authid',
    '/api/v1/records/_credential',
    '/api/v1/records/pg_authid',
    `/api/v1/records/account/${id}%00`,
    `/api/v1/records/account/${id}%20`,
    `/api/v1/records/account/${id}'`,
    `/api/v1/records/account/{${id}}`,
    `/api/v1/records/account/${id.replaceAll('-', '')}`,
    `/api/v1/records/account/urn:uuid:${id}`,
    `/api/v1/records/account/${id},${id}`,
    `/api/v1/records/user/${id}`,
    '/api/v1/files/..%2f..%2f..%2fetc%2fpasswd/content',
    '/api/v1/files/%2e%2e/content',
    '/api/v1/files/%00/content',
    '/api/v1/imports/..%2f..%2f/rejects.csv',
    '/docs/../../package.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%252e%252e%252fpackage.json',
    '/docs//etc/passwd',
    '/.env',
    '/.git/config',
    '/package.json',
    '/node_modules/express/package.json',
    '/graphql/../api/v1/objects',
    '/GraphQL',
    '/graphql/x',
    '/openapi.json/x',
    '/openapi.json%00',
    '/%',
    '/api/v1/objects/%',
    '/api/v1/objects/%zz',
    '/api/v1/objects/%c0%ae%c0%ae',
    '/api/v1/objects/%ff',
    '/api/v1/objects/%ed%a0%80',
    'api/v1/objects',
    '*',
    Buffer.from([0x2f, 0xff, 0xfe]),
    Buffer.from('/api/v1/objects\0'),
    `/api/v1/objects/${'x'.repeat(8_000)}`,
    `/api/v1/${'../'.repeat(2_000)}etc/passwd`,
    `/api/v1${'/x'.repeat(3_000)}`,
  ];

  it('dots, slashes, capitals, blanks, look-alikes, tables, files, bytes that are no UTF-8', async () => {
    const wrong: unknown[] = [];
    for (const path of paths()) {
      const [status, code] = await raw(path, rep.token);
      if (![400, 404].includes(status) || code === 'INTERNAL') wrong.push([path.toString().slice(0, 80), status, code]);
    }
    expect(wrong).toEqual([]);
    expect(await raw('/api/v1/objects', rep.token)).toEqual([200, undefined]);
    expect(await raw(`/api/v1/records/account/${id}`, rep.token)).toEqual([200, undefined]);
  });

  it('and for whoever has not signed in 401, 404 or 400, never more', async () => {
    const wrong: unknown[] = [];
    for (const path of [...paths(), '/api/v1/objects', '/graphql', `/api/v1/files/${id}/content`, '/api/v1/metadata/versions']) {
      const [status, code] = await raw(path, '');
      if (![400, 401, 404].includes(status)) wrong.push([path.toString().slice(0, 80), status, code]);
    }
    expect(wrong).toEqual([]);
  });

  it('nor is another host believed that an absolute address names', async () => {
    const [status] = await raw('http://beta.tessera.example/api/v1/objects', rep.token);
    expect([200, 400, 404]).toContain(status);
    const { text } = await send(`${scene.first.url}/api/v1/records/user?fields=email`, {
      headers: { Authorization: `Bearer ${rep.token}`, Host: 'beta' },
    });
    expect(text).not.toContain('@beta.example');
  });

  it('was never a reason for a node to blame itself', () => {
    expect(scene.first.blamed).toEqual([]);
    expect(scene.first.statements.filter((text) => /t_beta|pg_authid/.test(text))).toEqual([]);
  });
});
