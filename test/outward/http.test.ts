// Calls that leave the platform, against real servers that mean no good.
import { afterEach, describe, expect, it } from '@jest/globals';
import { outwardFetch, outwardPolicy, type OutwardOptions, type OutwardSettings } from '@tessera/security';
import { certificate, hookServer, nameServer, type HookServer } from './outward-scene.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function hook(...given: Parameters<typeof hookServer>): Promise<HookServer> {
  const server = await hookServer(...given);
  closers.push(() => server.close());
  return server;
}

const ok = (): Promise<HookServer> => hook((_request, response) => response.end('ok'));

/** Goes to 127.0.0.1 alone, and to these servers’ ports. */
function fetching(servers: readonly HookServer[], settings: OutwardSettings = {}, options: OutwardOptions = {}): typeof fetch {
  const ports = servers.map(({ port }) => port);
  return outwardFetch(outwardPolicy({ allow: ['127.0.0.1'], ports, ...settings }), options);
}

const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'answered',
    (error: unknown) => (error as { readonly code: string }).code,
  );
const at = ({ port }: HookServer, path = '/', host = '127.0.0.1', scheme = 'http'): string => `${scheme}://${host}:${port}${path}`;

describe('an outward call', () => {
  it('sends what it is given and gives back the answer', async () => {
    const server = await hook((_request, response) => {
      response.writeHead(201, { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2'] });
      response.end('höllo');
    });
    const headers = { 'X-Signature': 's', Host: 'evil.example', 'Transfer-Encoding': 'chunked', 'Accept-Encoding': 'gzip' };
    const answer = await fetching([server])(at(server, '/hook?x=1'), { method: 'POST', headers, body: '{"a":1}' });
    expect([answer.status, await answer.text(), answer.headers.getSetCookie()]).toEqual([201, 'höllo', ['a=1', 'b=2']]);
    expect(server.received).toEqual([
      {
        method: 'POST',
        url: '/hook?x=1',
        body: '{"a":1}',
        headers: expect.objectContaining({
          'x-signature': 's',
          host: `127.0.0.1:${server.port}`,
          'accept-encoding': 'identity',
          'content-length': '7',
        }),
      },
    ]);
    const form = await fetching([server])(new URL(at(server)), { method: 'PUT', body: new URLSearchParams({ a: 'b c' }) });
    expect(form.status).toBe(201);
    expect(server.received[1]).toMatchObject({
      body: 'a=b+c',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    });
  });

  it('refuses this machine unless it is allowed', async () => {
    const server = await ok();
    const closed = outwardFetch(outwardPolicy({ ports: [server.port] }));
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '0.0.0.0'])
      expect([host, await codeOf(closed(at(server, '/', host)))]).toEqual([host, 'OUTWARD_REFUSED']);
    expect(server.received).toEqual([]);
    expect(await codeOf(fetching([server])(at(server)))).toBe('answered');
    expect(await codeOf(fetching([], { ports: [80] })(at(server)))).toBe('OUTWARD_REFUSED');
    expect(await codeOf(fetching([server])('nowhere'))).toBe('OUTWARD_REFUSED');
  });

  it('asks a name server once and goes to what was checked, though it would answer otherwise the next time', async () => {
    const [inside, names] = [await ok(), await nameServer((_name, n) => [n === 0 ? '192.0.2.1' : '127.0.0.1'])];
    closers.push(() => names.close());
    // The first answer is allowed and leads nowhere; the second, which a connection that asked again would get, is this machine.
    const call = fetching([inside], { allow: ['192.0.2.1'], resolve: names.resolve }, { timeoutMs: 700 });
    expect(await codeOf(call(at(inside, '/', 'rebind.example')))).toBe('OUTWARD_FAILED');
    expect(names.asked).toEqual(['rebind.example']);
    expect(inside.received).toEqual([]);
    // The other way round: what was checked is where it goes, under the name that it was called by.
    const turned = await nameServer((_name, n) => [n === 0 ? '127.0.0.1' : '192.0.2.1']);
    closers.push(() => turned.close());
    const answer = await fetching([inside], { resolve: turned.resolve })(at(inside, '/', 'hooks.example'));
    expect([await answer.text(), turned.asked]).toEqual(['ok', ['hooks.example']]);
    expect(inside.received[0]?.headers.host).toBe(`hooks.example:${inside.port}`);
  });

  it('refuses a name with a good and a bad address', async () => {
    const [inside, names] = [await ok(), await nameServer(() => ['93.184.216.34', '127.0.0.1'])];
    closers.push(() => names.close());
    const call = fetching([inside], { allow: [], resolve: names.resolve });
    expect(await codeOf(call(at(inside, '/', 'both.example')))).toBe('OUTWARD_REFUSED');
    expect(inside.received).toEqual([]);
  });

  it('goes past the proxies of the environment', async () => {
    const [server, proxy] = [await ok(), await hook((_request, response) => response.end('proxied'))];
    const before = { ...process.env };
    const address = `http://127.0.0.1:${proxy.port}`;
    Object.assign(process.env, {
      HTTP_PROXY: address,
      http_proxy: address,
      ALL_PROXY: address,
      NODE_USE_ENV_PROXY: '1',
      NO_PROXY: '',
      no_proxy: '',
    });
    try {
      expect(await (await fetching([server])(at(server))).text()).toBe('ok');
    } finally {
      process.env = before;
    }
    expect(proxy.received).toEqual([]);
  });

  it('believes a certificate for the host’s name alone', async () => {
    const server = await hook((_request, response) => response.end('secret'), { tls: true });
    const resolve = (): Promise<{ address: string }[]> => Promise.resolve([{ address: '127.0.0.1' }]);
    const call = fetching([server], { resolve }, { ca: certificate });
    expect(await (await call(at(server, '/', 'hooks.example', 'https'))).text()).toBe('secret');
    expect(await codeOf(call(at(server, '/', 'other.example', 'https')))).toBe('OUTWARD_FAILED');
    expect(await codeOf(call(at(server, '/', '127.0.0.1', 'https')))).toBe('OUTWARD_FAILED');
    // A Host header must not choose the name that TLS asks for.
    expect(await codeOf(call(at(server, '/', 'other.example', 'https'), { headers: { Host: 'hooks.example' } }))).toBe('OUTWARD_FAILED');
    expect(await codeOf(fetching([server], { resolve })(at(server, '/', 'hooks.example', 'https')))).toBe('OUTWARD_FAILED');
  });
});

describe('an answer', () => {
  it('is read up to the limit, whatever length it says', async () => {
    const server = await hook(({ url }, response) => {
      if (url === '/said') response.writeHead(200, { 'Content-Length': '5000' });
      if (url === '/packed') response.writeHead(200, { 'Content-Encoding': 'gzip' });
      if (url === '/endless') {
        const more = (): void => {
          while (response.write('x'.repeat(500)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      } else response.end('x'.repeat(url === '/fits' ? 1_000 : 5_000));
    });
    const call = fetching([server], {}, { maxBytes: 1_000, timeoutMs: 5_000 });
    expect((await (await call(at(server, '/fits'))).text()).length).toBe(1_000);
    for (const path of ['/said', '/unsaid', '/endless', '/packed'])
      expect([path, await codeOf(call(at(server, path)))]).toEqual([path, 'OUTWARD_FAILED']);
  });

  it('must come in time, headers and body', async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await hook(({ url }, response) => {
      if (url === '/never') return;
      response.writeHead(200);
      timers.push(setInterval(() => response.write('x'), 20));
    });
    try {
      const call = fetching([server], {}, { timeoutMs: 250 });
      for (const path of ['/never', '/drips']) {
        const began = performance.now();
        await expect(call(at(server, path))).rejects.toMatchObject({
          code: 'OUTWARD_FAILED',
          message: expect.stringContaining('longer than 250 ms'),
        });
        // Else it would drip for ever.
        expect(performance.now() - began).toBeLessThan(60_000);
      }
      const gone = AbortSignal.timeout(30);
      await expect(fetching([server])(at(server, '/never'), { signal: gone })).rejects.toMatchObject({ name: 'TimeoutError' });
    } finally {
      timers.forEach((timer) => {
        clearInterval(timer);
      });
    }
  });

  it('that is no HTTP, or has headers without end, is a failure', async () => {
    const server = await hook(({ url }, response) => {
      if (url === '/headers') response.writeHead(200, { 'X-Long': 'x'.repeat(60_000) }).end();
      else response.socket?.end('SSH-2.0-OpenSSH\r\n\r\n');
    });
    for (const path of ['/headers', '/garbage'])
      expect([path, await codeOf(fetching([server])(at(server, path)))]).toEqual([path, 'OUTWARD_FAILED']);
    await server.close();
    expect(await codeOf(fetching([server])(at(server)))).toBe('OUTWARD_FAILED');
  });
});

const redirecting = (location: string | ((url: string) => string), status = 302): Promise<HookServer> =>
  hook(({ url }, response) => response.writeHead(status, { Location: typeof location === 'string' ? location : location(url) }).end());

const secrets = { Authorization: 'Bearer s', Cookie: 'c=1', 'X-Api-Key': 'k', 'X-Signature': 'g', Accept: 'text/plain' };

describe('a redirect', () => {
  it('is checked like the first address', async () => {
    const inside = await ok();
    const targets = [
      'http://169.254.169.254/latest/meta-data/',
      `http://localhost:${inside.port}/`,
      `http://127.0.0.1:${inside.port}/`,
      `http://[::1]:${inside.port}/`,
      'file:///etc/passwd',
      'ftp://127.0.0.1/',
      'http://start.example:22/',
      `http://a:b@127.0.0.1:${inside.port}/`,
    ];
    for (const target of targets) {
      const server = await redirecting(target);
      // This machine is allowed by that name alone.
      const resolve = (): Promise<{ address: string }[]> => Promise.resolve([{ address: '127.0.0.1' }]);
      const call = fetching([], { allow: ['start.example'], resolve, ports: [server.port, inside.port, 80] });
      expect([target, await codeOf(call(at(server, '/', 'start.example')))]).toEqual([target, 'OUTWARD_REFUSED']);
      expect(server.received).toHaveLength(1);
    }
    expect(inside.received).toEqual([]);
  });

  it('is resolved anew, so that a name that has turned is found out', async () => {
    const inside = await ok();
    const names = await nameServer((_name, n) => [n === 0 ? '127.0.0.1' : '10.0.0.1']);
    closers.push(() => names.close());
    const server = await redirecting('/again');
    expect(await codeOf(fetching([server, inside], { resolve: names.resolve })(at(server, '/', 'turns.example')))).toBe('OUTWARD_REFUSED');
    expect(names.asked).toEqual(['turns.example', 'turns.example']);
  });

  it('takes no secrets and no body to another origin', async () => {
    const other = await ok();
    const server = await redirecting(at(other, '/there'));
    expect(await (await fetching([server, other])(at(server), { headers: secrets })).text()).toBe('ok');
    expect(server.received[0]?.headers).toMatchObject({ authorization: 'Bearer s', 'x-api-key': 'k' });
    const headers = other.received[0]?.headers ?? {};
    expect(Object.keys(headers).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    expect(headers.accept).toBe('text/plain');
    const keeping = await redirecting(at(other, '/there'), 307);
    expect(await codeOf(fetching([keeping, other])(at(keeping), { method: 'POST', body: 'secret' }))).toBe('OUTWARD_REFUSED');
    expect(other.received).toHaveLength(1);
  });

  it('keeps them within the origin, and becomes a GET as browsers do it', async () => {
    const server = await hook(({ url }, response) => {
      const status = Number(url.slice(1));
      if (status > 0) response.writeHead(status, { Location: '/done' });
      response.end();
    });
    for (const [status, method] of [
      [301, 'GET'],
      [302, 'GET'],
      [303, 'GET'],
      [307, 'POST'],
      [308, 'POST'],
    ] as const) {
      await fetching([server])(at(server, `/${status}`), { method: 'POST', body: 'b', headers: secrets });
      const last = server.received.at(-1);
      expect([status, last?.method, last?.body, last?.headers.authorization]).toEqual([
        status,
        method,
        method === 'GET' ? '' : 'b',
        'Bearer s',
      ]);
      expect(last?.headers['content-type']).toBe(method === 'GET' ? undefined : 'text/plain;charset=UTF-8');
    }
  });

  it('does not lead from https to http', async () => {
    const plain = await ok();
    const server = await hook((_request, response) => response.writeHead(302, { Location: at(plain) }).end(), { tls: true });
    const resolve = (): Promise<{ address: string }[]> => Promise.resolve([{ address: '127.0.0.1' }]);
    const call = fetching([server, plain], { resolve }, { ca: certificate });
    expect(await codeOf(call(at(server, '/', 'hooks.example', 'https')))).toBe('OUTWARD_REFUSED');
    expect(plain.received).toEqual([]);
  });

  it('ends after five, and is left to the caller on demand', async () => {
    const server = await redirecting((url) => `/${Number(url.slice(1)) + 1}`);
    expect(await codeOf(fetching([server])(at(server, '/0')))).toBe('OUTWARD_FAILED');
    expect(server.received.map(({ url }) => url)).toEqual(['/0', '/1', '/2', '/3', '/4', '/5']);
    const manual = await fetching([server])(at(server, '/7'), { redirect: 'manual' });
    expect([manual.status, manual.headers.get('location')]).toEqual([302, '/8']);
    expect(await codeOf(fetching([server])(at(server, '/0'), { redirect: 'error' }))).toBe('OUTWARD_FAILED');
    const nowhere = await redirecting('http://');
    expect(await codeOf(fetching([nowhere])(at(nowhere)))).toBe('OUTWARD_FAILED');
  });
});
