// What a request says of its host, and where that would show: nowhere.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { bearer, openHttp, type HttpScene } from './http-scene.ts';

const evil = 'evil.example';
const forged = {
  Host: evil,
  'X-Forwarded-Host': evil,
  'X-Forwarded-Server': evil,
  'X-Forwarded-Proto': 'gopher',
  'X-Host': evil,
  'X-Original-URL': `http://${evil}/`,
  'X-Rewrite-URL': `http://${evil}/`,
  Forwarded: `host=${evil};proto=gopher`,
  Referer: `http://${evil}/`,
};

const mails: string[] = [];
const publicUrl = 'https://crm.example';
let [named, unnamed]: [HttpScene | undefined, HttpScene | undefined] = [undefined, undefined];

beforeAll(async () => {
  const mailer = { send: (mail: unknown) => Promise.resolve(void mails.push(JSON.stringify(mail))) };
  named = await openHttp({ publicUrl, trustedProxies: 1 }, { publicUrl, mailer });
  unnamed = await openHttp({ trustedProxies: ['127.0.0.1'] });
});
afterAll(async () => {
  await named?.close();
  await unnamed?.close();
});

/** Everything that an answer tells, and what was asked. */
async function answers(scene: HttpScene): Promise<readonly (readonly [string, string])[]> {
  const token = await scene.token('acme', `u${crypto.randomUUID().slice(0, 8)}`);
  const json = { 'Content-Type': 'application/json' };
  const file = await scene.send('POST', '/api/v1/files?name=a.txt', { ...bearer(token), ...forged }, 'hello');
  const { id } = file.json as { readonly id: string };
  const asked: readonly (readonly [string, string, Readonly<Record<string, string>>, string?])[] = [
    ['GET', '/openapi.json', bearer(token)],
    ['GET', '/docs', {}],
    ['GET', '/docs/docs.js', {}],
    ['GET', '/graphql', { Accept: 'text/html' }],
    ['POST', '/graphql', { ...bearer(token), ...json }, '{"query":"{ cards { totalCount } }"}'],
    ['POST', '/graphql', { ...bearer(token), ...json, Accept: 'text/event-stream' }, '{"query":"{ nothing }"}'],
    ['POST', `/api/v1/files/${id}/link`, bearer(token)],
    ['GET', `/api/v1/files/${id}/content`, bearer(token)],
    ['POST', '/api/v1/records/card', { ...bearer(token), ...json }, '{"name":"C"}'],
    ['GET', '/api/v1/records/card?first=1', bearer(token)],
    ['POST', '/api/v1/auth/login', json, '{"tenant":"acme","email":"x","password":"y"}'],
    ['POST', '/api/v1/auth/reset', json, '{"tenant":"acme","email":"admin@acme.example"}'],
    ['GET', '/api/v1/auth/oidc/acme/nothing', {}],
    ['GET', '/api/v1/auth/oidc/callback?state=acme.x', {}],
    ['OPTIONS', '/api/v1/objects', {}],
    ['GET', '/api/v1/nothing', {}],
    ['GET', '/', {}],
    ['DELETE', '/graphql', {}],
  ];
  const told: (readonly [string, string])[] = [['upload', JSON.stringify([file.headers, file.text])]];
  for (const [method, path, headers, body] of asked) {
    const answer = await scene.send(method, path, { ...headers, ...forged }, body);
    told.push([`${method} ${path}`, JSON.stringify([answer.headers, answer.text])]);
  }
  return told;
}

describe('a forged host', () => {
  it('shows in no answer, with PUBLIC_URL and without', async () => {
    for (const scene of [named, unnamed]) {
      if (scene === undefined) throw new Error('The scene is not open.');
      const told = await answers(scene);
      expect(told.length).toBeGreaterThan(15);
      expect(told.filter(([, text]) => /evil\.example|gopher/.test(text)).map(([asked]) => asked)).toEqual([]);
    }
  });

  it('shows in no mail: its links lead to PUBLIC_URL', async () => {
    for (let waited = 0; mails.length === 0 && waited < 40_000; waited += 50) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(mails.length).toBeGreaterThan(0);
    for (const mail of mails) {
      expect(mail).toContain(`${publicUrl}/reset-password#token=`);
      expect(mail).not.toMatch(/evil\.example/);
    }
  });

  it('is read by no source of ours', () => {
    const reading =
      /headers\.host\b|headers\[['"]host['"]\]|\.get\(['"]host['"]\)|x-forwarded-(?:host|proto|server)|\b(?:request|req)\.(?:host|hostname|protocol|secure|subdomains)\b/i;
    const sources = globSync('packages/{api,engine,server,records,security}/src/**/*.ts');
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((path) => reading.test(readFileSync(path, 'utf8')))).toEqual([]);
  });
});
