// Two tenants with different packs side by side: nothing of one can be named or reached by the other.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tenantSchema } from '@tessera/storage';
import { deriveKey } from '@tessera/security';
import { apiPrefix, routeTable } from '../../packages/api/src/rest/table.ts';
import { connected } from '../support/postgres.ts';
import type { Answer } from '../api/rest-scene.ts';
import { documents } from './isolation-documents.ts';
import { attempts } from './isolation-routes.ts';
import { casts, filled, nobodys, withoutNames, type Names, type Own } from './isolation-scene.ts';
import { events } from './events-scene.ts';
import { clientOf, flowDatabase, secret, type Client, type FlowDatabase, type FlowServer } from './server-scene.ts';

interface Side {
  readonly names: Names;
  readonly own: Own;
  readonly client: Client;
}

let db: FlowDatabase;
let north: Side;
let shelf: Side;

/** Both tenants have the first versions; only what the other has alone is its own. */
const higher = (other: Side, own: Side): Side =>
  Number(other.names.version) > Number(own.names.version) ? other : { ...other, names: { ...other.names, version: '975' } };

const side = (name: string): { readonly own: Side; readonly other: Side } =>
  name === 'north' ? { own: north, other: higher(shelf, north) } : { own: shelf, other: higher(north, shelf) };

/** Scans of a tenant's tables and rows read by them. Backends report them at the latest when they end. */
async function scans(tenant: string): Promise<number> {
  return connected(db.database.url, async (client) => {
    const { rows } = await client.query<{ readonly scans: string }>(
      'select coalesce(sum(seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del), 0) as scans from pg_stat_user_tables where schemaname = $1',
      [tenantSchema(tenant)],
    );
    return Number(rows[0]?.scans);
  });
}

beforeAll(async () => {
  db = await flowDatabase();
  for (const { name, pack } of casts) await db.tenant(name, [pack], name === 'shelf');
  const server = await db.open();
  north = await filled(server, casts[0], 2);
  shelf = await filled(server, casts[1], 4);
  await server.close();
});

afterAll(() => db.close());

describe.each(casts.map(({ name }) => name))('a request of %s', (name) => {
  let server: FlowServer;
  let client: Client;
  let before: number;
  let ownBefore: number;

  beforeAll(async () => {
    const { own, other } = side(name);
    [before, ownBefore] = [await scans(other.names.tenant), await scans(name)];
    server = await db.open();
    client = clientOf(server.url, name, own.client.token);
  });

  /** The answer to what the other has and the answer to what nobody has, alike but for the names. */
  async function compare(what: string, ask: (their: Names) => Promise<Answer>): Promise<readonly string[]> {
    const { other } = side(name);
    const none = nobodys(other.names);
    const [theirs, nobody] = [await ask(other.names), await ask(none)];
    const shown = (answer: Answer, names: Names): string =>
      `${answer.status} ${answer.headers['content-type'] ?? ''} ${answer.headers.etag ?? ''} ${withoutNames(answer.text, names)}`;
    const [a, b] = [shown(theirs, other.names), shown(nobody, none)];
    const wrong = theirs.status >= 500 ? [`${what}: ${theirs.status} ${theirs.text}`] : [];
    return a === b ? wrong : [...wrong, `${what}:\n  theirs  ${a}\n  nobody's ${b}`];
  }

  it('has an attempt at every route of the table', () => {
    expect(Object.keys(attempts).sort()).toEqual(routeTable.map(({ id }) => id).sort());
  });

  it.each(routeTable.map(({ id, method, path }) => [id, method, path] as const))(
    'by %s is answered as if the other tenant were not there (%s %s)',
    async (id, method) => {
      const { own, other } = side(name);
      const made = attempts[id](other.names, own.own);
      expect(made.length).toBeGreaterThan(0);
      const differences: string[] = [];
      for (const [i, [verb, path]] of made.entries()) {
        expect(verb.toLowerCase()).toBe(method);
        differences.push(
          ...(await compare(`${verb} ${path}`, (their) => {
            const [, target, body, headers] = attempts[id](their, own.own)[i] ?? [];
            return client.call(verb, apiPrefix + (target ?? ''), body, headers);
          })),
        );
      }
      expect(differences).toEqual([]);
    },
  );

  it('by GraphQL is answered as if the other tenant were not there', async () => {
    const { own, other } = side(name);
    const differences: string[] = [];
    for (const [i, document] of documents(other.names, own.own).entries()) {
      const headers = { Accept: document.startsWith('subscription') ? 'text/event-stream' : 'application/json' };
      const ask = (their: Names): Promise<Answer> => client.call('POST', '/graphql', { query: documents(their, own.own)[i] }, headers);
      differences.push(...(await compare(document, ask)));
    }
    expect(differences).toEqual([]);
  });

  it('finds no name of the other in any description', async () => {
    const { own, other } = side(name);
    const introspection = '{ __schema { types { name description fields { name } inputFields { name } enumValues { name } } } }';
    const answers = [
      await client.call('GET', '/openapi.json'),
      await client.ask(introspection),
      await client.call('GET', '/api/v1/objects'),
      await client.call('GET', '/api/v1/metadata/versions'),
    ];
    for (const { id } of routeTable) if (id === 'listMetadata') answers.push(await client.call('GET', '/api/v1/metadata/object'));
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      expect(text).not.toMatch(
        new RegExp(`"${other.own.object}"|"${other.names.plural}"|"${other.own.type}"|reason of ${other.names.tenant}|${other.names.word}`),
      );
      expect(text.includes(`"${own.own.object}"`) || text.includes(`"${own.own.type}"`) || text.includes('"versions"')).toBe(true);
    }
  });

  it('under a key that the other has used is a request of its own', async () => {
    const { own, other } = side(name);
    const values = { ...casts.find((each) => each.name === name)?.least, name: 'Same key' };
    const headers = { 'Idempotency-Key': other.names.idempotencyKey };
    const answer = await client.call('POST', `/api/v1/records/${own.own.object}?fields=name`, values, headers);
    expect(answer).toMatchObject({ status: 201, json: { name: 'Same key' } });
    expect((await client.call('POST', `/api/v1/records/${own.own.object}?fields=name`, values, headers)).text).toBe(answer.text);
  });

  it('has touched no table of the other, and its statements have named none', async () => {
    const { other } = side(name);
    await server.close();
    expect(server.blamed).toEqual([]);
    expect(server.statements.length).toBeGreaterThan(50);
    expect(server.statements.filter((text) => text.includes(tenantSchema(other.names.tenant)))).toEqual([]);
    expect(server.statements.some((text) => text.includes(tenantSchema(name)))).toBe(true);
    // The control: what the requests did to their own tables was counted.
    expect(await scans(name)).toBeGreaterThan(ownBefore);
    expect(await scans(other.names.tenant)).toBe(before);
  });
});

describe('what one tenant tries to name', () => {
  it('is there for the one whose it is', async () => {
    const server = await db.open();
    try {
      for (const { names, own, client: signedIn } of [north, shelf]) {
        const client = clientOf(server.url, names.tenant, signedIn.token);
        const records = `/records/${own.object}`;
        const paths = [
          `${records}/${names.id}`,
          `${records}/${names.deleted}?deleted=only`,
          `${records}?first=1&fields=id&deleted=with&after=${names.cursor}`,
          `${records}/by/${names.key}/${names.keyValue}`,
          `/records/user/${names.user}`,
          `/records/user/by/email/${names.email}`,
          `/records/user?first=1&fields=id,email&after=${names.userCursor}`,
          `/layouts/${own.object}?record=${names.id}`,
          `/imports/${names.importId}`,
          `/imports/${names.importId}/rejects.csv`,
          `/files/${names.fileId}`,
          `/files/${names.fileId}/content`,
          `/metadata/layout/${names.layout}`,
        ];
        for (const path of paths) expect([path, (await client.call('GET', apiPrefix + path)).status]).toEqual([path, 200]);
        const jobs = await client.call('GET', `${apiPrefix}/jobs`);
        for (const failed of [names.effect, names.deadJob]) expect(jobs.text).toContain(failed);
        expect((await client.call('GET', `${apiPrefix}/search?q=${names.word}`)).text).toContain(names.id);
        expect((await client.ask(`{ node(id: "${own.object}:${names.id}") { id } }`)).text).toContain(names.id);
        expect((await client.ask(`{ users(first: 1, after: "${names.graphCursor}") { nodes { id } } }`)).json).not.toHaveProperty('errors');
      }
    } finally {
      await server.close();
    }
  });
});

describe('a token', () => {
  let server: FlowServer;
  beforeAll(async () => {
    server = await db.open();
  });
  afterAll(() => server.close());

  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claimsOf = (token: string): Readonly<Record<string, unknown>> =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Readonly<Record<string, unknown>>;
  const signed = (header: unknown, claims: unknown, key: Uint8Array, digest = 'sha256'): string => {
    const text = `${part(header)}.${part(claims)}`;
    return `${text}.${createHmac(digest, key).update(text).digest('base64url')}`;
  };
  const users = (token: string): Promise<Answer> => clientOf(server.url, 'any', token).call('GET', '/api/v1/records/user?fields=email');

  it('is refused when anything of it was changed, and all refusals are alike', async () => {
    const good = north.client.token;
    const claims = claimsOf(good);
    const [head = '', , signature = ''] = good.split('.');
    const theirs = { ...claims, tenant: 'shelf' };
    const header = { alg: 'HS256', typ: 'at+jwt' };
    const key = deriveKey(secret, 'access tokens');
    const endless = Object.fromEntries(Object.entries(claims).filter(([name]) => name !== 'exp'));
    const forged: Readonly<Record<string, string>> = {
      'another tenant under the old signature': `${head}.${part(theirs)}.${signature}`,
      'no algorithm': `${part({ alg: 'none', typ: 'at+jwt' })}.${part(theirs)}.`,
      'no algorithm, in capitals': `${part({ alg: 'NONE', typ: 'at+jwt' })}.${part(theirs)}.${signature}`,
      'another key': signed(header, theirs, new TextEncoder().encode('secret')),
      'a key of another purpose': signed(header, theirs, deriveKey(secret, 'cursors')),
      'another algorithm': signed({ alg: 'HS512', typ: 'at+jwt' }, theirs, key, 'sha512'),
      'another type': signed({ alg: 'HS256', typ: 'JWT' }, claims, key),
      'a key of its own': signed({ ...header, jwk: { kty: 'oct', k: 'c2VjcmV0' } }, theirs, new TextEncoder().encode('secret')),
      'no end': signed(header, endless, key),
      'another issuer': signed(header, { ...claims, iss: 'somebody' }, key),
      'the session of another tenant': signed(header, theirs, key),
      'a tenant that is not there': signed(header, { ...claims, tenant: 'nobody' }, key),
      'a tenant with SQL': signed(header, { ...claims, tenant: 'shelf"; select 1; --' }, key),
      'another user': signed(header, { ...claims, sub: north.names.fileId }, key),
      'the session of another user': signed(header, { ...claims, sid: claimsOf(shelf.client.token)['sid'] }, key),
      'the refresh token': north.client.refreshToken,
      'a part too many': `${good}.x`,
      'a changed letter': `${good.slice(0, -2)}${good.endsWith('A') ? 'B' : 'A'}A`,
    };
    expect((await users(good)).status).toBe(200);
    const answers = await Promise.all(Object.values(forged).map(users));
    const shown = answers.map(({ status, text, headers }) => [
      status,
      withoutNames(text, nobodys(shelf.names)),
      headers['www-authenticate'],
    ]);
    const [first] = shown;
    expect(first?.[0]).toBe(401);
    expect(Object.fromEntries(Object.keys(forged).map((what, i) => [what, shown[i]]))).toEqual(
      Object.fromEntries(Object.keys(forged).map((what) => [what, first])),
    );
  });

  it('ends by itself, and is no refresh token', async () => {
    server.clock.ahead = 16 * 60_000;
    try {
      expect(await users(north.client.token)).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
    } finally {
      server.clock.ahead = 0;
    }
    const answer = await clientOf(server.url, 'any', '').call('POST', '/api/v1/auth/refresh', { refreshToken: north.client.token });
    expect(answer).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
  });

  it('shows the records of its own tenant only, whatever the headers say', async () => {
    const headers = {
      Host: 'shelf.example',
      'X-Tenant': 'shelf',
      'X-Forwarded-Host': 'shelf.example',
      Cookie: `token=${shelf.client.token}`,
    };
    const client = clientOf(server.url, 'north', north.client.token);
    const { text } = await client.call('GET', '/api/v1/records/user?fields=email&sort=email', undefined, headers);
    expect(text).toContain('admin@north.example');
    expect(text).not.toContain('shelf.example');
  });

  it('ends with its session, and with no other', async () => {
    const [ours, theirs] = [await server.signIn('north'), await server.signIn('shelf')];
    expect((await ours.call('POST', '/api/v1/auth/logout')).status).toBe(204);
    expect((await users(ours.token)).status).toBe(401);
    expect((await users(theirs.token)).status).toBe(200);
    const refresh = { refreshToken: ours.refreshToken };
    expect(await ours.call('POST', '/api/v1/auth/refresh', refresh)).toMatchObject({ status: 401, json: { code: 'TOKEN_INVALID' } });
    expect((await theirs.call('POST', '/api/v1/auth/refresh', { refreshToken: theirs.refreshToken })).status).toBe(200);
  });

  it('hears changes of its own tenant only', async () => {
    const [ours, theirs] = [clientOf(server.url, 'north', north.client.token), clientOf(server.url, 'shelf', shelf.client.token)];
    const heard = await events(ours, 'subscription { recordChanged(object: "user") { id change record { ... on User { name } } } }');
    const typed = await events(ours, 'subscription { userChanged { id record { name } } }');
    try {
      await theirs.create('user', { name: 'Of shelf', email: 'heard@shelf.example' });
      await theirs.call('PATCH', `/api/v1/records/user/${shelf.names.user}`, { name: 'Changed' });
      const id = await ours.create('user', { name: 'Of north', email: 'heard@north.example' });
      expect(await heard.next()).toEqual({ recordChanged: { id, change: 'created', record: { name: 'Of north' } } });
      expect(await typed.next()).toEqual({ userChanged: { id, record: { name: 'Of north' } } });
    } finally {
      heard.close();
      typed.close();
    }
  });
});
