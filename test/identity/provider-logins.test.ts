// Signing in at an OpenID provider: a real one, with PKCE, state and nonce, from the first redirect to the tokens.
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { outwardFetch, outwardPolicy } from '@tessera/engine';
import { Provider } from 'oidc-provider';
import { listen, send, type Answer } from '../api/rest-scene.ts';
import type { TestTenant } from '../support/engine.ts';
import { codeOf, identityScene, type Caller, type IdentityScene, type Tokens } from './identity-scene.ts';

const publicUrl = 'https://crm.example';
const clientSecret = 'the client secret, which nobody may see';

interface Person {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

/** What the provider knows of those who have signed in at it. */
const accounts: Readonly<Record<string, Person>> = {
  ada: { email: 'ADA@acme.example', email_verified: true, name: 'Ada' },
  unverified: { email: 'ada@acme.example', email_verified: false },
  silent: {},
  stranger: { email: 'new.person@acme.example', email_verified: true, name: 'New Person' },
  elsewhere: { email: 'ada@elsewhere.example', email_verified: true },
  idle: { email: 'idle@acme.example', email_verified: true },
};

function providerAt(issuer: string): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: 'crm',
        client_secret: clientSecret,
        redirect_uris: [`${publicUrl}/api/v1/auth/oidc/callback`],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
  });
}

/** A browser that keeps cookies per origin. */
class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  async get(url: string, form?: Readonly<Record<string, string>>): Promise<Answer> {
    const { origin } = new URL(url);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    const headers = {
      Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
    };
    const body = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form).toString() };
    const answer = await send(url, { headers, ...body });
    for (const cookie of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }
}

let server: Server;
let issuer: string;
let scene: IdentityScene;
let acme: TestTenant;
let admin: Caller;

beforeAll(async () => {
  // The provider warns of what only a real one would need.
  for (const channel of ['warn', 'info'] as const) jest.spyOn(console, channel).mockImplementation(() => undefined);
  server = createServer();
  issuer = await listen(server);
  const handler = providerAt(issuer).callback();
  server.on('request', (request, response) => void handler(request, response));
  const policy = outwardPolicy({ allow: ['127.0.0.1'], ports: [Number(new URL(issuer).port)] });
  scene = await identityScene({ publicUrl, outward: { fetch: outwardFetch(policy), allowHttp: true } });
  acme = await scene.open('acme');
  await scene.person(acme, 'ada');
  const idle = await scene.person(acme, 'idle');
  await acme.update('user', idle, { active: false });
  admin = await scene.administrator('acme');
  await put('idp');
});
afterAll(async () => {
  jest.restoreAllMocks();
  jest.restoreAllMocks();
  await scene.close();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

async function put(name: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const answer = await admin.put(`/auth/providers/${name}`, { issuer, clientId: 'crm', clientSecret, domains: ['acme.example'], ...more });
  if (answer.status !== 200) throw new Error(answer.text);
}

/** As the address that the browser sees is not the one that it reaches in this test. */
const reached = (url: string): string => url.replace(publicUrl, scene.url);
const locationOf = (answer: Answer): string => String(answer.headers.location);

/** Through the provider's own pages, until it sends the browser back; gives the address that it is sent to. */
async function throughProvider(browser: Browser, begin: string, account: string): Promise<string> {
  let url = begin;
  let answer = await browser.get(url);
  for (let steps = 0; steps < 15; steps += 1) {
    if (answer.status === 302 || answer.status === 303) {
      url = new URL(locationOf(answer), url).href;
      if (url.startsWith(publicUrl)) return url;
      answer = await browser.get(url);
      continue;
    }
    const action = /action="([^"]+)"/.exec(answer.text)?.[1];
    if (action === undefined) throw new Error(`The provider says ${answer.text}`);
    const prompt = /name="prompt" value="(\w+)"/.exec(answer.text)?.[1] ?? 'login';
    url = new URL(action, url).href;
    answer = await browser.get(url, prompt === 'login' ? { prompt, login: account, password: 'any' } : { prompt });
  }
  throw new Error('The provider does not come to an end.');
}

async function begin(browser: Browser, provider = 'idp'): Promise<string> {
  const answer = await browser.get(`${scene.url}/api/v1/auth/oidc/acme/${provider}`);
  if (answer.status !== 302) throw new Error(answer.text);
  return locationOf(answer);
}

/** From the first request to the answer of the callback. */
async function signInAt(account: string, provider = 'idp', browser = new Browser()): Promise<Answer> {
  return browser.get(reached(await throughProvider(browser, await begin(browser, provider), account)));
}

function codeIn(answer: Answer): string {
  const code = locationOf(answer).split('#code=')[1];
  if (code === undefined) throw new Error(answer.text);
  return code;
}
const exchange = (code: string): Promise<Answer> => scene.as().post('/auth/oidc/token', { code });

describe('signing in at a provider', () => {
  it('sends the browser there with PKCE, state and nonce', async () => {
    const url = new URL(await begin(new Browser()));
    expect(url.origin).toBe(issuer);
    const parameters = Object.fromEntries(url.searchParams);
    expect(parameters).toMatchObject({
      client_id: 'crm',
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${publicUrl}/api/v1/auth/oidc/callback`,
      scope: 'openid email profile',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(parameters[name]?.length).toBeGreaterThan(40);
  });

  it('ends with a code that is exchanged once for tokens, which stand in no address', async () => {
    const answer = await signInAt('ada');
    expect(answer.status).toBe(302);
    expect(locationOf(answer)).toMatch(/^https:\/\/crm\.example\/signed-in#code=acme\.[\w-]{43}$/);
    const exchanged = await exchange(codeIn(answer));
    expect(exchanged.status).toBe(200);
    const { accessToken, refreshToken } = exchanged.json as Tokens;
    expect(locationOf(answer)).not.toContain(accessToken);
    expect((await scene.as(accessToken).get('/objects')).status).toBe(200);
    expect((await scene.as().post('/auth/refresh', { refreshToken })).status).toBe(200);
    expect(codeOf(await exchange(codeIn(answer)))).toBe('AUTHENTICATION_FAILED');
    expect((await scene.audit(acme, 'session.started')).at(-1)?.detail).toMatchObject({ by: 'provider', provider: 'idp' });
  });

  it('gives a code that is good for a minute', async () => {
    const answer = await signInAt('ada');
    scene.clock.ahead = 61_000;
    expect(codeOf(await exchange(codeIn(answer)))).toBe('AUTHENTICATION_FAILED');
    scene.clock.ahead = 0;
  });

  it.each([
    ['unverified', 'the provider has not verified your email'],
    ['silent', 'the provider has not verified your email'],
    ['elsewhere', 'does not speak for elsewhere.example'],
    ['stranger', 'nobody here has your email'],
    ['idle', 'nobody here has your email'],
  ])('lets %s not in', async (account, reason) => {
    const answer = await signInAt(account);
    expect(answer).toMatchObject({ status: 403, json: { code: 'PROVIDER_LOGIN_REFUSED' } });
    expect(answer.text).toContain(reason);
  });

  it('makes users of the provider’s people where it is told to, with roles', async () => {
    await put('open', { createUsers: true, roles: ['rep'] });
    const { accessToken } = (await exchange(codeIn(await signInAt('stranger', 'open')))).json as Tokens;
    const { actor } = await scene.engine.authenticate(accessToken, { requestId: 'r', languages: [] });
    expect(await acme.read('user', actor.userId ?? '', 'name', 'email', 'roles')).toMatchObject({
      name: 'New Person',
      email: 'new.person@acme.example',
      roles: ['rep'],
    });
    expect((await scene.as(accessToken).post('/records/note', { name: 'x' })).status).toBe(201);
    // The second time it is the same person.
    const again = (await exchange(codeIn(await signInAt('stranger', 'open')))).json as Tokens;
    expect((await scene.engine.authenticate(again.accessToken, { requestId: 'r', languages: [] })).actor.userId).toBe(actor.userId);
  });

  it('is ended only by the browser that has begun it, and once', async () => {
    const [mine, theirs] = [new Browser(), new Browser()];
    const back = await throughProvider(mine, await begin(mine), 'ada');
    expect(codeOf(await theirs.get(reached(back)))).toBe('PROVIDER_LOGIN_REFUSED');
    expect(codeOf(await mine.get(reached(back)))).toBe('PROVIDER_LOGIN_REFUSED');
    const second = new Browser();
    const used = await throughProvider(second, await begin(second), 'ada');
    expect((await second.get(reached(used))).status).toBe(302);
    expect(codeOf(await second.get(reached(used)))).toBe('PROVIDER_LOGIN_REFUSED');
  });

  it('takes no state, code or issuer that was made up', async () => {
    const browser = new Browser();
    const back = new URL(await throughProvider(browser, await begin(browser), 'ada'));
    const changed = new URL(back);
    changed.searchParams.set('state', `acme.${'x'.repeat(43)}`);
    expect(codeOf(await browser.get(reached(changed.href)))).toBe('PROVIDER_LOGIN_REFUSED');
    const other = new Browser();
    const wrong = new URL(await throughProvider(other, await begin(other), 'ada'));
    wrong.searchParams.set('code', 'made-up');
    const answer = await other.get(reached(wrong.href));
    expect(answer).toMatchObject({ status: 502, json: { code: 'PROVIDER_FAILED' } });
    const third = new Browser();
    const mixed = new URL(await throughProvider(third, await begin(third), 'ada'));
    mixed.searchParams.set('iss', 'https://evil.example');
    expect(codeOf(await third.get(reached(mixed.href)))).toBe('PROVIDER_FAILED');
    for (const state of ['', 'x', 'nowhere.x'])
      expect(codeOf(await new Browser().get(`${scene.url}/api/v1/auth/oidc/callback?state=${state}&code=x`))).toBe(
        'PROVIDER_LOGIN_REFUSED',
      );
  });

  it('may take ten minutes', async () => {
    const browser = new Browser();
    const back = await throughProvider(browser, await begin(browser), 'ada');
    scene.clock.ahead = 11 * 60_000;
    expect(codeOf(await browser.get(reached(back)))).toBe('PROVIDER_LOGIN_REFUSED');
    scene.clock.ahead = 0;
  });

  it('goes only where the server may call', async () => {
    // Another port of the same machine, which no configuration allows.
    await put('inside', { issuer: 'http://127.0.0.1:1' });
    await put('metadata', { issuer: 'http://169.254.169.254' });
    for (const name of ['inside', 'metadata']) {
      const answer = await new Browser().get(`${scene.url}/api/v1/auth/oidc/acme/${name}`);
      expect(answer).toMatchObject({ status: 502, json: { code: 'PROVIDER_FAILED' } });
      expect(answer.text).not.toContain('127.0.0.1');
    }
  });
});
