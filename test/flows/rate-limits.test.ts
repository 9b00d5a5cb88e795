// Limits over HTTP and over several nodes: requests of a caller, a tenant and an address, and failures to sign in.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { password } from '../support/engine.ts';
import { until } from '../storage/cell-support.ts';
import { bearer, emailOf, openLimits, statuses, type LimitedNode, type LimitScene } from './rate-scene.ts';

let scene: LimitScene;
let [ann, bob, bea] = ['', '', ''];

beforeAll(async () => {
  scene = await openLimits();
  [ann, bob, bea] = [await scene.token('acme', 'ann'), await scene.token('acme', 'bob'), await scene.token('beta', 'bea')];
});
afterAll(() => scene.close());
beforeEach(() => scene.reset());

const off = { tenant: 0, actor: 0, address: 0, burstSeconds: 2 };
/** Seconds for a burst of `rate` times so many: hardly any tokens come while a test runs, however slow the machine. */
const scarce = { ...off, burstSeconds: 200 };
const many = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));
const objects = '/api/v1/objects';
const passedOf = (answers: Parameters<typeof statuses>[0]): number => statuses(answers)[200] ?? 0;

describe('requests of a caller', () => {
  it('are limited over all nodes together, and told when to come again', async () => {
    const rates = { ...off, actor: 10 };
    const nodes = [await scene.node({ rates }), await scene.node({ rates })];
    const began = performance.now();
    const answers = await many(120, (i) => (nodes[i % 2] as LimitedNode).get(objects, bearer(ann)));
    const seconds = (performance.now() - began) / 1_000;
    const passed = passedOf(answers);
    expect(Object.keys(statuses(answers))).toEqual(['200', '429']);
    expect(passed).toBeGreaterThanOrEqual(18);
    expect(passed).toBeLessThanOrEqual(20 + 10 * (seconds + 1) + 2);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused).toMatchObject({
      headers: {
        'content-type': 'application/problem+json',
        'retry-after': '1',
        'ratelimit-policy': '"actor";q=10;w=1',
        ratelimit: '"actor";r=0;t=1',
        'cache-control': 'no-store',
      },
      json: { code: 'RATE_LIMITED', status: 429, detail: 'Too many requests: the caller has 10 a second. Try again in 1 s.' },
    });
    // A colleague, and the same caller after a while.
    expect((await (nodes[0] as LimitedNode).get(objects, bearer(bob))).status).toBe(200);
    await until('the budget to fill', async () => (await (nodes[1] as LimitedNode).get(objects, bearer(ann))).status === 200);
  });

  it('count one each, over GraphQL too, and a stream counts once', async () => {
    const node = await scene.node({ rates: { ...scarce, actor: 0.02 } });
    const query = { query: 'subscription { thingChanged { change } }' };
    const stream = await fetch(`${node.url}/graphql`, {
      method: 'POST',
      headers: { ...bearer(bea), 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: JSON.stringify(query),
    });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    for (let i = 0; i < 12; i += 1) await scene.tenants.beta.create('thing', { name: `T${i}` });
    // The stream goes on whatever comes over it.
    const reader = stream.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await reader?.cancel();
    const answers = await many(30, () => node.post('/graphql', { query: '{ things { totalCount } }' }, bearer(bea)));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(20);
    const passed = passedOf(answers);
    expect(passed).toBeGreaterThan(0);
    expect(answers.find(({ status }) => status === 429)).toMatchObject({
      json: { code: 'RATE_LIMITED' },
      headers: { ratelimit: '"actor";r=0;t=1' },
    });
  });

  it('cost no round trip in the ordinary case', async () => {
    const node = await scene.node({ rates: { tenant: 2_000, actor: 200, address: 100, burstSeconds: 2 } });
    await node.get(objects, bearer(ann));
    const [before, began] = [node.controls, performance.now()];
    for (let i = 0; i < 200; i += 1) expect((await node.get(objects, bearer(ann))).status).toBe(200);
    // A lease of the caller and one of the tenant go together, and are good for a fifth of a second at whatever pace.
    expect(node.controls - before).toBeLessThan(40 + (performance.now() - began) / 100);
  });

  it('are let through where the database refuses to count them', async () => {
    const node = await scene.node({ rates: { ...off, actor: 1, burstSeconds: 1 } });
    await scene.sql('alter table tessera.rate rename to rate_aside');
    try {
      expect(statuses(await many(20, () => node.get(objects, bearer(ann))))).toEqual({ 200: 20 });
    } finally {
      await scene.sql('alter table tessera.rate_aside rename to rate');
    }
  });
});

describe('requests of a tenant', () => {
  it('are limited together, and no other tenant’s with them', async () => {
    const node = await scene.node({ rates: { ...scarce, tenant: 0.05 } });
    const answers = await many(80, (i) => node.get(objects, bearer(i % 2 === 0 ? ann : bob)));
    expect(passedOf(answers)).toBeLessThan(50);
    expect(answers.find(({ status }) => status === 429)).toMatchObject({ headers: { 'ratelimit-policy': '"tenant";q=1;w=1' } });
    expect((await node.get(objects, bearer(bea))).status).toBe(200);
  });
});

describe('requests from an address', () => {
  const rates = { ...scarce, address: 0.01 };
  const refusedOf = async (answers: Promise<readonly { readonly status: number }[]>): Promise<number> =>
    (await answers).filter(({ status }) => status === 429).length;

  it('are limited unless they show a token that is good', async () => {
    const node = await scene.node({ rates });
    expect(await refusedOf(many(20, () => node.get(objects)))).toBeGreaterThan(10);
    expect(await refusedOf(many(20, () => node.get(objects, bearer('a.wrong.token'))))).toBeGreaterThan(10);
    expect(await refusedOf(many(20, () => node.get('/docs')))).toBeGreaterThan(10);
    // A token that nobody looks at is none.
    expect(await refusedOf(many(20, () => node.logIn('acme', 'x', 'y', bearer('a.wrong.token'))))).toBeGreaterThan(10);
    expect(await refusedOf(many(20, () => node.get('/api/v1/files/x/content?token=y', bearer(ann))))).toBeGreaterThan(10);
    expect(statuses(await many(20, () => node.get(objects, bearer(ann))))).toEqual({ 200: 20 });
  });

  it('are not told apart by headers that anybody may send', async () => {
    const node = await scene.node({ rates });
    const forged = (i: number): Readonly<Record<string, string>> => ({
      'X-Forwarded-For': `198.51.100.${i}`,
      'X-Real-IP': `198.51.100.${i}`,
      Forwarded: `for=198.51.100.${i}`,
      'CF-Connecting-IP': `198.51.100.${i}`,
      'True-Client-IP': `198.51.100.${i}`,
    });
    expect(await refusedOf(many(30, (i) => node.get(objects, forged(i))))).toBeGreaterThan(20);
  });

  it('are told apart by what trusted proxies have written, and by no more of it', async () => {
    for (const trustedProxies of [1, ['127.0.0.0/8', '::1']]) {
      await scene.reset();
      const node = await scene.node({ rates, trustedProxies });
      // What the client itself wrote stands before what the proxy has added.
      const forged = many(30, (i) => node.get(objects, { 'X-Forwarded-For': `198.51.100.${i}, 203.0.113.7` }));
      expect(await refusedOf(forged)).toBeGreaterThan(20);
      const told = many(30, (i) => node.get(objects, { 'X-Forwarded-For': `evil, 203.0.113.${100 + i}` }));
      expect(await refusedOf(told)).toBe(0);
      const withPorts = many(30, (i) => node.get(objects, { 'X-Forwarded-For': `192.0.2.9:${40_000 + i}` }));
      expect(await refusedOf(withPorts)).toBeGreaterThan(20);
    }
  });

  it('are those of the proxy where what it has written is no address', async () => {
    const node = await scene.node({ rates, trustedProxies: 1 });
    expect(await refusedOf(many(30, (i) => node.get(objects, { 'X-Forwarded-For': `unknown-${i}` })))).toBeGreaterThan(20);
  });

  it('are those of one customer within a /64', async () => {
    const node = await scene.node({ rates, trustedProxies: 1 });
    expect(await refusedOf(many(30, (i) => node.get(objects, { 'X-Forwarded-For': `2001:db8:1:2::${i + 1}` })))).toBeGreaterThan(20);
    expect(await refusedOf(many(30, (i) => node.get(objects, { 'X-Forwarded-For': `2001:db8:1:${i + 10}::1` })))).toBe(0);
  });
});

describe('failures to sign in', () => {
  const logins = { account: 5, address: 1_000, windowSeconds: 600 };
  const codeOf = ({ json }: { readonly json: unknown }): unknown => (json as { readonly code?: unknown } | undefined)?.code;

  it('are counted exactly, at however many nodes they come at once', async () => {
    const nodes = [await scene.node({ logins }), await scene.node({ logins })];
    const answers = await many(40, (i) => (nodes[i % 2] as LimitedNode).logIn('acme', emailOf('ann'), 'wrong'));
    expect(answers.filter((answer) => codeOf(answer) === 'AUTHENTICATION_FAILED')).toHaveLength(5);
    expect(answers.filter((answer) => codeOf(answer) === 'LOGIN_LIMITED')).toHaveLength(35);
    // The right password is not even looked at any more.
    const refused = await (nodes[0] as LimitedNode).logIn('acme', emailOf('ann'));
    expect(refused).toMatchObject({ status: 429, json: { code: 'LOGIN_LIMITED' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(500);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(600);
    expect((await (nodes[0] as LimitedNode).logIn('acme', emailOf('bob'))).status).toBe(200);
    expect((await (nodes[0] as LimitedNode).logIn('beta', emailOf('ann', 'acme'))).status).toBe(401);
  });

  it('are the same for accounts and tenants that are not there, in whatever case they are written', async () => {
    const node = await scene.node({ logins });
    for (const [tenant, email] of [
      ['acme', 'nobody@acme.example'],
      ['nowhere', 'ann@acme.example'],
    ] as const) {
      const codes = [];
      for (let i = 0; i < 7; i += 1) codes.push(codeOf(await node.logIn(tenant, i % 2 === 0 ? email : email.toUpperCase(), 'wrong')));
      expect(codes).toEqual([...Array.from({ length: 5 }, () => 'AUTHENTICATION_FAILED'), 'LOGIN_LIMITED', 'LOGIN_LIMITED']);
    }
  });

  it('cannot be spread over spellings that the database takes for the same', async () => {
    const node = await scene.node({ logins });
    await scene.token('acme', 'kim');
    const spellings = ['kim', 'KIM', '\u212Aim', 'K\u0130M', '\u212A\u0130m', 'k\u0130m'];
    const codes = [];
    for (const spelling of spellings) codes.push(codeOf(await node.logIn('acme', `${spelling}@acme.example`, 'wrong')));
    expect(codes.at(-1)).toBe('LOGIN_LIMITED');
  });

  it('are forgotten for the account by a log-in that succeeds, and not for the address', async () => {
    const node = await scene.node({ logins: { ...logins, address: 8 }, trustedProxies: 1 });
    const from = { 'X-Forwarded-For': '203.0.113.50' };
    const fail = (name: string): Promise<unknown> => node.logIn('acme', emailOf(name), 'wrong', from).then(codeOf);
    await scene.token('acme', 'carl');
    for (let i = 0; i < 4; i += 1) expect(await fail('carl')).toBe('AUTHENTICATION_FAILED');
    expect((await node.logIn('acme', emailOf('carl'), password, from)).status).toBe(200);
    for (let i = 0; i < 4; i += 1) expect(await fail('carl')).toBe('AUTHENTICATION_FAILED');
    expect(await fail('carl')).toBe('LOGIN_LIMITED');
    expect(await fail('somebody')).toBe('LOGIN_LIMITED');
    expect((await node.logIn('acme', emailOf('bob'), password, from)).status).toBe(429);
    expect((await node.logIn('acme', emailOf('bob'), password, { 'X-Forwarded-For': '203.0.113.51' })).status).toBe(200);
  });

  it('count wherever a password, a code or a token may be guessed', async () => {
    const node = await scene.node({ logins: { ...logins, account: 0, address: 3 }, trustedProxies: 1 });
    const account = { tenant: 'acme', email: emailOf('bob'), password: 'wrong' };
    const roads: readonly (readonly [string, unknown])[] = [
      ['/api/v1/auth/login', account],
      ['/api/v1/auth/password', { ...account, newPassword: 'another Good-one 5' }],
      ['/api/v1/auth/second-factor/enrol', account],
      ['/api/v1/auth/reset', { tenant: 'acme', email: 'nobody@acme.example' }],
      ['/api/v1/auth/reset/confirm', { token: 'acme.x', password: 'another Good-one 5' }],
      ['/api/v1/auth/oidc/token', { code: 'acme.x' }],
    ];
    for (const [i, [path, body]] of roads.entries()) {
      const codes = [];
      for (let n = 0; n < 4; n += 1) codes.push(codeOf(await node.post(path, body, { 'X-Forwarded-For': `203.0.113.${i + 1}` })));
      expect([path, codes.slice(0, 3).includes('LOGIN_LIMITED'), codes[3]]).toEqual([path, false, 'LOGIN_LIMITED']);
    }
    const callback = async (): Promise<unknown> =>
      codeOf(await node.get('/api/v1/auth/oidc/callback?state=acme.x&code=y', { 'X-Forwarded-For': '203.0.113.99' }));
    for (let n = 0; n < 3; n += 1) expect(await callback()).toBe('PROVIDER_LOGIN_REFUSED');
    expect(await callback()).toBe('LOGIN_LIMITED');
  });

  it('do not count what is no guess, nor lock anybody out by asking for resets', async () => {
    const node = await scene.node({ logins });
    await scene.token('acme', 'dora');
    const body = { tenant: 'acme', email: emailOf('dora'), password, newPassword: 'short' };
    for (let i = 0; i < 7; i += 1) expect(codeOf(await node.post('/api/v1/auth/password', body))).toBe('PASSWORD_TOO_WEAK');
    const ask = (): Promise<number> =>
      node.post('/api/v1/auth/reset', { tenant: 'acme', email: emailOf('dora') }).then(({ status }) => status);
    for (let i = 0; i < 5; i += 1) expect(await ask()).toBe(202);
    expect(await ask()).toBe(429);
    expect((await node.logIn('acme', emailOf('dora'))).status).toBe(200);
  });

  it('are not in the way of many who sign in at once', async () => {
    const node = await scene.node({ logins });
    await scene.token('acme', 'emil');
    expect(statuses(await many(12, () => node.logIn('acme', emailOf('emil'))))).toEqual({ 200: 12 });
  });

  it('leave no email and no address behind in clear', async () => {
    const node = await scene.node({ logins });
    await node.logIn('acme', emailOf('ann'), 'wrong');
    const rows = await scene.sql('select key from tessera.login_limit');
    expect(rows).toHaveLength(2);
    for (const { key } of rows) expect(key).toMatch(/^[\w-]{43}$/);
  });
});
